#include "detector.h"

#include "objects.h"

namespace unseq::race {

__constinit Detector detector;
__thread Detector::Mode Detector::mode_ = Mode::off;
__thread Shadow::Chunk* Detector::quick_ = nullptr;

// ---- forks ---------------------------------------------------------------------------------------------

void Detector::open(const void* site, std::size_t base, const void* frame, bool down) {
  if (!labels_.any_fork()) {
    order_.restart();
    const auto top = reinterpret_cast<std::uintptr_t>(frame);
    stack_ = Stack{top, top, std::size_t{64} << 20};
  }
  labels_.open(site, base, down);
  locks_.share(labels_.opened());
  told_worker_ = 0;
  update();
}

// The child's frames are gone, and the next child's will lie at the same addresses.
void Detector::end_strand(std::size_t depth, const void* frame) {
  const auto top = reinterpret_cast<std::uintptr_t>(frame);
  if (pending_) settle();
  if (guesses_used_ > 0) end_guesses(depth);
  locks_.release_deeper(depth);
  if (enabled_ && stack_.low < top) forget(reinterpret_cast<const void*>(stack_.low), top - stack_.low);
  stack_.low = top;
  eventful_ = mode_ != Mode::quick || guesses_used_ > 0;
}

void Detector::close() {
  locks_.unshare(labels_.opened());
  labels_.close();
  told_worker_ = 0;
  update();
}

Labels::Creator Detector::begin_task() {
  told_worker_ = 0;
  const Labels::Creator creator = labels_.begin_task();
  update();
  return creator;
}

void Detector::end_task(Labels::Creator creator, const void* frame) {
  end_strand(creator.depth, frame);
  labels_.end_task(creator);
  told_worker_ = 0;
  update();
}

Detector::Stack Detector::exchange_stack(const Stack& stack) {
  if (pending_) settle();
  const Stack before = stack_;
  stack_ = stack;
  eventful_ = true;
  return before;
}

// ---- locks, workers ------------------------------------------------------------------------------------

// `sure`: it is known to be a lock. Numbers from before the last reset, and those of what was no lock, are not used
// again: something else may lie there now.
Lock Detector::number_of(const volatile void* lock, bool sure) {
  Lock number = 0;
  lock_numbers_.visit(reinterpret_cast<std::uintptr_t>(lock) & ~std::uintptr_t{3}, 4,
                      [&](Cell& cell, std::uintptr_t, std::size_t) {
                        number = cell.write.strand;
                        if (number > first_lock_ && !(sure && !locks_.sure(number))) return;
                        number = cell.write.strand = ++last_lock_;
                      });
  return number;
}

void Detector::lock(const void* lock, bool shared) {
  if (!enabled_ || owner_ != __builtin_thread_pointer()) return;
  locks_.acquire(number_of(lock, true), shared, labels_.depth());
  update();
}

void Detector::unlock(const void* lock) {
  if (!enabled_ || owner_ != __builtin_thread_pointer()) return;
  locks_.release(number_of(lock, true));
  update();
}

// Two strands on one worker never run at once, so what a strand does after it was told a worker's number
// is taken as ordered with what other strands do that were told the same. Numbers are told in turn, so
// that of a few strands no two are told the same.
std::size_t Detector::worker(std::size_t count) {
  if (mode_ == Mode::off) return 0;
  if (told_worker_ == 0) {
    told_worker_ = 1 + next_worker_++ % (count < kMostWorkers ? count : kMostWorkers);
    update();
  }
  return told_worker_ - 1;
}

// ---- accesses that need care ---------------------------------------------------------------------------

void Detector::careful(const Access& a) {
  const auto worker = static_cast<Lock>(told_worker_);
  if (worker != 0) locks_.acquire(worker, false, 0);
  if (locks_.current() != 0) {
    held(a);
  } else if (a.atomic) {
    atomic(a);
    held_against(a);
  } else {
    plain(a);
    atomic_.look(a.address, a.size, [&](const Cell& cell, std::uintptr_t at, std::size_t n) {
      if (parallel(cell.write.strand)) report(a, at, n, cell.write, true, true);
      if (a.write && parallel(cell.read.strand)) report(a, at, n, cell.read, false, true);
    });
    held_against(a);
  }
  if (worker != 0) locks_.release(worker);
}

void Detector::atomic(const Access& a) {
  special_ = true;
  plain_.split_all(a.address, a.size);
  plain_.look(a.address, a.size, [&](const Cell& cell, std::uintptr_t at, std::size_t n) {
    if (parallel(cell.write.strand)) report(a, at, n, cell.write, true, false);
    if (a.write && parallel(cell.read.strand)) report(a, at, n, cell.read, false, false);
  });
  const Slot mine{labels_.running(), static_cast<std::uint32_t>(reinterpret_cast<std::uintptr_t>(a.pc))};
  atomic_.visit(a.address, a.size, [&](Cell& cell, std::uintptr_t, std::size_t) {
    Slot& slot = a.write ? cell.write : cell.read;
    if (!parallel(slot.strand)) slot = mine;
  });
}

// An access under locks: against all that hold none of them, then kept for its set.
void Detector::held(const Access& a) {
  special_ = true;
  plain_.split_all(a.address, a.size);
  plain_.look(a.address, a.size, [&](const Cell& cell, std::uintptr_t at, std::size_t n) {
    if (parallel(cell.write.strand)) report(a, at, n, cell.write, true, false);
    if (a.write && parallel(cell.read.strand)) report(a, at, n, cell.read, false, false);
  });
  if (!a.atomic) {
    atomic_.look(a.address, a.size, [&](const Cell& cell, std::uintptr_t at, std::size_t n) {
      if (parallel(cell.write.strand)) report(a, at, n, cell.write, true, true);
      if (a.write && parallel(cell.read.strand)) report(a, at, n, cell.read, false, true);
    });
  }
  held_heads_.reserve(kBuckets);
  const auto pc = static_cast<std::uint32_t>(reinterpret_cast<std::uintptr_t>(a.pc));
  const std::uintptr_t end = a.address + a.size;
  for (std::uintptr_t at = a.address; at < end; at = (at | 3) + 1) {
    const std::uintptr_t stop = end < (at | 3) + 1 ? end : (at | 3) + 1;
    const auto mask = static_cast<std::uint8_t>(((1u << (stop - at)) - 1) << (at & 3));
    const std::uintptr_t word = at >> 2;
    std::size_t& head = held_heads_[(word * UINT64_C(0x9e3779b97f4a7c15)) >> 48];
    const bool raced = held_against(a, at, stop - at);
    // Not kept: what is known to race, and reads where so many were made under different locks, one each, that
    // no writer can hold them all.
    bool known = raced;
    std::size_t readers = 0, over = 0, newest = 0;
    for (std::size_t i = head; i != 0 && !known; i = held_[i].next) {
      Held& h = held_[i];
      if (h.word != word || h.mask != mask || h.write != a.write || h.atomic != a.atomic) continue;
      if (h.locks == locks_.current()) {
        known = true;
        if (!parallel(h.strand)) h.strand = labels_.running(), h.pc = pc;
      } else if (locks_.over(h.locks)) {
        if (newest == 0) newest = i;
        ++over;
        if (!parallel(h.strand)) h.strand = labels_.running(), h.pc = pc, h.locks = locks_.current(), known = true;
      } else if (!a.write && locks_.single(h.locks) && parallel(h.strand)) {
        known = ++readers > Locks::kMost && locks_.single(locks_.current());
      }
    }
    if (known) continue;
    if (over > 1) {  // an older one stands for the newest from now on
      held_[newest].strand = labels_.running(), held_[newest].pc = pc, held_[newest].locks = locks_.current();
      continue;
    }
    held_.reserve(held_used_ + 1);
    held_[held_used_] = Held{word, head, labels_.running(), pc, locks_.current(), mask, a.write, a.atomic};
    head = held_used_++;
  }
}

// Against what was done under locks.
void Detector::held_against(const Access& a) {
  const std::uintptr_t end = a.address + a.size;
  for (std::uintptr_t at = a.address; at < end && held_used_ > 1; at = (at | 3) + 1) {
    held_against(a, at, (end < (at | 3) + 1 ? end : (at | 3) + 1) - at);
  }
}

// The same for n bytes of one word; whether there was a race that reaches over all of them.
bool Detector::held_against(const Access& a, std::uintptr_t at, std::size_t n) {
  const auto mask = static_cast<std::uint8_t>(((1u << n) - 1) << (at & 3));
  const std::uintptr_t word = at >> 2;
  bool raced = false;
  for (std::size_t i = held_heads_[(word * UINT64_C(0x9e3779b97f4a7c15)) >> 48]; i != 0; i = held_[i].next) {
    const Held& h = held_[i];
    if (h.word != word || (h.mask & mask) == 0 || !(h.write || a.write) || (h.atomic && a.atomic)) continue;
    if (!parallel(h.strand)) continue;
    const Lock lock = locks_.excluding(h.locks, locks_.current());
    const Slot earlier{h.strand, h.pc};
    if (lock == 0) {
      raced = (report(a, at, n, earlier, h.write, h.atomic) && h.mask == mask) || raced;
    } else if (locks_.guessed(lock) && !is_of_thread(at) && !excused(a, at, n, earlier, h.write, h.atomic)) {
      doubt(lock, described(a, at, n, earlier, h.write, h.atomic));
    }
  }
  return raced;
}

void Detector::forget(const void* block, std::size_t bytes) {
  const auto address = reinterpret_cast<std::uintptr_t>(block);
  if (bytes > 0) known_.drop(address, bytes);
  plain_.clear(address, bytes);
  if (!special_) return;
  atomic_.clear(address, bytes);
  lock_numbers_.clear(address, bytes);
  order_.forget(address, bytes);
  if (held_used_ == 1) return;
  if (bytes / 4 < held_used_) {
    for (std::uintptr_t word = address >> 2; word <= (address + bytes - 1) >> 2; ++word) {
      for (std::size_t i = held_heads_[(word * UINT64_C(0x9e3779b97f4a7c15)) >> 48]; i != 0; i = held_[i].next) {
        if (held_[i].word == word) held_[i].strand = 0;
      }
    }
  } else {
    for (std::size_t i = 1; i < held_used_; ++i) {
      if (held_[i].word - (address >> 2) <= bytes / 4) held_[i].strand = 0;
    }
  }
}

// ---- reports -------------------------------------------------------------------------------------------

unseq_race Detector::described(const Access& a, std::uintptr_t at, std::size_t n, Slot earlier, bool earlier_write,
                               bool earlier_atomic) const {
  const Fork& fork = labels_.parting(earlier.strand);
  const auto site = reinterpret_cast<std::uintptr_t>(fork.site);
  const auto who = [&](Strand s) { return name_ != nullptr ? name_(s) : labels_.child_of(fork, s); };
  const std::uint8_t known = name_ != nullptr ? 2 : 1;
  unseq_race r{};
  r.earlier = unseq_access{full_address(earlier.pc, a.pc), earlier.strand, site, who(earlier.strand),
                           earlier_write, earlier_atomic, static_cast<std::uint8_t>(n), known};
  r.later = unseq_access{a.pc, labels_.running(), site, who(labels_.running()), a.write, a.atomic,
                         static_cast<std::uint8_t>(a.size < 255 ? a.size : 255), known};
  r.address = reinterpret_cast<const void*>(at);
  r.same_value = earlier_write && a.write;
  return r;
}

// The number of a race in the list: that of the one between the same instructions, if there is one. It may be one
// more than the last.
std::size_t Detector::enter(List& list, const unseq_race& race) {
  std::size_t index = 0;
  for (; index < list.used; ++index) {
    unseq_race& r = list.pairs[index];
    if (r.earlier.pc == race.earlier.pc && r.later.pc == race.later.pc && r.earlier.is_write == race.earlier.is_write &&
        r.later.is_write == race.later.is_write) {
      ++r.count;
      return index;
    }
  }
  if (index == kMostRaces) return index;
  const Object object = object_at(reinterpret_cast<std::uintptr_t>(race.address), stack_.low, stack_.top);
  list.pairs.reserve(++list.used);
  unseq_race& r = list.pairs[index];
  r = race;
  r.object = object.kind;
  r.object_base = reinterpret_cast<const void*>(object.base);
  r.object_size = object.size;
  r.object_pc = object.pc;
  r.count = 1;
  return index;
}

bool Detector::excused(const Access& a, std::uintptr_t at, std::size_t n, Slot earlier, bool earlier_write,
                       bool earlier_atomic) {
  if (!order_.before_now(labels_, earlier.strand, earlier.pc, low_half(a.pc))) return false;
  Reported& known = excused_[(earlier.pc * 31 + reinterpret_cast<std::uintptr_t>(a.pc)) % kReported];
  if (known.earlier == earlier.pc && known.later == a.pc) return true;
  known = Reported{earlier.pc, a.pc, 0};
  enter(ordered_, described(a, at, n, earlier, earlier_write, earlier_atomic));
  return true;
}

bool Detector::report(const Access& a, std::uintptr_t at, std::size_t n, Slot earlier, bool earlier_write,
                      bool earlier_atomic) {
  const std::size_t hash = (earlier.pc * 31 + reinterpret_cast<std::uintptr_t>(a.pc)) % kReported;
  Reported& known = reported_[hash];
  std::size_t index;
  if (known.race != 0 && known.earlier == earlier.pc && known.later == a.pc) {
    index = known.race - 1;
    ++races_.pairs[index].count;
  } else {
    if (is_of_thread(at)) return true;
    if (excused(a, at, n, earlier, earlier_write, earlier_atomic)) return false;
    index = enter(races_, described(a, at, n, earlier, earlier_write, earlier_atomic));
    if (index == kMostRaces) return true;
    known = Reported{earlier.pc, a.pc, static_cast<std::uint32_t>(index + 1)};
  }
  if (races_.pairs[index].same_value && !pending_ && a.size <= sizeof pending_write_.before) {
    pending_ = true;
    update();
    pending_write_ = Pending{index, a.address, a.size, {}};
    const auto* now = reinterpret_cast<const volatile unsigned char*>(a.address);
    for (std::size_t i = 0; i < a.size; ++i) pending_write_.before[i] = now[i];
  }
  return true;
}

// The write has happened: did it change anything?
void Detector::settle() {
  pending_ = false;
  update();
  const auto* now = reinterpret_cast<const volatile unsigned char*>(pending_write_.address);
  for (std::size_t i = 0; i < pending_write_.size; ++i) {
    if (now[i] != pending_write_.before[i]) races_.pairs[pending_write_.race].same_value = 0;
  }
}

void Detector::enable(bool on) {
  if (pending_) settle();
  if (labels_.any_fork()) return;  // only between forks
  plain_.prepare();
  atomic_.prepare();
  lock_numbers_.prepare();
  order_.prepare();
  mode_ = Mode::off;
  enabled_ = on;
  owner_ = __builtin_thread_pointer();
  update();
}

void Detector::reset() {
  pending_ = false;
  races_.used = ordered_.used = 0;
  order_.forget_meetings();
  for (Reported& r : reported_) r = Reported{};
  for (Reported& r : excused_) r = Reported{};
  exempt_ = 0;
  told_worker_ = 0;
  special_ = false;
  next_worker_ = 0;
  first_lock_ = last_lock_;
  guesses_used_ = 0;
  while (doubts_used_ > 0) doubt_heads_[doubts_[--doubts_used_].lock] = 0;
  locks_.release_deeper(0);
  if (!labels_.any_fork()) {
    // Old strands are parallel to none that come, so shadows need no clearing until numbers run out.
    for (std::size_t i = 1; i < held_used_; ++i) held_heads_[(held_[i].word * UINT64_C(0x9e3779b97f4a7c15)) >> 48] = 0;
    held_used_ = 1;
    if (labels_.nearly_exhausted()) {
      labels_.restart();
      plain_.clear_all();
      atomic_.clear_all();
      lock_numbers_.clear_all();
      order_.restart();
    }
  }
  update();
}

std::size_t Detector::list(unseq_race* out, std::size_t capacity) {
  if (pending_) settle();
  for (std::size_t i = 0; i < races_.used && i < capacity; ++i) out[i] = races_.pairs[i];
  return races_.used;
}

std::size_t Detector::list_ordered(unseq_race* out, std::size_t capacity) {
  for (std::size_t i = 0; i < ordered_.used && i < capacity; ++i) out[i] = ordered_.pairs[i];
  return ordered_.used;
}

}  // namespace unseq::race

extern "C" {

__attribute__((visibility("default"))) void unseq_race_reset(void) { unseq::race::detector.reset(); }
__attribute__((visibility("default"))) void unseq_race_enable(int on) { unseq::race::detector.enable(on != 0); }
__attribute__((visibility("default"))) std::size_t unseq_race_list(unseq_race* out, std::size_t capacity) {
  return unseq::race::detector.list(out, capacity);
}
__attribute__((visibility("default"))) std::size_t unseq_race_list_ordered(unseq_race* out, std::size_t capacity) {
  return unseq::race::detector.list_ordered(out, capacity);
}
__attribute__((visibility("default"))) int unseq_race_atomics_met(void) { return unseq::race::detector.atomics_met(); }

}  // extern "C"
