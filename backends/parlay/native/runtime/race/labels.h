// Who is parallel to whom, in a serial execution of a fork-join program.
//
// Strands are numbered in the order in which they run. Every open fork keeps the number of its first
// child's first strand and that of its current child's: an earlier strand is logically parallel to the
// running one if and only if it lies in [first, current) of some open fork. (After SP-bags, Feng and
// Leiserson, SPAA 1997; intervals replace the disjoint sets.)
//
// A scope is where a strand starts tasks and goes on: it keeps the intervals of tasks that nobody waited
// for yet, each parallel to all that runs until somebody does. A task's own tasks, when it has not waited
// for them, outlive it (OpenMP 5.2, 12.5) and pass to the scope that it was started in.
#ifndef UNSEQ_RACE_LABELS_H_
#define UNSEQ_RACE_LABELS_H_

#include <cstddef>
#include <cstdint>

#include "pages.h"

namespace unseq::race {

using Strand = std::uint32_t;  // 0: nobody

struct Fork {
  Strand first;          // of the first child; of a scope: of what came after its opening
  Strand current;        // of the child that runs; of a scope: unused
  std::size_t children;  // index into Labels::runs_ of the first child's entry
  std::size_t tasks;     // index into Labels::tasks_ of the first entry of a scope
  std::size_t base;      // number of the first child, as the user counts
  const void* site;
  bool scope;
  bool down;             // children are numbered downwards from `base`
};

class Labels {
 public:
  Strand running() const { return running_; }
  bool any_fork() const { return depth_ > 0; }

  void open(const void* site, std::size_t base, bool down) {
    const Strand next = running_ + 1;
    push(Fork{next, next, runs_used_, tasks_used_, base, site, false, down});
  }
  void begin_child() {
    if (!continues_run()) begin_run();
    innermost_.current = ++running_;
  }
  // Whether the child that runs is a strand by itself so far: the next one is then found without an entry.
  bool continues_run() const { return running_ == innermost_.current; }
  // The parent goes on as a new strand, after all children.
  void close() {
    pop();
    ++running_;
  }

  // The running strand goes on under a new number: a segment of it has ended.
  void split() {
    if (running_ != split_last_) split_first_ = running_;
    split_last_ = ++running_;
  }
  // Whether s, a segment that has run, belongs to the running strand.
  bool same_strand(Strand s) const {
    return s == running_ || (running_ == split_last_ && s >= split_first_);
  }

  // The first strand of the innermost fork, which no other fork has.
  Strand opened() const { return forks_[depth_ - 1].first; }

  // ---- tasks: `begin_task`, what the task does, `end_task` with what `begin_task` gave ----

  struct Creator {
    std::size_t depth, entry;
  };
  // Where scopes of the running task may begin, so that waiting does not reach into another one's.
  std::size_t depth() const { return depth_; }
  // An open fork or scope; 0 is the outermost one.
  Fork level(std::size_t k) const {
    Fork fork = forks_[k];
    if (k + 1 == depth_ && !fork.scope) fork.current = innermost_.current;
    return fork;
  }

