// Order that atomic operations give parallel strands in the run: what a strand did before a release comes before what
// another one does after an acquire that reads the released value (or a later one of its release sequence). After
// happens-before detectors (FastTrack, Flanagan and Freund, PLDI 2009), with a log in place of vector clocks, since
// strands are too many for these.
//
// In another schedule the acquire may come first, so this order is weaker evidence than fork and join. It counts only
// where the value that was read tells that the release has happened: before it the reader could not have seen that
// value. A counter that goes up and down again tells nothing. Nor does it count where both strands passed the same atomic instruction on the variable
// and went on to the same access, since then the access did not depend on what was read.
// Not known: operations of 16 bytes, and those below tasks. What is not known gives no order.
//
// Every operation ends a segment of its strand, which gets a number like a strand's own (see labels.h), so that the
// shadow tells what came before a release from what came after it.
#ifndef UNSEQ_RACE_ORDER_H_
#define UNSEQ_RACE_ORDER_H_

#include <cstddef>
#include <cstdint>

#include "labels.h"
#include "pages.h"
#include "shadow.h"

namespace unseq::race {

inline std::uint32_t low_half(const void* pc) { return static_cast<std::uint32_t>(reinterpret_cast<std::uintptr_t>(pc)); }

inline bool acquires(int order) { return order != __ATOMIC_RELAXED && order != __ATOMIC_RELEASE; }
inline bool releases(int order) {
  return order == __ATOMIC_RELEASE || order == __ATOMIC_ACQ_REL || order == __ATOMIC_SEQ_CST;
}

// An atomic operation that was carried out.
struct Atomic {
  std::uintptr_t address;
  std::size_t size;
  const void* pc;
  bool reads, writes;
  std::uint64_t before, after;  // values of the variable
  int order;                    // of memory, __ATOMIC_*
};

class Order {
 public:
  void prepare() { numbers_.prepare(); }
  // Each of these returns whether the running segment ends.
  bool performed(const Labels& labels, const Atomic& a);
  bool fence(const Labels& labels, int order);
  // Whether what the instruction `earlier` did in a segment comes before what `later` does now.
  bool before_now(const Labels& labels, Strand segment, std::uint32_t earlier, std::uint32_t later);
  // Whether one read a variable that a parallel strand had changed, or changed one that it had read.
  bool met() const { return met_; }
  void forget_meetings() { met_ = false; }
  // Memory changes owner.
  void forget(std::uintptr_t address, std::size_t bytes) { numbers_.clear(address, bytes); }
  // All strands to come are ordered after those that were.
  void restart();

 private:
  using Index = std::uint32_t;  // 0: none
  static constexpr Index kMostOperations = Index{1} << 23;  // 64 bytes each
  static constexpr std::size_t kBudget = 16384;  // operations looked at for one question
  static constexpr std::size_t kValues = 64;    // earlier values of a variable that are compared
  static constexpr std::size_t kScanned = 256, kNear = 8;  // operations that follow an access, and those of its strand
  static constexpr int kDepth = 4;              // of questions that arise from others

  // A child of a fork, below a child of the fork around it.
  struct Place {
    Strand first, current;  // of the fork's first child and of this one
    Index parent;
  };
  struct Point {
    Strand segment;
    Index place;
  };
  struct Operation {
    std::uint64_t seen;         // the variable's value before it
    std::uint64_t least, most;  // of all values before it
    Strand segment;             // that it ended
    Strand released;            // the last segment that it publishes; 0: none
    Index place, variable;
    Index head;     // the last release of the sequence that it read from
    Index chain, sequence;  // of a release: the one before it in the sequence, and the first one
    Index earlier;  // the modification before it
    std::uint32_t pc;
    bool acquires, writes;

    Point point() const { return Point{released, place}; }  // up to which it publishes
  };
  struct Variable {
    std::uint64_t least, most;
    Index head, last;  // its last release, as long as a sequence holds; its last modification
    Strand read, written;  // by whom last
    std::size_t size;      // in bytes; 0: it orders nothing
  };

  Shadow numbers_;  // of variables, in Cell::write
  Index first_number_ = 1;
  Pages<Variable> variables_;
  Index variables_used_ = 0;
  Pages<Operation> operations_;
  Index operations_used_ = 1;
  Pages<Place> places_;
  Index places_used_ = 1;
  Pages<Index> path_;  // the place at each level, as far as it is known
  std::size_t path_used_ = 0;
  bool met_ = false;
  Strand fenced_ = 0;  // the segment that a release fence ended

  Pages<Index> asked_;  // by operation: the last question that went on from it
  Pages<Point> points_;
  std::size_t points_used_ = 0;
  Index question_ = 0;
  std::size_t budget_ = 0;
  int depth_ = 0;  // of questions that arose from others
  struct {
    Strand segment, running;
    std::uint32_t earlier, later;
    bool answer;
  } last_{};

  Index variable(const Atomic& a);
  Index place(const Labels& labels);
  void add(const Operation& o);
  Index first_after(Strand segment) const;
  bool before(Strand s, Point point) const;
  template <typename F>
  bool acquired(Strand s, Point point, const F& f);
  bool spend() { return budget_ != 0 && budget_-- != 0; }
  bool before(Strand s, Point now, std::uint32_t same);
  bool overwritten(const Operation& o, const Operation& reader);
  bool tells(const Operation& reader, const Operation& release);
  bool passed(Strand s, const Operation& reader, Index release) const;
};

}  // namespace unseq::race

#endif
