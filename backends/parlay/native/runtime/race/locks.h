// Sets of locks, numbered; 0 is the empty one. A lock held for reading excludes only writers.
#ifndef UNSEQ_RACE_LOCKS_H_
#define UNSEQ_RACE_LOCKS_H_

#include <cstddef>
#include <cstdint>

#include "pages.h"

namespace unseq::race {

using LockSet = std::uint32_t;

class Locks {
 public:
  void acquire(const void* lock, bool shared) {
    if (held_count_ == kMost) return;  // fewer locks known: a false report at worst, never a race missed
    held_[held_count_++] = tagged(lock, shared);
    current_ = number();
  }
  void release(const void* lock) {
    for (std::size_t i = held_count_; i-- > 0;) {
      if ((held_[i] & ~std::uintptr_t{1}) != reinterpret_cast<std::uintptr_t>(lock)) continue;
      for (std::size_t j = i + 1; j < held_count_; ++j) held_[j - 1] = held_[j];
      --held_count_;
      break;
    }
    current_ = number();
  }
  void release_all() { held_count_ = 0, current_ = 0; }
  LockSet current() const { return current_; }

  // Do two sets have a lock that at least one of them holds exclusively?
  bool exclude(LockSet a, LockSet b) const {
    if (a == 0 || b == 0) return false;
    const Set &x = sets_[a], &y = sets_[b];
    for (std::size_t i = 0; i < x.count; ++i) {
      for (std::size_t j = 0; j < y.count; ++j) {
        const bool same = ((x.locks[i] ^ y.locks[j]) & ~std::uintptr_t{1}) == 0;
        if (same && !(x.locks[i] & y.locks[j] & 1)) return true;
      }
    }
    return false;
  }

 private:
  static constexpr std::size_t kMost = 15;
  struct Set {
    std::uintptr_t locks[kMost];
    std::size_t count;
  };

  std::uintptr_t held_[kMost] = {};
  std::size_t held_count_ = 0;
  LockSet current_ = 0;
  LockSet sets_used_ = 1;
  Pages<Set> sets_;

  static std::uintptr_t tagged(const void* lock, bool shared) {
    return (reinterpret_cast<std::uintptr_t>(lock) & ~std::uintptr_t{1}) | (shared ? 1 : 0);
  }

  // The number of the set that is held now; the last ones are looked up first, since few are in use.
  LockSet number() {
    if (held_count_ == 0) return 0;
    for (LockSet s = sets_used_; s-- > 1;) {
      if (same(sets_[s])) return s;
    }
    sets_.reserve(sets_used_ + 1);
    Set& set = sets_[sets_used_];
    for (std::size_t i = 0; i < held_count_; ++i) set.locks[i] = held_[i];
    set.count = held_count_;
    return sets_used_++;
  }
  bool same(const Set& set) const {
    if (set.count != held_count_) return false;
    for (std::size_t i = 0; i < held_count_; ++i) {
      bool found = false;
      for (std::size_t j = 0; j < set.count; ++j) found |= set.locks[j] == held_[i];
      if (!found) return false;
    }
    return true;
  }
};

}  // namespace unseq::race

#endif