  void open_scope(const void* site) {
    push(Fork{running_ + 1, running_ + 1, runs_used_, tasks_used_, 0, site, true, false});
  }
  Creator begin_task() {
    ++running_;
    tasks_.reserve(tasks_used_ + 1);
    tasks_[tasks_used_] = Task{running_, running_, 0, true};
    keep_current();
    innermost_ = {~Strand{0}, ~Strand{0}};
    return Creator{depth_, tasks_used_++};
  }
  void end_task(Creator creator) {
    std::size_t kept = creator.entry + 1;
    for (std::size_t i = kept; i < tasks_used_; ++i) {
      if (tasks_[i].first == tasks_[i].end || tasks_[i].owner != 0) continue;
      tasks_[kept] = Task{tasks_[i].first, tasks_[i].end, kept - creator.entry, false};
      ++kept;
    }
    while (depth_ > creator.depth) pop();
    tasks_used_ = kept;
    ++running_;
    tasks_[creator.entry].end = running_;
  }
  // All that was started in the scopes above `depth` by the running task itself comes before what it does next.
  void wait(std::size_t depth) {
    if (depth_ == depth) return;
    for (std::size_t i = forks_[depth].tasks; i < tasks_used_; ++i) {
      Task& task = tasks_[i];
      if (task.own) task.end = task.first;
      task.owner = 0;
      task.own = false;
    }
    while (tasks_used_ > forks_[depth_ - 1].tasks && tasks_[tasks_used_ - 1].end == tasks_[tasks_used_ - 1].first) {
      --tasks_used_;
    }
    ++running_;
  }
  // What the scopes above `depth` have started is, to who goes on, as if a task of its own had started it.
  void disown(std::size_t depth) {
    if (depth_ == depth) return;
    for (std::size_t i = forks_[depth].tasks; i < tasks_used_; ++i) tasks_[i].own = false;
  }
  // All that was started in the innermost scopes above `depth`, by whomever.
  void close_scopes(std::size_t depth) {
    if (depth_ == depth) return;
    tasks_used_ = forks_[depth].tasks;
    while (depth_ > depth) pop();
    ++running_;
  }

  // ---- questions ----

  // Is an earlier strand parallel to the running one? Nobody (0) is not.
  bool parallel(Strand s) const {
    if (s >= innermost_.current) return false;
    if (s >= innermost_.first) return true;
    if (before_all_forks(s) || before_.has(s)) return false;
    return beside_.has(s) || parallel_further_out(s);
  }

  // Quick answers; false where the question needs more thought.
  bool surely_before(Strand s) const {
    return before_children(s) || (s >= innermost_.current && s <= running_);
  }
  bool before_all_forks(Strand s) const { return s < outermost_; }
  // Before every child of the innermost fork.
  bool before_children(Strand s) const { return before_all_forks(s) || before_.has(s); }
  // Read or written by the running strand or by one of the innermost fork's that is parallel to it.
  bool stays(Strand s) const { return s == running_ || surely_parallel(s); }
  bool surely_parallel(Strand s) const { return innermost_.has(s); }

  // The fork below which s and the running strand part; s must be parallel to it.
  const Fork& parting(Strand s) const { return forks_[level_of(s)]; }
  std::size_t child_of(const Fork& fork, Strand s) const {
    if (fork.scope) return task_at(fork, s) - fork.tasks;
    const std::size_t end = &fork + 1 == &forks_[depth_] ? runs_used_ : (&fork + 1)->children;
    std::size_t lo = fork.children, hi = end;
    while (hi - lo > 1) {
      const std::size_t mid = lo + (hi - lo) / 2;
      (runs_[mid].first <= s ? lo : hi) = mid;
    }
    std::size_t child = runs_[lo].child + (s - runs_[lo].first);
    if (lo + 1 < end && child >= runs_[lo + 1].child) child = runs_[lo + 1].child - 1;
    const Strand current = fork.first == innermost_.first ? innermost_.current : fork.current;
    if (lo + 1 == end && s > current) child = runs_[lo].child + (current - runs_[lo].first);
    return fork.down ? fork.base - child : fork.base + child;
  }

  bool nearly_exhausted() const { return running_ > 0xf0000000u; }
  void restart() { running_ = split_first_ = split_last_ = 0, before_ = beside_ = {0, 0}; }

 private:
  struct Interval {
    Strand first, current;
    bool has(Strand s) const { return s - first < current - first; }
  };
  // Children one after another that are a strand each, but for the last one, which may be several.
  struct Run {
    Strand first;
    std::size_t child;  // its number, from 0
  };
  struct Task {
    Strand first, end;  // empty: it runs, or somebody waited for it
    std::size_t owner;  // how far back the entry stands whose interval holds this one; 0: none
    bool own;           // started by the task whose scope this is
  };

