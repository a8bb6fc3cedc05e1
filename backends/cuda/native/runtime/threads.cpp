#include "threads.h"

#include <cstdlib>

#include "divergence.h"
#include "findings.h"
#include "launch.h"
#include "memory.h"
#include "order.h"
#include "tracking.h"
#include "warp.h"

namespace unseq::cuda {

namespace {

Suspended scheduler;
Fiber* current_fiber = nullptr;
bool left = false;      // the kernel was given up

std::size_t block_number = 0;
std::size_t working = 0;  // threads of the grid that have used device memory
Barrier released;       // the last barrier that was
bool ascending = true;  // lanes run in the order of their numbers
// Threads that begin one after another on one stack: those with the numbers base + order[at], up to `end`.
struct {
  unsigned base, at, end;
  const Order* order;
  bool done;
} fresh_run;

// ---- one thread ----

void begin_strand(unsigned t) {
  begin_child();
  Owners::enter(block_number, t);
  place(t);
  forget_accesses();
}

// What the thread did since its strand began.
void note_accesses() {
  if (!kTracked || !used_memory()) return;
  const unsigned t = grid->self->number, bit = 1u << t % kLanes;
  working += (warps[t / kLanes].works & bit) == 0;
  warps[t / kLanes].works |= bit;
}

// On a fiber: runs threads that have not begun.
void run_fresh() {
  grid->threads(grid->env, fresh_run.at, fresh_run.end);
  fresh_run.done = true;
  switch_to(current_fiber->suspended, scheduler);
  std::abort();
}

// One that has not waited has ended on the stack that it shares: the next one's turn.
void begin_next() {
  const unsigned t = grid->self->number;
  note_accesses();
  end_fresh(t, t + 1);
  end_thread(top_of(current_fiber));
  if (++fresh_run.at < fresh_run.end) begin_strand(fresh_run.base + static_cast<unsigned>((*fresh_run.order)[fresh_run.at]));
}

// Runs threads, none of which has begun, on one stack until one of them waits; returns how many have begun.
unsigned begin_threads(unsigned base, const Order& order, unsigned from, unsigned end) {
  Fiber* const f = take_fiber();
  prepare(f->suspended, reinterpret_cast<char*>(f->stack), top_of(f) - reinterpret_cast<std::uintptr_t>(f->stack), run_fresh);
  fresh_run = {base, from, end, &order, false};
  grid->self->waited = 0;
  const unsigned first = base + static_cast<unsigned>(order[from]);
  current_fiber = f;
  Touched touched;
  touched.reset(top_of(f), kStackBytes - kGuard);
  begin_strand(first);
  touched.enter();
  switch_to(scheduler, f->suspended);
  if (left || fresh_run.done) {
    touched.leave();
    if (left) return end - from;
    if constexpr (!kTracked) end_fresh(first, first + (end - from));
    give_fiber(f);
    return end - from;
  }
  const unsigned waiting = grid->self->number;
  if constexpr (!kTracked) end_fresh(first, waiting);
  note_accesses();
  end_child();
  threads[waiting].touched.leave();
  threads[waiting].fiber = f;
  return kTracked ? fresh_run.at + 1 - from : waiting + 1 - first;
}

// One that has waited goes on, as a strand of its own: what comes before the switch to its stack.
void enter(unsigned t) {
  begin_strand(t);
  current_fiber = threads[t].fiber;
  threads[t].touched.enter();
}

// What follows when it waits again or ends.
void leave(unsigned t, bool ended) {
  Thread& thread = threads[t];
  note_accesses();
  if (ended) {
    end_thread(top_of(thread.fiber));
    if (!left) give_fiber(thread.fiber);
  } else {
    end_child();
  }
  thread.touched.leave();
}

// Runs a thread, and those of its warp that it hands over to.
void resume(unsigned t) {
  enter(t);
  grid->self->waited = 1;
  switch_to(scheduler, current_fiber->suspended);
  const unsigned last = grid->self->number;
  leave(last, warps[last / kLanes].in(State::ended) >> last % kLanes & 1);
}

// The running thread waits or ends. Hands over to the next lane that may go on; where there is none the scheduler knows.
void stop(State state) {
  const unsigned t = grid->self->number;
  Warp& warp = warps[t / kLanes];
  Suspended& mine = current_fiber->suspended;
  const bool waited = grid->self->waited;
  warp.move(1u << t % kLanes, waited ? State::ready : State::fresh, state);
  if (waited && ascending) {
    if (!kTracked && warp.in(State::ready) == 0) warp.release_alike();
    if (const unsigned ready = warp.in(State::ready); ready != 0) {
      const unsigned next = warp.first + static_cast<unsigned>(__builtin_ctz(ready));
      if (next == t) return;
      leave(t, state == State::ended);
      enter(next);
      return switch_to(mine, current_fiber->suspended);
    }
  }
  switch_to(mine, scheduler);
}

// ---- a warp ----

void run_warp(Warp& warp, const Order& order) {
  while (warp.runnable() != 0) {
    open_fork(reinterpret_cast<const void*>(grid->threads));
    for (unsigned i = 0; i < warp.lanes && warp.runnable() != 0 && !left;) {
      const auto lane = static_cast<unsigned>(order[i]);
      if (warp.in(State::fresh) >> lane & 1) {  // then none of the warp has begun that comes later
        i += begin_threads(warp.first, order, i, kTracked || order.forward() ? warp.lanes : i + 1);
        continue;
      }
      if (warp.in(State::ready) >> lane & 1) resume(warp.first + lane);
      ++i;
    }
    close_fork();
    if (left || !release_complete(warp)) return;
  }
}

// ---- a block ----

// All that have not ended are at a barrier.
void release_barrier(unsigned count) {
  if (!barrier.alike || barrier.threads < size) check_barrier();
  for (unsigned w = 0; w < count; ++w) warps[w].move(warps[w].in(State::at_barrier), State::at_barrier, State::ready);
  released = barrier;
  barrier.threads = 0;
}

void run_block(const Order& warp_order, const Order& lanes, const Order& last_lanes) {
  begin_warps(size);
  barrier.threads = 0;
  if (!kTracked && ascending) {  // nobody asks who runs beside whom
    for (unsigned t = 0; t < size && !left;) t += begin_threads(0, lanes, t, size);
  }
  const unsigned count = (size + kLanes - 1) / kLanes;
  while (!left) {
    unsigned alive = 0, runnable = 0;
    for (unsigned w = 0; w < count; ++w) {
      alive |= warps[w].all & ~warps[w].in(State::ended);
      runnable |= warps[w].runnable();
    }
    if (alive == 0) return;
    if (runnable != 0) {
      open_fork(reinterpret_cast<const void*>(grid->threads));
      for (unsigned i = 0; i < count && !left; ++i) {
        Warp& warp = warps[warp_order[i]];
        if (warp.runnable() == 0) continue;
        begin_child();
        run_warp(warp, warp.lanes == kLanes ? lanes : last_lanes);
        end_child();
      }
      close_fork();
      continue;
    }
    bool any = false;
    for (unsigned w = 0; w < count; ++w) any = release_complete(warps[w]) || any;
    if (!any && !release_stuck(count)) release_barrier(count);
  }
}

// The thread that runs waits until it is made ready.
Thread& waits(const char* file, int line, const void* pc) {
  Thread& t = threads[grid->self->number];
  t.file = file;
  t.line = line;
  t.pc = pc;
  return t;
}

// Waits for the lanes of a mask; which lanes came.
unsigned meet(const char* file, int line, unsigned mask, std::uint64_t value, bool exchanges, const void* pc) {
  const unsigned number = grid->self->number;
  Warp& warp = warps[number / kLanes];
  if (!(mask >> number % kLanes & 1)) {
    find(UNSEQ_BARRIER_DIVERGENCE, pc, nullptr, "lane %u calls with a mask (0x%08x) that does not name it", number % kLanes, mask);
    mask |= 1u << number % kLanes;
  }
  Thread& t = waits(file, line, pc);
  t.mask = mask;
  t.exchanges = exchanges;
  warp.offered[number % kLanes] = value;
  const unsigned others = warp.in(State::at_warp);
  const Thread& one = others == 0 ? t : threads[warp.first + static_cast<unsigned>(__builtin_ctz(others))];
  warp.alike = one.mask == mask && one.line == line && (others == 0 || warp.alike);
  stop(State::at_warp);
  return t.came;
}

}  // namespace

std::size_t run_grid(const unseq_cuda::Launch& launch, std::size_t blocks, unsigned block_size) {
  grid = &launch;
  size = block_size;
  left = false;
  working = 0;
  unseq_cuda::Self& self = *launch.self;
  self.block_dim = launch.block;
  self.grid_dim = launch.grid;
  for (unsigned t = 0; t < size; ++t) {
    places[t] = {t % launch.block.x, t / launch.block.x % launch.block.y, t / launch.block.x / launch.block.y};
  }
  Owners::begin();
  const Order order(blocks, 1), warp_order((size + kLanes - 1) / kLanes, 2);
  const Order lanes(size < kLanes ? size : kLanes, 3), last_lanes(size % kLanes, 3);
  ascending = lanes.forward() && warp_order.forward();
  open_fork(reinterpret_cast<const void*>(launch.threads));
  for (std::size_t i = 0; i < blocks && !left; ++i) {
    block_number = order[i];
    self.block = {static_cast<unsigned>(block_number % launch.grid.x),
                  static_cast<unsigned>(block_number / launch.grid.x % launch.grid.y),
                  static_cast<unsigned>(block_number / launch.grid.x / launch.grid.y)};
    begin_child();
    fresh_shared(launch.shared);
    run_block(warp_order, lanes, last_lanes);
    end_child();
  }
  close_fork();
  if (left) give_all_fibers();
  return kTracked ? working : blocks * block_size;
}

void leave_kernel() {
  left = true;
  switch_to(current_fiber->suspended, scheduler);
  std::abort();
}

bool on_thread_stack(std::uintptr_t address) { return on_stack_of_fiber(address); }

}  // namespace unseq::cuda

