// Fork and join, run serially and measured: how much work there is in all, and how much of it lies on the longest chain
// of strands that have to wait for each other. Loops are cut into the chunks that real threads would get
// (granularity.h, threads.cpp): probed where no granularity is asked for.
//
// Time is taken with the processor's counter at both ends of each strand, so what the runtime itself does between
// strands is in none of them. Of a long strand is taken off what its thread spent waiting for a processor. A burdened span counts a fork's own cost as well, as Cilkview does (He, Leiserson &
// Leiserson, "The Cilkview scalability analyzer", SPAA 2010): the depth of the tree of tasks that start the children.

#include <time.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <exception>
#include <utility>

#include "../granularity.h"
#include "../stats.h"
#include "../ticks.h"
#include "unseq/runtime.h"

namespace unseq::workspan {
namespace {

constexpr double kLongNs = 20e3;  // a strand that is worth a look at the thread's own clock
constexpr std::size_t kSites = 1024;

std::uint64_t nanoseconds(clockid_t clock = CLOCK_MONOTONIC) {
  timespec now;
  clock_gettime(clock, &now);
  return static_cast<std::uint64_t>(now.tv_sec) * 1000000000u + static_cast<std::uint64_t>(now.tv_nsec);
}

double measure_ns_per_tick() {
  const std::uint64_t start = nanoseconds(), first = ticks();
  std::uint64_t end = start;
  while (end - start < 1000000) end = nanoseconds();
  return static_cast<double>(end - start) / static_cast<double>(ticks() - first);
}

double ns_per_tick() {
  static const double value = measure_ns_per_tick();
  return value;
}

// Ticks of the current path since its fork began, plain and with the cost of forks.
struct Path {
  std::uint64_t span = 0;
  double forks = 0;  // depth of the trees of tasks on this path
};

struct Total {
  const void* code = nullptr;
  std::uint64_t executions = 0, strands = 0, work = 0, span = 0;
};

std::uint64_t work, spawns, since;
Path path;
bool measuring;
Total sites[kSites];
std::size_t site_count;

// What this thread had used of a processor at some moment.
struct Moment {
  std::uint64_t tick, used_ns;
} known;

Moment moment() { return {ticks(), nanoseconds(CLOCK_THREAD_CPUTIME_ID)}; }

// Ticks that the thread was not running since the last time this was asked.
std::uint64_t waited() {
  const Moment now = moment();
  const auto used = static_cast<std::uint64_t>(static_cast<double>(now.used_ns - known.used_ns) / ns_per_tick());
  const std::uint64_t passed = now.tick - known.tick;
  known = now;
  return passed > used ? passed - used : 0;
}

// Ends the strand that has run since the last call; `resume` begins the next one.
void pause() {
  std::uint64_t spent = ticks() - since;
  if (static_cast<double>(spent) * ns_per_tick() > kLongNs) {
    const std::uint64_t lost = waited();
    spent -= lost < spent ? lost : spent;
  }
  work += spent;
  path.span += spent;
}
void resume() { since = ticks(); }

// Whichever path is the longer one, where a fork's depth costs `burden` ticks.
bool longer(const Path& a, const Path& b) {
  const double burden = 1000.0;
  return static_cast<double>(a.span) + burden * a.forks > static_cast<double>(b.span) + burden * b.forks;
}

Total* site_of(const void* code) {
  std::size_t slot = (reinterpret_cast<std::uintptr_t>(code) >> 4) % kSites;
  for (std::size_t step = 0; step < kSites; ++step, slot = (slot + 1) % kSites) {
    if (sites[slot].code == code) return &sites[slot];
    if (sites[slot].code == nullptr && site_count < kSites - 1) {
      ++site_count;
      sites[slot].code = code;
      return &sites[slot];
    }
  }
  return nullptr;
}

// One execution of a fork: the path goes on behind it with the longest of its children.
struct Fork {
  Total* site;
  Path before, longest;
  std::uint64_t work_before;
  std::exception_ptr thrown;
  std::uint64_t children = 0;

  explicit Fork(const void* code) : site(site_of(code)) {
    pause();
    before = std::exchange(path, Path{});
    work_before = work;
  }

  template <typename Child>
  void child(const Child& body) {
    path = Path{};
    ++children;
    resume();
    try {
      body();
    } catch (...) {
      if (!thrown) thrown = std::current_exception();
    }
    pause();
    if (longer(path, longest)) longest = path;
  }

  // The caller's own strand before the children: it delays all of them.
  template <typename Work>
  void own(const Work& body) {
    path = before;
    resume();
    body();
    pause();
    before = path;
  }

