// Fork and join on real threads, by oneTBB. Knows nothing of what a body does.
//
// A loop without a granularity is probed: it runs 1, 4, 16, ... iterations until about a microsecond
// has gone by, which shows what a chunk worth a task is; what is left is run by oneTBB's
// auto_partitioner. A loop of few iterations hands over its right half before it probes its left one,
// so that two heavy iterations do run at once. What is over after the probe never enters oneTBB.

#include <sched.h>
#include <time.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <system_error>
#include <thread>
#include <vector>

#include <oneapi/tbb/blocked_range.h>
#include <oneapi/tbb/global_control.h>
#include <oneapi/tbb/parallel_for.h>
#include <oneapi/tbb/partitioner.h>
#include <oneapi/tbb/task_arena.h>
#include <oneapi/tbb/task_group.h>

#include "granularity.h"
#include "stats.h"
#include "ticks.h"
#include "unseq/runtime.h"

#if UNSEQ_SANITIZED
// Present when the program runs under ThreadSanitizer, which does not see the synchronisation inside oneTBB.
extern "C" __attribute__((weak)) void __tsan_acquire(void* token);
extern "C" __attribute__((weak)) void __tsan_release(void* token);
#endif

namespace {

constexpr unsigned kMaxThreads = 1024;

void acquire(void* token) {
#if UNSEQ_SANITIZED
  if (__tsan_acquire != nullptr) __tsan_acquire(token);
#else
  (void)token;
#endif
}

void release(void* token) {
#if UNSEQ_SANITIZED
  if (__tsan_release != nullptr) __tsan_release(token);
#else
  (void)token;
#endif
}

// ---- clock -----------------------------------------------------------------------------------------

double seconds() {
  timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

using unseq::kChunkSeconds;
using unseq::kFew;
using unseq::kProbeSeconds;
using unseq::kSerialSeconds;
using unseq::ticks;

double measure_ticks_per_second() {
  const double start = seconds();
  const std::uint64_t first = ticks();
  double end = start;
  while (end - start < 20e-6) end = seconds();
  const std::uint64_t spent = ticks() - first;
  return spent > 0 ? static_cast<double>(spent) / (end - start) : 1e9;
}

// ---- threads ---------------------------------------------------------------------------------------

unsigned wanted_threads() {
  if (const char* text = std::getenv("PARLAY_NUM_THREADS")) {
    char* rest = nullptr;
    const long count = std::strtol(text, &rest, 10);
    if (rest != text && count >= 1) return count < kMaxThreads ? static_cast<unsigned>(count) : kMaxThreads;
    std::fprintf(stderr, "unseq: PARLAY_NUM_THREADS=%s is no number of threads; ignored\n", text);
  }
  cpu_set_t allowed;
  if (sched_getaffinity(0, sizeof allowed, &allowed) == 0 && CPU_COUNT(&allowed) > 0) {
    return static_cast<unsigned>(CPU_COUNT(&allowed));
  }
  return std::thread::hardware_concurrency() > 0 ? std::thread::hardware_concurrency() : 1;
}

// oneTBB aborts when the system refuses a thread, so ask the system first.
bool can_start(unsigned count) {
  std::vector<std::thread> started;
  bool refused = false;
  try {
    started.reserve(count);
    for (unsigned i = 0; i < count; ++i) started.emplace_back([] {});
  } catch (const std::system_error&) {
    refused = true;
  } catch (const std::bad_alloc&) {
    refused = true;
  }
  for (std::thread& thread : started) thread.join();
  return !refused;
}

struct Scheduler {
  unsigned workers;
  double ticks_per_second;
  tbb::global_control* limit = nullptr;
  tbb::task_arena* arena = nullptr;

  Scheduler() : workers(wanted_threads()), ticks_per_second(measure_ticks_per_second()) {
    if (workers > 1 && !can_start(workers - 1)) {
      std::fprintf(stderr, "unseq: the system refuses %u threads; running serially\n", workers);
      workers = 1;
    }
    if (workers > 1) {
      limit = new tbb::global_control(tbb::global_control::max_allowed_parallelism, workers);
      arena = new tbb::task_arena(static_cast<int>(workers), 1);
    }
  }
};

Scheduler& scheduler() {
  static Scheduler* const instance = new Scheduler;  // never destroyed: worker threads may still run
  return *instance;
}

thread_local bool inside = false;  // this thread executes strands of our arena now

struct Inside {
  bool before = inside;
  Inside() { inside = true; }
  ~Inside() { inside = before; }
};

template <typename Work>
void in_arena(Scheduler& s, const Work& work) {
  if (inside) {
    work();
  } else {
    s.arena->execute([&] {
      Inside here;
      work();
    });
  }
}

// ---- loops -----------------------------------------------------------------------------------------

struct Loop {
  unseq_body body;
  void* env;
  unseq::SiteCounters* site;  // null when not counting
  std::thread::id owner;

  void count() const {
    if (site != nullptr) unseq::count_strand(site, owner != std::this_thread::get_id());
  }
  void run(std::size_t lo, std::size_t hi) const {
    count();
    body(env, lo, hi);
  }
};

#if UNSEQ_SANITIZED

// Each chunk has a token of its own, so that joining one does not order the others.
void run_chunks(Scheduler& s, const Loop& loop, std::size_t lo, std::size_t hi, std::size_t grain) {
  const std::size_t most = (hi - lo + grain - 1) / grain;
  const std::size_t chunks = most < 16 * s.workers ? most : 16 * s.workers;
  std::vector<char> tokens(chunks + 1);
  char* const fork = tokens.data() + chunks;
  release(fork);
  tbb::task_group_context context(tbb::task_group_context::isolated);
  std::exception_ptr failure;
  try {
    tbb::parallel_for(
        std::size_t{0}, chunks,
        [&](std::size_t i) {
          Inside here;
          acquire(fork);
          struct Joined {
            char* token;
            ~Joined() { release(token); }
          } joined{tokens.data() + i};
          loop.run(lo + (hi - lo) * i / chunks, lo + (hi - lo) * (i + 1) / chunks);
        },
        tbb::simple_partitioner(), context);
  } catch (...) {
    failure = std::current_exception();
  }
  for (std::size_t i = 0; i < chunks; ++i) acquire(tokens.data() + i);
  if (failure) std::rethrow_exception(failure);
}

#else

void run_chunks(Scheduler&, const Loop& loop, std::size_t lo, std::size_t hi, std::size_t grain) {
  tbb::task_group_context context(tbb::task_group_context::isolated);
  tbb::parallel_for(
      tbb::blocked_range<std::size_t>(lo, hi, grain),
      [&loop](const tbb::blocked_range<std::size_t>& range) {
        Inside here;
        loop.run(range.begin(), range.end());
      },
      tbb::auto_partitioner(), context);
}

#endif

// Runs `right` as a task of its own while `left` runs here; both have ended when it returns.
template <typename Left, typename Right>
void fork_two(const Left& left, const Right& right) {
  char forked = 0, joined = 0;
  (void)forked, (void)joined;
  tbb::task_group_context context(tbb::task_group_context::isolated);
  tbb::task_group group(context);
  release(&forked);
  group.run([&] {
    Inside here;
    acquire(&forked);
    struct Joined {
      char* token;
      ~Joined() { release(token); }
    } end{&joined};
    right();
  });
  std::exception_ptr failure;
  try {
    left();
  } catch (...) {
    failure = std::current_exception();
  }
  try {
    group.wait();
  } catch (...) {
    if (!failure) failure = std::current_exception();
  }
  acquire(&joined);
  if (failure) std::rethrow_exception(failure);
}

// Runs from `lo` until a microsecond has gone by; says where it stopped and what a chunk should be.
struct Probe {
  std::size_t next;
  std::size_t grain;
};

Probe probe(const Scheduler& s, const Loop& loop, std::size_t lo, std::size_t hi) {
  const std::uint64_t start = ticks();
  std::size_t done = 0;
  double spent = 0;
  for (std::size_t step = 1; lo + done < hi; step *= 4) {
    const std::size_t end = hi - lo - done < step ? hi : lo + done + step;
    loop.body(loop.env, lo + done, end);
    done = end - lo;
    spent = static_cast<double>(ticks() - start) / s.ticks_per_second;
    if (spent >= kProbeSeconds) break;
  }
  const double each = spent / static_cast<double>(done) + 1e-12;
  const double rest = each * static_cast<double>(hi - lo - done);
  if (rest < kSerialSeconds) return {lo + done, hi - lo};
  const double chunk = kChunkSeconds / each;
  return {lo + done, chunk < 1 ? 1 : static_cast<std::size_t>(chunk)};
}

void run_probed(Scheduler& s, const Loop& loop, std::size_t lo, std::size_t hi) {
  const Probe found = probe(s, loop, lo, hi);
  if (found.next == hi) return;
  if (hi - found.next <= found.grain) {
    loop.body(loop.env, found.next, hi);
  } else {
    in_arena(s, [&] { run_chunks(s, loop, found.next, hi, found.grain); });
  }
}

void run_loop(Scheduler& s, const Loop& loop, std::size_t lo, std::size_t hi, std::size_t grain) {
  if (grain > 0) {
    in_arena(s, [&] { run_chunks(s, loop, lo, hi, grain); });
  } else if (hi - lo <= kFew) {
    const std::size_t middle = lo + (hi - lo) / 2;
    in_arena(s, [&] {
      fork_two([&] { run_probed(s, loop, lo, middle); },
               [&] {
                 loop.count();
                 run_probed(s, loop, middle, hi);
               });
    });
  } else {
    run_probed(s, loop, lo, hi);
  }
}

}  // namespace

#define UNSEQ_EXPORT __attribute__((visibility("default")))

extern "C" {

UNSEQ_EXPORT int unseq_runtime_abi(void) { return UNSEQ_RUNTIME_ABI; }
UNSEQ_EXPORT int unseq_runtime_get_kind(void) { return UNSEQ_PLAIN; }
UNSEQ_EXPORT std::size_t unseq_num_workers(void) { return scheduler().workers; }

UNSEQ_EXPORT std::size_t unseq_worker_id(void) {
  if (!inside) return 0;
  const int index = tbb::this_task_arena::current_thread_index();
  return index < 0 ? 0 : static_cast<std::size_t>(index);
}

UNSEQ_EXPORT std::size_t unseq_block_length(std::size_t n, std::size_t wanted) {
  (void)n;
  return wanted > 0 ? wanted : 1;
}

UNSEQ_EXPORT void unseq_parallel_for(std::size_t lo, std::size_t hi, std::size_t grain, unseq_body body,
                                     void* env) {
  if (lo >= hi) return;
  Scheduler& s = scheduler();
  const std::size_t n = hi - lo;
  Loop loop{body, env, nullptr, {}};
  if (unseq::counting.load(std::memory_order_relaxed)) {
    loop.site = unseq::count_execution(reinterpret_cast<const void*>(body), n, n >= 2 && n > grain);
    loop.owner = std::this_thread::get_id();
    loop.count();  // the caller's own share
  }
  if (s.workers == 1 || n == 1 || n <= grain) {
    body(env, lo, hi);
  } else {
    run_loop(s, loop, lo, hi, grain);
  }
}

UNSEQ_EXPORT void unseq_par_do(unseq_thunk left, void* left_env, unseq_thunk right, void* right_env) {
  Scheduler& s = scheduler();
  unseq::SiteCounters* site = nullptr;
  if (unseq::counting.load(std::memory_order_relaxed)) {
    site = unseq::count_execution(reinterpret_cast<const void*>(left), 2, true);
    unseq::count_strand(site, false);
  }
  if (s.workers == 1) {
    unseq::count_strand(site, false);
    left(left_env);
    right(right_env);
    return;
  }
  const std::thread::id owner = site != nullptr ? std::this_thread::get_id() : std::thread::id();
  in_arena(s, [&] {
    fork_two([&] { left(left_env); },
             [&] {
               if (site != nullptr) unseq::count_strand(site, owner != std::this_thread::get_id());
               right(right_env);
             });
  });
}

}  // extern "C"
