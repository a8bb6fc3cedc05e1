// Sets of locks, numbered; 0 is the empty one. A lock held for reading excludes only writers, and a lock
// that was taken before a fork does not exclude that fork's children from each other: they share it.
//
// A lock may be a guess: an atomic variable that was used as one so far. When it turns out to be none
// (`forbid`), it excludes nothing any more.
#ifndef UNSEQ_RACE_LOCKS_H_
#define UNSEQ_RACE_LOCKS_H_

#include <cstddef>
#include <cstdint>

#include "pages.h"

namespace unseq::race {

using LockSet = std::uint32_t;
using Lock = std::uint32_t;  // a lock's number; the first ones are those of workers

class Locks {
 public:
  // `depth`: how many forks are open.
  void acquire(Lock lock, bool shared, std::size_t depth) {
    if (held_.count == kMost) return;  // fewer locks known: a false report at worst, never a race missed
    held_.locks[held_.count++] = Held{lock, 0, static_cast<std::uint32_t>(depth), shared};
    current_ = number();
  }
  void release(Lock lock) {
    for (std::size_t i = held_.count; i-- > 0;) {
      if (held_.locks[i].lock != lock) continue;
      for (std::size_t j = i + 1; j < held_.count; ++j) held_.locks[j - 1] = held_.locks[j];
      --held_.count;
      break;
    }
    current_ = number();
  }
  // What a strand has not released when it ends is nobody's: whoever runs next does not hold it.
  void release_deeper(std::size_t depth) {
    const std::size_t before = held_.count;
    while (held_.count > 0 && held_.locks[held_.count - 1].depth >= depth) --held_.count;
    if (held_.count != before) current_ = number();
  }
  LockSet current() const { return current_; }

  // A fork opens (and closes): its children share what is held. `fork` is a number of its own.
  void share(std::uint32_t fork) { tag(0, fork); }
  void unshare(std::uint32_t fork) { tag(fork, 0); }

  // Whether a set has the locks of the current one, and those that it shares it shares within forks that are over: no
  // strand to come has such a set, so it is as good as one with locks of its own.
  bool over(LockSet s) const {
    if (s == 0 || current_ == 0 || sets_[s].family != sets_[current_].family) return false;
    for (std::size_t i = 0; i < sets_[s].count; ++i) {
      for (std::size_t j = 0; j < held_.count; ++j) {
        if (sets_[s].locks[i].fork != 0 && sets_[s].locks[i].fork == held_.locks[j].fork) return false;
      }
    }
    return true;
  }
  bool single(LockSet s) const { return s != 0 && sets_[s].count == 1; }
  static constexpr std::size_t kMost = 15;  // that a strand can hold

  void guess_unless_forbidden(Lock lock) {
    guesses_.reserve(lock + 1);
    if (guesses_[lock] == kSure) guesses_[lock] = kGuess;
  }
  void forbid(Lock lock) { guesses_.reserve(lock + 1), guesses_[lock] = kNone; }
  bool sure(Lock lock) const { return standing(lock) == kSure; }
  bool guessed(Lock lock) const { return standing(lock) == kGuess; }

  // A lock of both sets, taken separately, that at least one of them holds exclusively: one that is no guess, if
  // there is; 0 when there is none.
  Lock excluding(LockSet a, LockSet b) const {
    if (a == 0 || b == 0) return 0;
    const Set &x = sets_[a], &y = sets_[b];
    Lock found = 0;
    for (std::size_t i = 0; i < x.count; ++i) {
      for (std::size_t j = 0; j < y.count; ++j) {
        const Held &p = x.locks[i], &q = y.locks[j];
        if (p.lock != q.lock || (p.shared && q.shared) || (p.fork != 0 && p.fork == q.fork)) continue;
        if (standing(p.lock) == kSure) return p.lock;
        if (standing(p.lock) == kGuess) found = p.lock;
      }
    }
    return found;
  }

 private:
  static constexpr std::size_t kBuckets = 4096;
  struct Held {
    Lock lock;
    std::uint32_t fork;   // the fork whose children share it; 0: taken by the running strand
    std::uint32_t depth;  // forks that were open when it was taken
    bool shared;
  };
  struct Set {
    Held locks[kMost];
    std::size_t count;
    LockSet next;    // with the same hash
    LockSet family;  // the set of the same locks, none of them shared
  };

  Set held_{};
  LockSet current_ = 0;
  LockSet sets_used_ = 1;
  Pages<Set> sets_;
  LockSet buckets_[kBuckets] = {};
  enum Standing : char { kSure, kGuess, kNone };
  Pages<Standing> guesses_;

  Standing standing(Lock lock) const { return lock < guesses_.capacity() ? guesses_[lock] : kSure; }

  void tag(std::uint32_t from, std::uint32_t to) {
    if (held_.count == 0) return;
    for (std::size_t i = 0; i < held_.count; ++i) {
      if (held_.locks[i].fork == from) held_.locks[i].fork = to;
    }
    current_ = number();
  }

  // The number of the set that is held now.
  LockSet number() {
    if (held_.count == 0) return 0;
    const LockSet set = number_of_held();
    if (sets_[set].family != 0) return set;
    const Set tagged = held_;
    for (std::size_t i = 0; i < held_.count; ++i) held_.locks[i].fork = 0;
    const LockSet family = number_of_held();
    sets_[set].family = sets_[family].family = family;
    held_ = tagged;
    return set;
  }
  LockSet number_of_held() {
    std::size_t hash = 0;  // of a set: the order does not matter
    for (std::size_t i = 0; i < held_.count; ++i) {
      hash += (held_.locks[i].lock + held_.locks[i].fork * std::size_t{40503}) * std::size_t{2654435761u};
    }
    LockSet& head = buckets_[(hash >> 8) % kBuckets];
    for (LockSet s = head; s != 0; s = sets_[s].next) {
      if (same(sets_[s])) return s;
    }
    sets_.reserve(sets_used_ + 1);
    sets_[sets_used_] = held_;
    sets_[sets_used_].next = head;
    return head = sets_used_++;
  }
  bool same(const Set& set) const {
    if (set.count != held_.count) return false;
    for (std::size_t i = 0; i < held_.count; ++i) {
      bool found = false;
      for (std::size_t j = 0; j < set.count; ++j) {
        const Held &p = set.locks[j], &q = held_.locks[i];
        found |= p.lock == q.lock && p.fork == q.fork && p.shared == q.shared;
      }
      if (!found) return false;
    }
    return true;
  }
};

}  // namespace unseq::race

#endif