  void join() {
    spawns += children > 1 ? children : 0;
    if (site != nullptr) {
      site->executions += 1;
      site->strands += children;
      site->work += work - work_before;
      site->span += longest.span;
    }
    path = before;
    path.span += longest.span;
    path.forks += longest.forks + (children > 1 ? std::log2(static_cast<double>(children)) : 0);
    resume();
    if (thrown) std::rethrow_exception(std::move(thrown));
  }
};

void chunks(Fork& fork, std::size_t lo, std::size_t hi, std::size_t grain, unseq_body body, void* env) {
  for (std::size_t at = lo; at < hi;) {
    const std::size_t end = hi - at <= grain + grain / 2 ? hi : at + grain;
    fork.child([&] { body(env, at, end); });
    at = end;
  }
}

// Runs from lo for about a microsecond, as threads.cpp does; what is left becomes chunks.
void probed(Fork& fork, std::size_t lo, std::size_t hi, unseq_body body, void* env) {
  const std::uint64_t start = ticks();
  std::size_t done = 0;
  double spent = 0;
  for (std::size_t step = 1; lo + done < hi && spent < 1e9 * kProbeSeconds; step *= 4) {
    const std::size_t from = lo + done, end = hi - from < step ? hi : from + step;
    fork.own([&] { body(env, from, end); });
    done = end - lo;
    spent = static_cast<double>(ticks() - start) * ns_per_tick();
  }
  const double each = spent / static_cast<double>(done) + 1e-3;
  const std::size_t left = hi - lo - done;
  if (left == 0) return;
  if (each * static_cast<double>(left) < 1e9 * kSerialSeconds) {
    fork.own([&] { body(env, lo + done, hi); });
  } else {
    const double grain = 1e9 * kChunkSeconds / each;
    chunks(fork, lo + done, hi, grain < 1 ? 1 : static_cast<std::size_t>(grain), body, env);
  }
}

std::size_t workers() {
  static const std::size_t count = [] {
    const char* text = std::getenv("PARLAY_NUM_THREADS");
    const long wanted = text == nullptr ? 0 : std::strtol(text, nullptr, 10);
    return wanted >= 1 ? static_cast<std::size_t>(wanted) : std::size_t{2};
  }();
  return count;
}

}  // namespace
}  // namespace unseq::workspan

#define UNSEQ_EXPORT __attribute__((visibility("default")))

using namespace unseq::workspan;  // NOLINT

extern "C" {

UNSEQ_EXPORT int unseq_runtime_abi(void) { return UNSEQ_RUNTIME_ABI; }
UNSEQ_EXPORT int unseq_runtime_get_kind(void) { return UNSEQ_WORKSPAN; }
UNSEQ_EXPORT std::size_t unseq_num_workers(void) { return workers(); }
UNSEQ_EXPORT std::size_t unseq_worker_id(void) { return 0; }
UNSEQ_EXPORT std::size_t unseq_block_length(std::size_t, std::size_t wanted) { return wanted > 0 ? wanted : 1; }

UNSEQ_EXPORT void unseq_parallel_for(std::size_t lo, std::size_t hi, std::size_t grain, unseq_body body, void* env) {
  if (lo >= hi) return;
  if (!measuring || hi - lo == 1 || hi - lo <= grain) return body(env, lo, hi);
  Fork fork(reinterpret_cast<const void*>(body));
  if (grain > 0) {
    chunks(fork, lo, hi, grain, body, env);
  } else if (hi - lo <= unseq::kFew) {
    // Few iterations are forked at once: each may be heavy.
    for (std::size_t i = lo; i < hi; ++i) fork.child([&] { body(env, i, i + 1); });
  } else {
    probed(fork, lo, hi, body, env);
  }
  fork.join();
}

UNSEQ_EXPORT void unseq_par_do(unseq_thunk left, void* left_env, unseq_thunk right, void* right_env) {
  if (!measuring) {
    left(left_env);
    right(right_env);
    return;
  }
  Fork fork(reinterpret_cast<const void*>(left));
  fork.child([&] { left(left_env); });
  fork.child([&] { right(right_env); });
  fork.join();
}

UNSEQ_EXPORT void unseq_workspan_begin(void) {
  ns_per_tick();
  work = spawns = 0;
  path = Path{};
  site_count = 0;
  for (Total& site : sites) site = Total{};
  measuring = true;
  known = moment();
  resume();
}

UNSEQ_EXPORT void unseq_workspan_end(void) {
  pause();
  measuring = false;
}

UNSEQ_EXPORT std::size_t unseq_workspan_get(unseq_workspan* out, std::size_t capacity) {
  std::size_t count = 0;
  const double ns = ns_per_tick();
  const auto put = [&](const unseq_workspan& one) {
    if (count < capacity) out[count] = one;
    ++count;
  };
  put({nullptr, 1, spawns, static_cast<double>(work) * ns, static_cast<double>(path.span) * ns, path.forks});
  for (const Total& site : sites) {
    if (site.code == nullptr) continue;
    put({site.code, site.executions, site.strands, static_cast<double>(site.work) * ns,
         static_cast<double>(site.span) * ns, 0});
  }
  return count;
}

}  // extern "C"
