#include "threads.h"

#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "findings.h"
#include "launch.h"
#include "memory.h"
#include "order.h"
#include "tracking.h"
#include "warp.h"

namespace unseq::cuda {

namespace {

std::uint64_t given[kMostThreads];  // what threads handed over to those that they met
Suspended scheduler;
Fiber* current_fiber = nullptr;
bool left = false;      // the kernel was given up

const unseq_cuda::Launch* grid = nullptr;
std::size_t block_number = 0;
std::size_t working = 0;  // threads of the grid that have used device memory
unsigned size = 0;      // threads of a block
unsigned barrier_count = 0, barrier_threads = 0;
// Threads that begin one after another on one stack: those with the numbers base + order[at], up to `end`.
struct {
  unsigned base, at, end;
  const Order* order;
  bool done;
} fresh_run;
const Order in_sequence;
unseq_cuda::Index places[kMostThreads];  // of the threads of a block, by number

// ---- one thread ----

void place(unsigned t) {
  grid->self->thread = places[t];
  grid->self->number = t;
}

void begin_strand(unsigned t) {
  begin_child();
  Owners::enter(block_number, t);
  place(t);
  forget_accesses();
}

// What the thread did since its strand began.
void note_accesses() {
  Thread& t = threads[grid->self->number];
  if (!used_memory() || t.works) return;
  t.works = true;
  ++working;
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
  note_accesses();
  threads[grid->self->number].state = State::ended;
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
    if constexpr (!kTracked) {
      for (unsigned t = first; t < first + (end - from); ++t) threads[t].state = State::ended;
    }
    give_fiber(f);
    return end - from;
  }
  const unsigned waiting = grid->self->number;
  if constexpr (!kTracked) {
    for (unsigned t = first; t < waiting; ++t) threads[t].state = State::ended;
  }
  note_accesses();
  end_child();
  threads[waiting].touched.leave();
  threads[waiting].fiber = f;
  return kTracked ? fresh_run.at + 1 - from : waiting + 1 - first;
}

// As a strand of its own, until it waits or ends.
void resume(unsigned t) {
  Thread& thread = threads[t];
  begin_strand(t);
  grid->self->waited = 1;
  current_fiber = thread.fiber;
  thread.touched.enter();
  switch_to(scheduler, thread.fiber->suspended);
  note_accesses();
  if (thread.state == State::ended) {
    end_thread(top_of(thread.fiber));
    if (!left) give_fiber(thread.fiber);
  } else {
    end_child();
  }
  thread.touched.leave();
}

// ---- a warp ----

const char* where(const Thread& t, char (&text)[64]) {
  if (t.state == State::ended) {
    std::snprintf(text, sizeof text, "has ended");
  } else {
    std::snprintf(text, sizeof text, "waits at line %d", t.line);
  }
  return text;
}

// Lets the lanes of `group` go on, with each other's values.
void release(const Warp& warp, unsigned group) {
  for (unsigned lane = 0; lane < warp.lanes; ++lane) {
    if (!(group >> lane & 1)) continue;
    Thread& t = threads[warp.first + lane];
    given[warp.first + lane] = t.value;
    t.came = group;
    t.state = State::ready;
  }
}

// Releases the lanes all of whose mask has come; whether there were any.
bool release_complete(const Warp& warp) {
  const unsigned ended = warp.in(State::ended), waiting = warp.in(State::at_warp);
  const unsigned all = warp.lanes == kLanes ? ~0u : (1u << warp.lanes) - 1;
  bool any = false;
  for (unsigned left_to_do = waiting; left_to_do != 0;) {
    const unsigned lane = static_cast<unsigned>(__builtin_ctz(left_to_do));
    const Thread& first = threads[warp.first + lane];
    const unsigned needed = first.mask & all & ~ended;
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
    release(warp, group);
    any = true;
  }
  return any;
}

void run_warp(const Warp& warp, const Order& order) {
  for (;;) {
    bool any = false;
    for (unsigned lane = 0; lane < warp.lanes && !any; ++lane) any = warp.runnable(lane);
    if (!any) return;
    open_fork(reinterpret_cast<const void*>(grid->threads));
    for (unsigned i = 0; i < warp.lanes && !left;) {
      const auto t = warp.first + static_cast<unsigned>(order[i]);
      if (threads[t].state == State::fresh) {  // then none of the warp has begun that comes later
        i += begin_threads(warp.first, order, i, kTracked || order.forward() ? warp.lanes : i + 1);
        continue;
      }
      if (threads[t].state == State::ready) resume(t);
      ++i;
    }
    close_fork();
    if (left || !release_complete(warp)) return;
  }
}

// ---- a block ----

Warp warp_of(unsigned w) { return Warp{w * kLanes, size - w * kLanes < kLanes ? size - w * kLanes : kLanes}; }

// Lanes that wait for some that do not come: says so, and lets them go on.
bool release_stuck(unsigned count) {
  bool any = false;
  for (unsigned w = 0; w < count; ++w) {
    const Warp warp = warp_of(w);
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
      char text[64];
      place(first + lane);
      find(UNSEQ_BARRIER_DIVERGENCE, t.pc, threads[first + absent].pc,
           "lane %u waits at line %d for the lanes 0x%08x, but lane %u %s", lane, t.line, t.mask, absent,
           where(threads[first + absent], text));
    }
    release(warp, waiting);
  }
  return any;
}

