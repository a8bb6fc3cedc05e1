// Releases threads that wait, where it must be looked at who waits for whom, and says what is wrong there. Included by
// threads.cpp only.
#ifndef UNSEQ_CUDA_DIVERGENCE_H_
#define UNSEQ_CUDA_DIVERGENCE_H_

#include <cstdio>
#include <cstring>

#include "findings.h"
#include "warp.h"

namespace unseq::cuda {
namespace {

// Releases the lanes all of whose mask has come; whether there were any.
bool release_complete(Warp& warp) {
  const unsigned ended = warp.in(State::ended), waiting = warp.in(State::at_warp);
  if (warp.alike) return warp.release_alike();
  bool any = false;
  for (unsigned left_to_do = waiting; left_to_do != 0;) {
    const unsigned lane = static_cast<unsigned>(__builtin_ctz(left_to_do));
    const Thread& first = threads[warp.first + lane];
    const unsigned needed = first.mask & warp.all & ~ended;
    unsigned group = 0;
    const Thread* other = nullptr;
    for (unsigned k = 0; k < warp.lanes; ++k) {
      const Thread& t = threads[warp.first + k];
      if (!(waiting >> k & 1) || t.mask != first.mask) continue;
      group |= 1u << k;
      if (t.line != first.line && (t.exchanges || first.exchanges)) other = &t;
    }
    left_to_do &= ~group;
    if ((group & needed) != needed) continue;
    if (other != nullptr) {
      place(warp.first + lane);
      find(UNSEQ_BARRIER_DIVERGENCE, first.pc, other->pc, "lanes of one mask (0x%08x) take part in different operations, "
           "at lines %d and %d", first.mask, first.line, other->line);
    }
    warp.release(group);
    any = true;
  }
  return any;
}

// Lanes that wait for some that do not come: says so, and lets them go on.
bool release_stuck(unsigned count) {
  bool any = false;
  for (unsigned w = 0; w < count; ++w) {
    Warp& warp = warps[w];
    const unsigned first = warp.first;
    const unsigned waiting = warp.in(State::at_warp), ended = warp.in(State::ended);
    if (waiting == 0) continue;
    any = true;
    const auto lane = static_cast<unsigned>(__builtin_ctz(waiting));
    const Thread& t = threads[first + lane];
    unsigned missing = 0;
    for (unsigned k = 0; k < warp.lanes; ++k) {
      const bool came = (waiting >> k & 1) && threads[first + k].mask == t.mask;
      if ((t.mask >> k & 1) && !(ended >> k & 1) && !came) missing |= 1u << k;
    }
    if (missing != 0) {
      const auto absent = static_cast<unsigned>(__builtin_ctz(missing));
      char text[64] = "has ended";
      if (!(ended >> absent & 1)) std::snprintf(text, sizeof text, "waits at line %d", threads[first + absent].line);
      place(first + lane);
      find(UNSEQ_BARRIER_DIVERGENCE, t.pc, threads[first + absent].pc,
           "lane %u waits at line %d for the lanes 0x%08x, but lane %u %s", lane, t.line, t.mask, absent,
           text);
    }
    warp.release(waiting);
  }
  return any;
}

bool at_barrier(unsigned t) { return warps[t / kLanes].in(State::at_barrier) >> t % kLanes & 1; }

// What is wrong with the threads at the barrier.
void check_barrier() {
  unsigned number = 0;
  while (!at_barrier(number)) ++number;
  const Thread& first = threads[number];
  for (unsigned i = number + 1; i < size && !barrier.alike; ++i) {
    const Thread& t = threads[i];
    if (!at_barrier(i) || (t.line == first.line && std::strcmp(t.file, first.file) == 0)) continue;
    place(i);
    find(UNSEQ_BARRIER_DIVERGENCE, t.pc, first.pc, "it waits at line %d, but thread %u of its block waits at line %d",
         t.line, number, first.line);
  }
  if (barrier.threads < size) {
    place(number);
    find(UNSEQ_BARRIER_DIVERGENCE, first.pc, nullptr, "%u of the block's %u threads had ended when the others waited here",
         size - barrier.threads, size)->note = 1;
  }
}

}  // namespace
}  // namespace unseq::cuda

#endif
