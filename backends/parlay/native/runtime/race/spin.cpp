// Locks that programs make of atomic variables themselves.
//
// A strand takes such a lock by an exchange or compare-exchange (acquire) that changes its value, and gives it
// back by restoring that value (release). Whoever else goes by that rule cannot be inside at the same time. What
// looked like one and is not restored before its strand ends, is restored in relaxed order, or is restored by
// somebody who does not hold it, is no lock: races that were held back on its account are reported after all.
// Not recognised: locks taken by addition (ticket locks, semaphores); what they protect is reported.

#include "detector.h"

namespace unseq::race {

void Detector::took(const volatile void* lock, std::uint64_t before, std::uint64_t after, int order) {
  if (mode_ == Mode::off) return;
  const auto address = reinterpret_cast<std::uintptr_t>(lock);
  for (std::size_t i = 0; i < guesses_used_; ++i) {
    if (guesses_[i].address == address) return gave(lock, after, order);
  }
  if (before == after || guesses_used_ == kMostGuesses) return;
  const Lock number = number_of(lock, false);
  const Guess guess{address, before, number, labels_.depth()};
  if (!acquires(order)) {
    relaxed_ = guess;
    relaxed_by_ = labels_.running();
    return;
  }
  locks_.guess_unless_forbidden(number);
  if (!locks_.guessed(number)) return;
  guesses_[guesses_used_++] = guess;
  locks_.acquire(number, false, labels_.depth());
  update();
}

void Detector::gave(const volatile void* lock, std::uint64_t after, int order) {
  if (mode_ == Mode::off) return;
  const auto address = reinterpret_cast<std::uintptr_t>(lock);
  for (std::size_t i = 0; i < guesses_used_; ++i) {
    if (guesses_[i].address != address) continue;
    const bool whole = releases(order) || (fenced_by_ != 0 && labels_.same_strand(fenced_by_));
    return drop_guess(i, after != guesses_[i].open || !whole);
  }
  const Cell* known = lock_numbers_.word(address);
  if (known != nullptr && locks_.guessed(known->write.strand)) no_lock(known->write.strand);
}

void Detector::fence(int order) {
  if (mode_ == Mode::off) return;
  const Strand me = labels_.running();
  if (acquires(order) && relaxed_by_ != 0 && labels_.same_strand(relaxed_by_)) {
    relaxed_by_ = 0;
    took(reinterpret_cast<const volatile void*>(relaxed_.address), relaxed_.open, relaxed_.open + 1, order);
  }
  if (releases(order)) fenced_by_ = me;
  if (order_.fence(labels_, order)) split();
}

// The running strand no longer holds it; `was_none`: it turns out never to have been a lock.
void Detector::drop_guess(std::size_t i, bool was_none) {
  const Lock lock = guesses_[i].lock;
  guesses_[i] = guesses_[--guesses_used_];
  locks_.release(lock);
  if (was_none) no_lock(lock);
  update();
}

// At the end of a strand.
void Detector::end_guesses(std::size_t depth) {
  for (std::size_t i = guesses_used_; i-- > 0;) {
    if (guesses_[i].depth >= depth) drop_guess(i, true);
  }
}

void Detector::no_lock(Lock lock) {
  locks_.forbid(lock);
  doubt_heads_.reserve(lock + 1);
  for (std::size_t i = doubt_heads_[lock]; i != 0; i = doubts_[i - 1].next) enter(races_, doubts_[i - 1].race);
  doubt_heads_[lock] = 0;
}

void Detector::doubt(Lock lock, const unseq_race& race) {
  doubt_heads_.reserve(lock + 1);
  std::size_t& head = doubt_heads_[lock];
  for (std::size_t i = head; i != 0; i = doubts_[i - 1].next) {
    const unseq_race& known = doubts_[i - 1].race;
    if (known.earlier.pc == race.earlier.pc && known.later.pc == race.later.pc) return;
  }
  enter(ordered_, race);
  doubts_.reserve(doubts_used_ + 1);
  doubts_[doubts_used_++] = Doubt{lock, head, race};
  head = doubts_used_;
}

}  // namespace unseq::race
