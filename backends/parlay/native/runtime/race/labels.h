// Who is parallel to whom, in a serial execution of a fork-join program.
//
// Strands are numbered in the order in which they run. Every open fork keeps the number of its first
// child's first strand and that of its current child's: an earlier strand is logically parallel to the
// running one if and only if it lies in [first, current) of some open fork. (After SP-bags, Feng and
// Leiserson, SPAA 1997; intervals replace the disjoint sets.)
#ifndef UNSEQ_RACE_LABELS_H_
#define UNSEQ_RACE_LABELS_H_

#include <cstddef>
#include <cstdint>

#include "pages.h"

namespace unseq::race {

using Strand = std::uint32_t;  // 0: nobody

struct Fork {
  Strand first;          // of the first child
  Strand current;        // of the child that runs
  std::size_t children;  // index into Labels::starts of the first child's entry
  std::size_t base;      // number of the first child, as the user counts
  const void* site;
};

class Labels {
 public:
  Strand running() const { return running_; }
  bool any_fork() const { return depth_ > 0; }
  std::size_t depth() const { return depth_; }

  void open(const void* site, std::size_t base) {
    forks_.reserve(depth_ + 1);
    const Strand next = last_ + 1;
    forks_[depth_++] = Fork{next, next, starts_used_, base, site};
    innermost_ = {next, next};
  }
  void begin_child() {
    forks_[depth_ - 1].current = innermost_.current = running_ = ++last_;
    starts_.reserve(starts_used_ + 1);
    starts_[starts_used_++] = running_;
  }
  // The parent goes on as a new strand, after all children.
  void close() {
    starts_used_ = forks_[--depth_].children;
    running_ = ++last_;
    innermost_ = depth_ > 0 ? Interval{forks_[depth_ - 1].first, forks_[depth_ - 1].current} : Interval{0, 0};
  }

  // Is an earlier strand parallel to the running one? Nobody (0) is not.
  bool parallel(Strand s) const {
    if (s >= innermost_.current) return false;
    if (s >= innermost_.first) return true;
    return s != 0 && depth_ > 1 && parallel_further_out(s);
  }


  // The fork below which s and the running strand part; s must be parallel to it.
  const Fork& parting(Strand s) const {
    std::size_t d = depth_ - 1;
    while (s < forks_[d].first) --d;
    return forks_[d];
  }
  std::size_t child_of(const Fork& fork, Strand s) const {
    const std::size_t end = &fork + 1 == &forks_[depth_] ? starts_used_ : (&fork + 1)->children;
    std::size_t lo = fork.children, hi = end;
    while (hi - lo > 1) {
      const std::size_t mid = lo + (hi - lo) / 2;
      (starts_[mid] <= s ? lo : hi) = mid;
    }
    return fork.base + (lo - fork.children);
  }

  bool nearly_exhausted() const { return last_ > 0xf0000000u; }
  void restart() { last_ = running_ = 0; }

 private:
  Strand running_ = 0;
  Strand last_ = 0;
  std::size_t depth_ = 0;
  std::size_t starts_used_ = 0;
  struct Interval {
    Strand first, current;
  };
  Interval innermost_{0, 0};  // of the innermost open fork: nearly every question ends there
  Pages<Fork> forks_;
  Pages<Strand> starts_;

  __attribute__((noinline)) bool parallel_further_out(Strand s) const {
    for (std::size_t d = depth_ - 1; d-- > 0;) {
      const Fork& fork = forks_[d];
      if (s >= fork.current) return false;  // in the child that runs, where inner forks were asked already
      if (s >= fork.first) return true;
    }
    return false;
  }
};

}  // namespace unseq::race

#endif