// All that have not ended are at a barrier.
void release_barrier() {
  const Thread* first = nullptr;
  unsigned number = 0;
  barrier_count = barrier_threads = 0;
  for (unsigned i = 0; i < size; ++i) {
    Thread& t = threads[i];
    if (t.state != State::at_barrier) continue;
    if (first == nullptr) first = &t, number = i;
    if (t.line != first->line || (t.file != first->file && std::strcmp(t.file, first->file) != 0)) {
      place(i);
      find(UNSEQ_BARRIER_DIVERGENCE, t.pc, first->pc, "it waits at line %d, but thread %u of its block waits at line %d",
           t.line, number, first->line);
    }
    ++barrier_threads;
    barrier_count += t.value != 0;
    t.state = State::ready;
  }
  if (first != nullptr && barrier_threads < size) {
    place(number);
    find(UNSEQ_BARRIER_DIVERGENCE, first->pc, nullptr, "%u of the block's %u threads had ended when the others waited here",
         size - barrier_threads, size)->note = 1;
  }
}

void run_block(const Order& warps, const Order& lanes) {
  for (unsigned t = 0; t < size; ++t) {
    threads[t].state = State::fresh;
    threads[t].works = false;
  }
  if (!kTracked && warps.forward()) {  // nobody asks who runs beside whom
    for (unsigned t = 0; t < size && !left;) t += begin_threads(0, in_sequence, t, size);
  }
  const unsigned count = (size + kLanes - 1) / kLanes;
  while (!left) {
    bool over = true, runnable = false;
    for (unsigned t = 0; t < size; ++t) {
      over = over && threads[t].state == State::ended;
      runnable = runnable || threads[t].state == State::fresh || threads[t].state == State::ready;
    }
    if (over) return;
    if (runnable) {
      open_fork(reinterpret_cast<const void*>(grid->threads));
      for (unsigned i = 0; i < count && !left; ++i) {
        begin_child();
        run_warp(warp_of(static_cast<unsigned>(warps[i])), lanes);
        end_child();
      }
      close_fork();
      continue;
    }
    bool any = false;
    for (unsigned w = 0; w < count; ++w) any = release_complete(warp_of(w)) || any;
    if (!any && !release_stuck(count)) release_barrier();
  }
}

// The thread that runs waits until it is made ready.
void wait(State state, const char* file, int line, const void* pc, unsigned mask, std::uint64_t value, bool exchanges) {
  Thread& t = threads[grid->self->number];
  t.state = state;
  t.file = file;
  t.line = line;
  t.pc = pc;
  t.mask = mask;
  t.value = value;
  t.exchanges = exchanges;
  switch_to(current_fiber->suspended, scheduler);
}

// Waits for the lanes of a mask; the number of the warp's first thread.
unsigned meet(const char* file, int line, unsigned mask, std::uint64_t value, bool exchanges, const void* pc) {
  const unsigned number = grid->self->number;
  if (!(mask >> number % kLanes & 1)) {
    find(UNSEQ_BARRIER_DIVERGENCE, pc, nullptr, "lane %u calls with a mask (0x%08x) that does not name it", number % kLanes, mask);
    mask |= 1u << number % kLanes;
  }
  wait(State::at_warp, file, line, pc, mask, value, exchanges);
  return number / kLanes * kLanes;
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
  const Order order(blocks, 1), warps((size + kLanes - 1) / kLanes, 2), lanes(kLanes, 3);
  open_fork(reinterpret_cast<const void*>(launch.threads));
  for (std::size_t i = 0; i < blocks && !left; ++i) {
    block_number = order[i];
    self.block = {static_cast<unsigned>(block_number % launch.grid.x),
                  static_cast<unsigned>(block_number / launch.grid.x % launch.grid.y),
                  static_cast<unsigned>(block_number / launch.grid.x / launch.grid.y)};
    begin_child();
    fresh_shared(launch.shared);
    run_block(warps, lanes);
    end_child();
  }
  close_fork();
  if (left) {
    give_all_fibers();
  }
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
  threads[grid->self->number].state = State::ended;
  switch_to(current_fiber->suspended, scheduler);
  std::abort();
}

EXPORT unsigned unseq_cuda_barrier(const char* file, int line, int predicate, unsigned* count) {
  wait(State::at_barrier, file, line, CALLER, 0, predicate != 0, false);
  if (count != nullptr) *count = barrier_threads;
  return barrier_count;
}

EXPORT std::uint64_t unseq_cuda_exchange(const char* file, int line, unsigned mask, std::uint64_t value, int source) {
  const void* const pc = CALLER;
  const unsigned first = meet(file, line, mask, value, source >= 0, pc);
  if (source < 0) return 0;
  const auto from = static_cast<unsigned>(source);
  if (!(threads[grid->self->number].came >> from & 1)) {
    find(UNSEQ_UNINITIALISED, pc, nullptr, "lane %u takes the value of lane %u, which does not take part (mask 0x%08x)",
         grid->self->number % kLanes, from, mask);
    return value;
  }
  return given[first + from];
}

EXPORT unsigned unseq_cuda_gather(const char* file, int line, unsigned mask, std::uint64_t value, std::uint64_t* out) {
  const unsigned first = meet(file, line, mask, value, true, CALLER);
  const unsigned came = threads[grid->self->number].came;
  for (unsigned lane = 0; lane < kLanes; ++lane) out[lane] = came >> lane & 1 ? given[first + lane] : 0;
  return came;
}

EXPORT unsigned unseq_cuda_active(void) {
  const unsigned first = grid->self->number / kLanes * kLanes;
  unsigned found = 0;
  for (unsigned k = 0; k < kLanes && first + k < size; ++k) {
    found |= unsigned{threads[first + k].state != State::ended && threads[first + k].state != State::at_barrier} << k;
  }
  return found;
}
