#include "threads.h"

#include <cstdio>
#include <cstdlib>
#include <cstring>

#include <sys/mman.h>

#include "fiber.h"
#include "findings.h"
#include "launch.h"
#include "memory.h"
#include "order.h"
#include "tracking.h"

namespace unseq::cuda {

namespace {

constexpr unsigned kMostThreads = 1024, kLanes = 32;
constexpr std::size_t kStackBytes = std::size_t{512} << 10, kGuard = 4096;
constexpr std::size_t kFibers = kMostThreads + 1;

struct Fiber {
  Suspended suspended;
  char* stack;
  Fiber* next;  // that is free
};

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
std::uint64_t given[kMostThreads];  // what threads handed over to those that they met
Fiber fibers[kFibers];
char* stacks = nullptr;
Fiber* free_fibers = nullptr;
std::size_t fibers_made = 0;
Suspended scheduler;
Fiber* current_fiber = nullptr;
bool left = false;      // the kernel was given up

const unseq_cuda::Launch* grid = nullptr;
std::size_t block_number = 0;
std::size_t working = 0;  // threads of the grid that have used device memory
unsigned size = 0;      // threads of a block
unsigned barrier_count = 0, barrier_threads = 0;
struct {
  unsigned lo, hi;
  bool done;
} fresh_run;

// ---- stacks ----

Fiber* take_fiber() {
  if (free_fibers != nullptr) {
    Fiber* const f = free_fibers;
    free_fibers = f->next;
    return f;
  }
  if (stacks == nullptr) {
    void* const memory = mmap(nullptr, kFibers * kStackBytes, PROT_READ | PROT_WRITE,
                              MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED) {
      std::fputs("unseq: no memory left for the threads of a block\n", stderr);
      std::_Exit(70);
    }
    stacks = static_cast<char*>(memory);
  }
  Fiber& f = fibers[fibers_made];
  f.stack = stacks + fibers_made++ * kStackBytes;
  mprotect(f.stack, kGuard, PROT_NONE);
  return &f;
}

void give_fiber(Fiber* f) {
  f->next = free_fibers;
  free_fibers = f;
}

std::uintptr_t top_of(const Fiber* f) { return reinterpret_cast<std::uintptr_t>(f->stack) + kStackBytes; }

// ---- one thread ----

void place(unsigned t) {
  unseq_cuda::Self& self = *grid->self;
  const auto& b = grid->block;
  self.thread = {t % b.x, t / b.x % b.y, t / b.x / b.y};
  self.number = t;
}

// On a fiber: runs threads that have not begun.
void run_fresh() {
  grid->threads(grid->env, fresh_run.lo, fresh_run.hi);
  fresh_run.done = true;
  switch_to(current_fiber->suspended, scheduler);
  std::abort();
}

// Runs threads [lo, hi), none of which has begun, on one stack until one of them waits; returns how many have begun.
unsigned begin_threads(unsigned lo, unsigned hi) {
  Fiber* const f = take_fiber();
  prepare(f->suspended, f->stack, kStackBytes, run_fresh);
  fresh_run = {lo, hi, false};
  grid->self->waited = 0;
  place(lo);
  current_fiber = f;
  threads[lo].touched.reset(top_of(f), kStackBytes - kGuard);
  threads[lo].touched.enter();
  switch_to(scheduler, f->suspended);
  if (left) return hi - lo;
  const unsigned waiting = fresh_run.done ? hi : grid->self->number;
  for (unsigned t = lo; t < waiting; ++t) threads[t].state = State::ended;
  if (fresh_run.done) {
    give_fiber(f);
    return hi - lo;
  }
  threads[waiting].fiber = f;
  return waiting + 1 - lo;
}

void resume(unsigned t) {
  Thread& thread = threads[t];
  grid->self->waited = 1;
  place(t);
  current_fiber = thread.fiber;
  thread.touched.enter();
  switch_to(scheduler, thread.fiber->suspended);
  if (!left && thread.state == State::ended) give_fiber(thread.fiber);
}

// As a strand of its own, until it waits or ends.
void run_lane(unsigned t) {
  begin_child();
  Owners::enter(block_number, t);
  forget_accesses();
  if (threads[t].state == State::fresh) {
    begin_threads(t, t + 1);
  } else {
    resume(t);
  }
  if (used_memory() && !threads[t].works) {
    threads[t].works = true;
    ++working;
  }
  if (threads[t].state == State::ended) {
    end_thread(threads[t].touched);
  } else {
    end_child();
  }
  threads[t].touched.leave();
}

// ---- a warp ----

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
    if (!kTracked && order.forward() && warp.in(State::fresh) != 0) {
      for (unsigned lane = 0; lane < warp.lanes && !left;) lane += begin_threads(warp.first + lane, warp.first + warp.lanes);
    } else {
      for (unsigned i = 0; i < warp.lanes && !left; ++i) {
        const auto lane = static_cast<unsigned>(order[i]);
        if (warp.runnable(lane)) run_lane(warp.first + lane);
      }
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
    for (unsigned t = 0; t < size && !left;) t += begin_threads(t, size);
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
    free_fibers = nullptr;
    for (std::size_t i = 0; i < fibers_made; ++i) give_fiber(&fibers[i]);
  }
  return kTracked ? working : blocks * block_size;
}

void leave_kernel() {
  left = true;
  switch_to(current_fiber->suspended, scheduler);
  std::abort();
}

bool on_thread_stack(std::uintptr_t address) {
  return address - reinterpret_cast<std::uintptr_t>(stacks) < kFibers * kStackBytes;
}

}  // namespace unseq::cuda

using namespace unseq::cuda;  // NOLINT

#define EXPORT extern "C" __attribute__((visibility("default")))
#define CALLER __builtin_return_address(0)

#if UNSEQ_CUDA_RACE
EXPORT unseq_cuda::Self unseq_cuda_self;
unseq_cuda::Self unseq_cuda_self;  // what runs sees it as constant
#endif

EXPORT void unseq_cuda_finished(void) {
  if (!grid->self->waited) return;
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