  Strand running_ = 0;
  Strand split_first_ = 0, split_last_ = 0;  // the segments of a strand that was split
  std::size_t depth_ = 0;
  std::size_t runs_used_ = 0;
  std::size_t tasks_used_ = 0;
  // The last answers found further out: strands that come before, or are parallel to, all that runs while more than
  // so many forks are open.
  mutable Interval before_{0, 0}, beside_{0, 0};
  mutable std::size_t before_depth_ = 0, beside_depth_ = 0;
  Interval innermost_{0, 0};  // of the innermost open fork: nearly every question ends there
  Strand outermost_ = 1;      // the first strand of the outermost open fork: those before it are nobody's parallel
  Pages<Fork> forks_;
  Pages<Run> runs_;
  Pages<Task> tasks_;

  __attribute__((noinline)) void begin_run() {
    std::size_t child = 0;
    if (runs_used_ > forks_[depth_ - 1].children) {
      const Run& before = runs_[runs_used_ - 1];
      child = before.child + (innermost_.current - before.first) + 1;
    }
    runs_.reserve(runs_used_ + 1);
    runs_[runs_used_++] = Run{running_ + 1, child};
  }
  // `Fork::current` of the innermost fork is written only when something goes on top of it.
  void keep_current() {
    if (depth_ > 0 && forks_[depth_ - 1].first == innermost_.first) forks_[depth_ - 1].current = innermost_.current;
  }
  void push(const Fork& fork) {
    keep_current();
    forks_.reserve(depth_ + 1);
    if (depth_ == 0) outermost_ = fork.first;
    forks_[depth_++] = fork;
    innermost_ = {fork.first, fork.current};
  }
  void pop() {
    runs_used_ = forks_[--depth_].children;
    if (depth_ <= before_depth_) before_ = {0, 0};
    if (depth_ <= beside_depth_) beside_ = {0, 0};
    if (depth_ == 0) {
      innermost_ = {0, 0};
      outermost_ = 1;
      return;
    }
    const Fork& fork = forks_[depth_ - 1];
    innermost_ = fork.scope ? Interval{~Strand{0}, ~Strand{0}} : Interval{fork.first, fork.current};
  }

  // The innermost open fork that was open when s began. Forks further out saw s only as part of the child that runs.
  std::size_t level_of(Strand s) const {
    std::size_t lo = 0, hi = depth_;
    while (hi - lo > 1) {
      const std::size_t mid = lo + (hi - lo) / 2;
      (forks_[mid].first <= s ? lo : hi) = mid;
    }
    return lo;
  }
  std::size_t task_at(const Fork& scope, Strand s) const {
    const std::size_t end = &scope + 1 == &forks_[depth_] ? tasks_used_ : (&scope + 1)->tasks;
    std::size_t lo = scope.tasks, hi = end;
    while (hi - lo > 1) {
      const std::size_t mid = lo + (hi - lo) / 2;
      (tasks_[mid].first <= s ? lo : hi) = mid;
    }
    return lo;
  }
  __attribute__((noinline)) bool parallel_further_out(Strand s) const {
    const std::size_t level = level_of(s);
    const Fork& fork = forks_[level];
    if (!fork.scope) {
      if (s < fork.current) {
        beside_ = {fork.first, fork.current};
        beside_depth_ = level + 1;
        return true;
      }
      if (level + 1 < depth_ && !forks_[level + 1].scope) {
        before_ = {fork.current, forks_[level + 1].first};
        before_depth_ = level + 1;
      }
      return false;
    }
    const std::size_t at = task_at(fork, s);
    if (at >= (level + 1 == depth_ ? tasks_used_ : forks_[level + 1].tasks)) return false;
    const Task& task = tasks_[at];
    return s >= task.first && (s < task.end || (task.owner != 0 && s < tasks_[at - task.owner].end));
  }
};

}  // namespace unseq::race

#endif
