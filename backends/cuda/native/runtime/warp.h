// The threads of the block that runs, and its warps. Included by threads.cpp only.
#ifndef UNSEQ_CUDA_WARP_H_
#define UNSEQ_CUDA_WARP_H_

#include <cstdint>

#include "stacks.h"
#include "tracking.h"

namespace unseq::cuda {
namespace {

constexpr unsigned kMostThreads = 1024, kLanes = 32;

enum class State : unsigned char { fresh, ready, at_barrier, at_warp, ended };

struct Thread {
  State state;
  Fiber* fiber;  // null: it has not waited yet
  Touched touched;
  // Where it waits, and for whom.
  const char* file;
  const void* pc;
  std::uint64_t value;  // that it hands over
  int line;
  unsigned mask;
  bool exchanges;       // it wants values of others, not just to wait
  bool works;           // it has used device memory
  unsigned came;        // lanes that it met
};

Thread threads[kMostThreads];

struct Warp {
  unsigned first, lanes;
  bool runnable(unsigned lane) const {
    return threads[first + lane].state == State::fresh || threads[first + lane].state == State::ready;
  }
  unsigned in(State state) const {
    unsigned found = 0;
    for (unsigned lane = 0; lane < lanes; ++lane) found |= unsigned{threads[first + lane].state == state} << lane;
    return found;
  }
};

}  // namespace
}  // namespace unseq::cuda

#endif
