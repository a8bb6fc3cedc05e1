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
#include "order.h"
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
    if (mode_ == Mode::off) return;
    touch_stack(a.address);
    if (a.write || a.atomic) known_.drop(a.address, a.size);
    if (__builtin_expect(pending_, 0)) settle();
    if (__builtin_expect(a.atomic || guarded() || (special_ && plain_.any_split(a.address, a.size)), 0)) {
      careful(a);
    } else {
      plain(a);
    }
  }

  // The same for a plain access of N bytes; the usual cases are decided here, the others by `access`.
  template <std::size_t N, bool Write>
  __attribute__((always_inline)) void plain_access(std::uintptr_t address, const void* pc) {
    if (!Write && known_.has<N>(address)) return;
    decide<N, Write>(address, pc);
  }

  // `down`: children are numbered downwards from `base`.
  void open(const void* site, std::size_t base, const void* frame, bool down = false);
  void begin_child() {
    labels_.begin_child();
    if (__builtin_expect(told_worker_ != 0, 0)) told_worker_ = 0, update();
  }
  // The child goes on later, as a child of the next fork: its frames stay.
  void pause_child() { end_strand(labels_.depth(), reinterpret_cast<const void*>(stack_.low)); }
  void end_child(const void* frame) {
    if (__builtin_expect(eventful_, 0)) end_strand(labels_.depth(), frame);
  }
  // One child after another.
  __attribute__((always_inline)) void next_child(const void* frame) {
    if (__builtin_expect(eventful_ || !labels_.continues_run(), 0)) return next_after_events(frame);
    labels_.begin_child();
  }
  void close();

  // Tasks; see labels.h. `frame` is the creator's.
  std::size_t depth() const { return labels_.depth(); }
  void open_scope(const void* site) { labels_.open_scope(site), update(); }
  Labels::Creator begin_task();
  void end_task(Labels::Creator creator, const void* frame);
  void wait(std::size_t depth) { labels_.wait(depth), update(); }
  void disown(std::size_t depth) { labels_.disown(depth); }
  void close_scopes(std::size_t depth) { labels_.close_scopes(depth), update(); }

  Strand strand() const { return labels_.running(); }
  // From now on reports name strands by this function, instead of as children of the fork where they part.
  using Name = std::uint64_t (*)(Strand);
  void name_strands(Name name) { name_ = name; }

  // Where the frames of what runs lie: [low, top) was touched, and may be down to `bytes` below `top`.
  struct Stack {
    std::uintptr_t top, low;
    std::size_t bytes;
  };
  Stack exchange_stack(const Stack& stack);

  void lock(const void* lock, bool shared);
  void unlock(const void* lock);
  // An atomic operation replaced `before` by something else, or by `after`; see spin.cpp.
  void took(const volatile void* lock, std::uint64_t before, std::uint64_t after, int order);
  void gave(const volatile void* lock, std::uint64_t after, int order);
  void fence(int order);
  void performed(const Atomic& a) {
    if (mode_ != Mode::off && order_.performed(labels_, a)) split();
  }

  // The number, below `count`, of a worker that could run this strand.
  std::size_t worker(std::size_t count = kWorkers);
  // A static variable's initialisation happens before every use: it is not watched.
  void begin_exempt() { ++exempt_, update(); }
  void end_exempt() { --exempt_, update(); }

  // Memory changes owner: nobody has touched it.
  void fresh(const void* block, std::size_t bytes) {
    if (mode_ != Mode::off) forget(block, bytes);
  }

  // ---- what we are asked ----

  void enable(bool on);
  void reset();
  std::size_t list(unseq_race* out, std::size_t capacity);
  // Pairs that would be races but for the order that atomic operations gave them.
  std::size_t list_ordered(unseq_race* out, std::size_t capacity);
  bool atomics_met() const { return order_.met(); }
  bool watching() const { return mode_ != Mode::off; }
  static constexpr std::size_t kWorkers = 8;      // that are told to a loop's body
  static constexpr std::size_t kMostWorkers = 1024;

 private:
  static constexpr std::size_t kMostRaces = 1024;

  // off: not enabled, outside all forks, or exempt. quick: no lock is held.
  enum class Mode : unsigned char { off, quick, slow };
  // Of the thread that is watched; off in all others.
  static __thread Mode mode_ __attribute__((tls_model("initial-exec")));
  // The shadow of plain accesses while the mode is quick; null else.
  static __thread Shadow::Chunk* quick_ __attribute__((tls_model("initial-exec")));
  bool pending_ = false;  // a racing write is about to happen; its value is looked at afterwards
  bool special_ = false;  // atomic or locked accesses were seen; the words they touched are split
  bool enabled_ = false;
  bool eventful_ = true;  // the running child may have done what its end must undo: see end_strand
  int exempt_ = 0;
  void* owner_ = nullptr;
  Stack stack_{0, 0, 0};
  Name name_ = nullptr;
  Labels labels_;
  Shadow plain_, atomic_;
  Locks locks_;
  Shadow lock_numbers_;           // of the locks that lie at an address, in Cell::write
  Lock first_lock_ = kMostWorkers, last_lock_ = kMostWorkers;  // numbers in use are in (first, last]
  std::size_t told_worker_ = 0;   // 1 + the number that this strand was told; 0: none
  std::size_t next_worker_ = 0;

  // Atomic variables that may be locks which the running strand holds.
  struct Guess {
    std::uintptr_t address;
    std::uint64_t open;  // its value when nobody holds it
    Lock lock;
    std::size_t depth;   // forks that were open when it was taken
  };
  static constexpr std::size_t kMostGuesses = 16;
  Guess guesses_[kMostGuesses] = {};
  std::size_t guesses_used_ = 0;
  Guess relaxed_{};                // taken if a fence follows
  Strand relaxed_by_ = 0, fenced_by_ = 0;
  struct Doubt {                   // a race, should the lock be none
    Lock lock;
    std::size_t next;              // 1 + the number of another one about the same lock; 0: none
    unseq_race race;
  };
  Pages<Doubt> doubts_;
  Pages<std::size_t> doubt_heads_;
  std::size_t doubts_used_ = 0;

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
  // Where a pair of instructions that was reported stands in the list; the last pair of each hash.
  struct Reported {
    std::uint32_t earlier;
    const void* later;
    std::uint32_t race;  // 1 + its number
  };
  static constexpr std::size_t kReported = 1024;
  Reported reported_[kReported] = {};
  Order order_;
  struct List {                    // of pairs of instructions
    Pages<unseq_race> pairs;
    std::size_t used;
  };
  List races_{}, ordered_{};
  Reported excused_[kReported] = {};  // in `ordered_`; `race` is unused

  void update() {
    const bool on = enabled_ && exempt_ == 0 && labels_.any_fork();
    if (owner_ != __builtin_thread_pointer()) return;
    known_.drop_all();
    mode_ = !on ? Mode::off : pending_ || guarded() ? Mode::slow : Mode::quick;
    quick_ = mode_ == Mode::quick ? plain_.table() : nullptr;
    eventful_ = true;
  }
  // Reads that change nothing, neither of this strand nor of the innermost fork's later children: the word was read
  // by one of them and is written by none. What else happens must drop it.
  class Known {
   public:
    template <std::size_t N>
    __attribute__((always_inline)) bool has(std::uintptr_t address) const {
      if constexpr (N == 4 || N == 8) return reads_[N == 8][address / 8 % kSlots] == address;
      return false;
    }
    template <std::size_t N>
    void add(std::uintptr_t address) {
      if constexpr (N != 4 && N != 8) return;
      reads_[N == 8][address / 8 % kSlots] = address;
      any_ = true;
    }
    __attribute__((always_inline)) void drop_word(std::uintptr_t address) {
      reads_[0][address / 8 % kSlots] = reads_[1][address / 8 % kSlots] = 0;
    }
    void drop(std::uintptr_t address, std::size_t bytes) {
      if (!any_) return;
      if (bytes > 8 * kSlots) return drop_all();
      for (std::uintptr_t word = address / 8; word <= (address + bytes - 1) / 8; ++word) drop_word(8 * word);
    }
    void drop_all() {
      if (!any_) return;
      for (auto& reads : reads_) {
        for (std::uintptr_t& read : reads) read = 0;
      }
      any_ = false;
    }

   private:
    static constexpr std::size_t kSlots = 32;
    std::uintptr_t reads_[2][kSlots] = {};  // addresses, of four and of eight bytes
    bool any_ = false;
  };
  Known known_;

  bool guarded() const { return locks_.current() != 0 || told_worker_ != 0; }

  bool parallel(Strand s) const { return labels_.parallel(s); }
  // A segment of the strand ends: what it has read already, it may read again on the other side.
  void split() { labels_.split(), known_.drop_all(); }

  void touch_stack(std::uintptr_t address) {
    if (lowers_stack(address)) stack_.low = address, eventful_ = true;
  }
  bool lowers_stack(std::uintptr_t address) const {
    return stack_.top - address < stack_.bytes && address < stack_.low;
  }

  // The commonest accesses are decided here: to words that nobody touched since the outermost fork began, or that this
  // strand read and now writes.
  template <std::size_t N, bool Write>
  __attribute__((always_inline)) void decide(std::uintptr_t address, const void* pc) {
    if constexpr (N != 1 && N != 4 && N != 8) return slow_access<N, Write>(address, pc);
    Cell* cells = Shadow::word(quick_, address);
    if (cells == nullptr || (address & (N - 1)) != 0 || lowers_stack(address)) return slow_access<N, Write>(address, pc);
    if constexpr (N == 1) {
      if (special_ || cells->write.strand != kSplit) return slow_access<N, Write>(address, pc);
      cells = Shadow::byte(quick_, address);
    }
    constexpr std::size_t kCells = N == 8 ? 2 : 1;
    const Strand me = labels_.running();
    bool read = false;
    for (std::size_t i = 0; i < kCells; ++i) {
      if (!labels_.before_all_forks(cells[i].write.strand)) return again<N, Write>(address, pc, cells);
      if (labels_.before_all_forks(cells[i].read.strand)) continue;
      if (!Write || cells[i].read.strand != me) return again<N, Write>(address, pc, cells);
      read = true;
    }
    if (read) known_.drop_word(address);
    const std::uint64_t mine = reinterpret_cast<std::uintptr_t>(pc) << 32 | me;
    for (std::size_t i = 0; i < kCells; ++i) (Write ? cells[i].write : cells[i].read).fill(mine);
  }
  // The next commonest: of what this strand wrote, of what it or siblings read as well, and below more than one fork.
  template <std::size_t N, bool Write>
  __attribute__((noinline)) void again(std::uintptr_t address, const void* pc, Cell* cells) {
    constexpr std::size_t kLast = N == 8 ? 1 : 0;
    const Strand me = labels_.running();
    const auto all = [&](auto&& holds) { return holds(cells[0]) && holds(cells[kLast]); };
    if (all([&](const Cell& cell) { return cell.write.strand == me; })) return;
    if (!all([&](const Cell& cell) { return labels_.before_children(cell.write.strand); })) {
      return slow_access<N, Write>(address, pc);
    }
    if (!Write && all([&](const Cell& cell) { return labels_.stays(cell.read.strand); })) return known_.add<N>(address);
    if (!all([&](const Cell& cell) { return cell.read.strand == me || labels_.before_children(cell.read.strand); })) {
      return slow_access<N, Write>(address, pc);
    }
    if (Write) known_.drop_word(address);
    const std::uint64_t mine = reinterpret_cast<std::uintptr_t>(pc) << 32 | me;
    for (std::size_t i = 0; i <= kLast; ++i) (Write ? cells[i].write : cells[i].read).fill(mine);
  }
  template <std::size_t N, bool Write>
  __attribute__((noinline)) void slow_access(std::uintptr_t address, const void* pc) {
    if (mode_ == Mode::off || (mode_ == Mode::quick && quick<N, Write>(address, pc))) return;
    access(Access{address, N, pc, Write, false});
  }
  template <std::size_t N, bool Write>
  __attribute__((always_inline)) bool quick(std::uintptr_t address, const void* pc) {
    touch_stack(address);
    if (Write) known_.drop(address, N);
    if constexpr (N < 4) {
      Cell* const word = plain_.word(address);
      if (N > 1 || special_ || word == nullptr || word->write.strand != kSplit) return false;
      return quick_cell<Write>(*Shadow::byte(quick_, address), pc);
    } else {
      if ((address & 3) != 0 || (address & (Shadow::kChunk - 1)) > Shadow::kChunk - N) return false;
      Cell* const words = plain_.word(address);
      if (words == nullptr) return false;
      for (std::size_t i = 0; i < N / 4; ++i) {
        if (!quick_cell<Write>(words[i], pc)) return false;
      }
      return true;
    }
  }
  template <bool Write>
  __attribute__((always_inline)) bool quick_cell(Cell& cell, const void* pc) {
    const Strand me = labels_.running();
    if (cell.write.strand == me) return true;
    if (!Write && cell.read.strand == me) return true;
    if (!labels_.surely_before(cell.write.strand)) return false;
    const Slot mine{me, static_cast<std::uint32_t>(reinterpret_cast<std::uintptr_t>(pc))};
    if (Write) {
      if (!labels_.surely_before(cell.read.strand)) return false;
      cell.write = mine;
    } else if (labels_.surely_before(cell.read.strand)) {
      cell.read = mine;
    } else {
      return labels_.surely_parallel(cell.read.strand);
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
        if (__builtin_expect(parallel(cell.write.strand), 0) && report(a, at, n, cell.write, true, false)) return;
        cell.write = mine;
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
  bool held_against(const Access& a, std::uintptr_t at, std::size_t n);
  // Of an access and one of a parallel strand, neither atomic or locked enough: enters the race, unless atomic
  // operations gave them an order. Whether it is a race.
  __attribute__((noinline)) bool report(const Access& a, std::uintptr_t at, std::size_t n, Slot earlier,
                                        bool earlier_write, bool earlier_atomic);
  bool excused(const Access& a, std::uintptr_t at, std::size_t n, Slot earlier, bool earlier_write, bool earlier_atomic);
  unseq_race described(const Access& a, std::uintptr_t at, std::size_t n, Slot earlier, bool earlier_write,
                       bool earlier_atomic) const;
  std::size_t enter(List& list, const unseq_race& race);
  void doubt(Lock lock, const unseq_race& race);
  void no_lock(Lock lock);
  void drop_guess(std::size_t i, bool was_none);
  void end_guesses(std::size_t depth);
  __attribute__((noinline)) void next_after_events(const void* frame) {
    end_child(frame);
    begin_child();
  }
  void end_strand(std::size_t depth, const void* frame);
  Lock number_of(const volatile void* lock, bool sure);
  void forget(const void* block, std::size_t bytes);
  void settle();
};

extern Detector detector;

}  // namespace unseq::race

#endif
