// The threads of the block that runs, and its warps. Included by threads.cpp only.
#ifndef UNSEQ_CUDA_WARP_H_
#define UNSEQ_CUDA_WARP_H_

#include <cstdint>
#include <utility>

#include "stacks.h"
#include "tracking.h"
#include "unseq_cuda/runtime.h"

namespace unseq::cuda {
namespace {

constexpr unsigned kMostThreads = 1024, kLanes = 32;

enum class State : unsigned char { fresh, ready, at_barrier, at_warp, ended };
constexpr unsigned kStates = 5;

struct Thread {
  Fiber* fiber;  // since it has waited
  Touched touched;
  // Where it waits, and for whom.
  const char* file;
  const void* pc;
  int line;
  unsigned mask;
  bool exchanges;  // it wants values of others, not just to wait
  unsigned came;   // the lanes with which it was released
};

Thread threads[kMostThreads];
// The values of a warp's lanes: those that they hand over, and those that were handed over when they were released.
std::uint64_t values[kMostThreads / kLanes][2][kLanes];

struct Warp {
  unsigned first, lanes;
  unsigned all;          // a bit for each lane, as in what follows
  unsigned by_state[kStates];
  bool alike;            // those at_warp wait at one line for the same lanes
  std::uint64_t *offered, *given;  // by lane
  unsigned works = 0;    // they have used device memory

  unsigned in(State state) const { return by_state[static_cast<unsigned>(state)]; }
  unsigned runnable() const { return in(State::fresh) | in(State::ready); }
  void move(unsigned group, State from, State to) {
    by_state[static_cast<unsigned>(from)] &= ~group;
    by_state[static_cast<unsigned>(to)] |= group;
  }
  // Lets the lanes of `group`, which are at_warp, go on with each other's values.
  void release(unsigned group) {
    if (group == ~0u) std::swap(offered, given);
    for (unsigned rest = group; rest != 0; rest &= rest - 1) {
      const auto lane = static_cast<unsigned>(__builtin_ctz(rest));
      if (group != ~0u) given[lane] = offered[lane];
      threads[first + lane].came = group;
    }
    move(group, State::at_warp, State::ready);
  }
  // Releases the lanes that wait alike, if all whom they wait for have come or ended.
  bool release_alike() {
    const unsigned waiting = in(State::at_warp);
    if (waiting == 0 || !alike) return false;
    const unsigned needed = threads[first + static_cast<unsigned>(__builtin_ctz(waiting))].mask & all & ~in(State::ended);
    if ((waiting & needed) != needed) return false;
    release(waiting);
    return true;
  }
};

Warp warps[kMostThreads / kLanes];

void begin_warps(unsigned size) {
  for (unsigned first = 0; first < size; first += kLanes) {
    const unsigned lanes = size - first < kLanes ? size - first : kLanes, all = ~0u >> (kLanes - lanes);
    warps[first / kLanes] = Warp{first, lanes, all, {all}, true, values[first / kLanes][0], values[first / kLanes][1]};
  }
}

// Threads [from, to), all of them fresh, have ended.
void end_fresh(unsigned from, unsigned to) {
  while (from < to) {
    const unsigned lane = from % kLanes, n = to - from < kLanes - lane ? to - from : kLanes - lane;
    warps[from / kLanes].move(~0u >> (kLanes - n) << lane, State::fresh, State::ended);
    from += n;
  }
}

// The threads that wait at the block's barrier.
struct Barrier {
  unsigned threads, predicates;  // how many; how many of them gave a predicate that holds
  bool alike;                    // at one line
  const Thread* one;             // of them

  void come(const Thread& t, bool predicate) {
    if (threads++ == 0) one = &t, predicates = 0, alike = true;
    predicates += predicate;
    alike = alike && t.line == one->line && t.file == one->file;
  }
};

Barrier barrier;

const unseq_cuda::Launch* grid = nullptr;
unsigned size = 0;                       // threads of a block
unseq_cuda::Index places[kMostThreads];  // by number

// The thread that runs, or that a finding is about.
void place(unsigned t) {
  grid->self->thread = places[t];
  grid->self->number = t;
}

}  // namespace
}  // namespace unseq::cuda

#endif