using namespace unseq::cuda;  // NOLINT

#define EXPORT extern "C" __attribute__((visibility("default")))
#define CALLER __builtin_return_address(0)

#if UNSEQ_CUDA_RACE
EXPORT unseq_cuda::Self unseq_cuda_self;
unseq_cuda::Self unseq_cuda_self;  // what runs sees it as constant
#endif

EXPORT void unseq_cuda_finished(void) {
  if (kTracked && !grid->self->waited) return begin_next();
  stop(State::ended);
  std::abort();
}

EXPORT unsigned unseq_cuda_barrier(const char* file, int line, int predicate, unsigned* count) {
  barrier.come(waits(file, line, CALLER), predicate != 0);
  stop(State::at_barrier);
  if (count != nullptr) *count = released.threads;
  return released.predicates;
}

EXPORT std::uint64_t unseq_cuda_exchange(const char* file, int line, unsigned mask, std::uint64_t value, int source) {
  const void* const pc = CALLER;
  const unsigned came = meet(file, line, mask, value, source >= 0, pc);
  if (source < 0) return 0;
  const auto from = static_cast<unsigned>(source);
  const unsigned number = grid->self->number;
  if (!(came >> from & 1)) {
    find(UNSEQ_UNINITIALISED, pc, nullptr, "lane %u takes the value of lane %u, which does not take part (mask 0x%08x)",
         number % kLanes, from, mask);
    return value;
  }
  return warps[number / kLanes].given[from];
}

EXPORT unsigned unseq_cuda_gather(const char* file, int line, unsigned mask, std::uint64_t value,
                                  const std::uint64_t** values) {
  const unsigned came = meet(file, line, mask, value, true, CALLER);
  *values = warps[grid->self->number / kLanes].given;
  return came;
}

EXPORT unsigned unseq_cuda_active(void) {
  const Warp& warp = warps[grid->self->number / kLanes];
  return warp.all & ~warp.in(State::ended) & ~warp.in(State::at_barrier);
}
