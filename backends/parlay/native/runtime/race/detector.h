// Decides whether an access races with an earlier one, and remembers it for later ones.
//
// A race: two accesses to one byte by logically parallel strands, at least one of them a write, not both
// atomic, with no lock held by both. Of all accesses that a later one could race with, one of each kind
// is kept for each byte: the older as long as it is parallel to the newer, which is enough to find a race
// on every byte that has one. Accesses under locks are kept for each set of locks (after ALL-SETS, Cheng
// et al., SPAA 1998).
#ifndef UNSEQ_RACE_DETECTOR_H_
#define UNSEQ_RACE_DETECTOR_H_

#include <cstddef>
#include <cstdint>

#include "labels.h"
#include "locks.h"
#include "shadow.h"
#include "unseq/runtime.h"

namespace unseq::race {

struct Access {
  std::uintptr_t address;
  std::size_t size;
  const void* pc;
  bool write;
  bool atomic;
};

class Detector {
 public:
  // ---- what the program does ----

  void access(const Access& a) {
    if (mode_ == Mode::off || owner_ != __builtin_thread_pointer()) return;
    touch_stack(a.address);
    if (__builtin_expect(pending_, 0)) settle();
    if (__builtin_expect(a.atomic || special_, 0)) {
      careful(a);
    } else {
      plain(a);
    }
  }

  // The same for a plain access of N bytes; the usual cases are decided here, the others by `access`.
  template <std::size_t N, bool Write>
  __attribute__((always_inline)) void plain_access(std::uintptr_t address, const void* pc) {
    if (mode_ == Mode::off) return;
    if (__builtin_expect(mode_ == Mode::quick && owner_ == __builtin_thread_pointer(), 1)) {
      touch_stack(address);
      if constexpr (N < 4) {
        Cell* const word = plain_.word(address);
        if (N == 1 && word != nullptr && word->write.strand == kSplit && quick<Write>(*plain_.byte(address), pc)) return;
      } else if ((address & 3) == 0 && (address & (Shadow::kChunk - 1)) <= Shadow::kChunk - N) {
        Cell* const words = plain_.word(address);
        if (words != nullptr) {
          bool done = true;
          for (std::size_t i = 0; i < N / 4; ++i) done = done && quick<Write>(words[i], pc);
          if (__builtin_expect(done, 1)) return;
        }
      }
    }
    access(Access{address, N, pc, Write, false});
  }

  void open(const void* site, std::size_t base, const void* frame);
  void begin_child();
  void end_child(const void* frame);
  void close();

  void lock(const void* lock, bool shared);
  void unlock(const void* lock);
  std::size_t worker();  // the number of a worker that could run this strand
  // A static variable's initialisation happens before every use: it is not watched.
  void begin_exempt() { ++exempt_, update(); }
  void end_exempt() { --exempt_, update(); }

  // Memory changes owner: nobody has touched it.
  void fresh(const void* block, std::size_t bytes) {
    if (mode_ != Mode::off && owner_ == __builtin_thread_pointer()) forget(block, bytes);
  }

  // ---- what we are asked ----

  void enable(bool on);
  void reset();
  std::size_t list(unseq_race* out, std::size_t capacity);
  bool enabled() const { return enabled_; }
  static constexpr std::size_t kWorkers = 8;

 private:
  static constexpr std::uintptr_t kStackSpan = std::uintptr_t{64} << 20;
  static constexpr std::size_t kMostRaces = 1024;

  // off: not enabled, outside all forks, or exempt. quick: nothing special is going on.
  enum class Mode : unsigned char { off, quick, slow };
  Mode mode_ = Mode::off;
  bool pending_ = false;  // a racing write is about to happen; its value is looked at afterwards
  bool special_ = false;  // locks are held, or atomic or locked accesses were seen: the careful way
  bool enabled_ = false;
  int exempt_ = 0;
  void* owner_ = nullptr;
  std::uintptr_t stack_top_ = 0;  // frames of children lie below
  std::uintptr_t stack_low_ = 0;  // lowest address that they touched
  Labels labels_;
  Shadow plain_, atomic_;
  Locks locks_;
  std::size_t told_worker_ = 0;   // 1 + the number that this strand was told; 0: none

  // Accesses under locks, in lists for each word.
  struct Held {
    std::uintptr_t word;  // address / 4
    std::size_t next;
    Strand strand;
    std::uint32_t pc;
    LockSet locks;
    std::uint8_t mask;    // bytes of the word
    bool write, atomic;
  };
  static constexpr std::size_t kBuckets = std::size_t{1} << 16;
  Pages<std::size_t> held_heads_;
  Pages<Held> held_;
  std::size_t held_used_ = 1;

  struct Pending {
    std::size_t race;
    std::uintptr_t address;
    std::size_t size;
    unsigned char before[16];
  } pending_write_{};
  Pages<unseq_race> races_;
  std::size_t races_used_ = 0;

  void update() {
    const bool on = enabled_ && exempt_ == 0 && labels_.any_fork();
    mode_ = !on ? Mode::off : pending_ || special_ ? Mode::slow : Mode::quick;
  }
  void be_special() { special_ = true, update(); }

  bool parallel(Strand s) const { return labels_.parallel(s); }

  void touch_stack(std::uintptr_t address) {
    if (stack_top_ - address < kStackSpan && address < stack_low_) stack_low_ = address;
  }

  // One cell, where there is nothing to report; false, with the cell as it was, where there may be.
  template <bool Write>
  __attribute__((always_inline)) bool quick(Cell& cell, const void* pc) {
    const Strand me = labels_.running();
    if (cell.write.strand == me) return true;
    if (!Write && cell.read.strand == me) return true;
    if (cell.write.strand == kSplit || parallel(cell.write.strand)) return false;
    const Slot mine{me, static_cast<std::uint32_t>(reinterpret_cast<std::uintptr_t>(pc))};
    if (Write) {
      if (parallel(cell.read.strand)) return false;
      cell.write = mine;
    } else if (!parallel(cell.read.strand)) {
      cell.read = mine;
    }
    return true;
  }

  __attribute__((always_inline)) void plain(const Access& a) {
    const Strand me = labels_.running();
    const Slot mine{me, static_cast<std::uint32_t>(reinterpret_cast<std::uintptr_t>(a.pc))};
    if (a.write) {
      plain_.visit(a.address, a.size, [&](Cell& cell, std::uintptr_t at, std::size_t n) {
        if (cell.write.strand == me) return;
        if (__builtin_expect(parallel(cell.read.strand), 0)) report(a, at, n, cell.read, false, false);
        if (__builtin_expect(parallel(cell.write.strand), 0)) {
          report(a, at, n, cell.write, true, false);
        } else {
          cell.write = mine;
        }
      });
    } else {
      plain_.visit(a.address, a.size, [&](Cell& cell, std::uintptr_t at, std::size_t n) {
        if (cell.read.strand == me || cell.write.strand == me) return;
        if (__builtin_expect(parallel(cell.write.strand), 0)) report(a, at, n, cell.write, true, false);
        if (!parallel(cell.read.strand)) cell.read = mine;
      });
    }
  }

  __attribute__((noinline)) void careful(const Access& a);
  void atomic(const Access& a);
  void held(const Access& a);
  void held_against(const Access& a);
  __attribute__((noinline)) void report(const Access& a, std::uintptr_t at, std::size_t n, Slot earlier,
                                        bool earlier_write, bool earlier_atomic);
  void forget(const void* block, std::size_t bytes);
  void settle();
};

extern Detector detector;

}  // namespace unseq::race

#endif
