// Fork and join, run serially: iterations in ascending order, left before right. Every iteration and
// every side of a fork is a child of its own, whatever granularity was asked for. One that throws does not
// keep the others from running, since in parallel it need not; the first exception leaves at the end.

#include <cstddef>
#include <exception>
#include <utility>

#include "../stats.h"
#include "detector.h"
#include "unseq/runtime.h"

namespace unseq::race {
namespace {

// Frames of the body lie below the frame that `run` is called from. Never inlined, so that they do.
__attribute__((noipa)) void run(unseq_body body, void* env, std::size_t i) { body(env, i, i + 1); }
__attribute__((noipa)) void run(unseq_thunk thunk, void* env) { thunk(env); }

struct OpenFork {
  const void* frame;
  std::exception_ptr thrown;

  OpenFork(const void* site, std::size_t base, const void* at) : frame(at) { detector.open(site, base, at); }

  template <typename Child>
  void child(const Child& child) {
    detector.begin_child();
    try {
      child();
    } catch (...) {
      if (!thrown) thrown = std::current_exception();
    }
    detector.end_child(frame);
  }
  void join() {
    detector.close();
    if (thrown) std::rethrow_exception(std::move(thrown));
  }
};

template <typename Body>
const void* address_of(Body* body) {
  return reinterpret_cast<const void*>(body);
}

}  // namespace
}  // namespace unseq::race

#define UNSEQ_EXPORT __attribute__((visibility("default")))

extern "C" {

using namespace unseq::race;  // NOLINT

UNSEQ_EXPORT int unseq_runtime_abi(void) { return UNSEQ_RUNTIME_ABI; }
UNSEQ_EXPORT int unseq_runtime_get_kind(void) { return UNSEQ_RACE; }
UNSEQ_EXPORT std::size_t unseq_num_workers(void) { return Detector::kWorkers; }
UNSEQ_EXPORT std::size_t unseq_worker_id(void) { return detector.worker(); }
UNSEQ_EXPORT std::size_t unseq_block_length(std::size_t, std::size_t) { return 1; }

UNSEQ_EXPORT __attribute__((noinline)) void unseq_parallel_for(std::size_t lo, std::size_t hi, std::size_t, unseq_body body,
                                                               void* env) {
  if (lo >= hi) return;
  unseq::SiteCounters* site = nullptr;
  if (unseq::counting.load(std::memory_order_relaxed)) {
    site = unseq::count_execution(address_of(body), hi - lo, hi - lo >= 2);
    for (std::size_t i = lo; i < hi; ++i) unseq::count_strand(site, false);
  }
  if (hi - lo == 1) {
    body(env, lo, hi);
    return;
  }
  OpenFork fork(address_of(body), lo, __builtin_frame_address(0));
  for (std::size_t i = lo; i < hi; ++i) fork.child([=] { run(body, env, i); });
  fork.join();
}

UNSEQ_EXPORT __attribute__((noinline)) void unseq_par_do(unseq_thunk left, void* left_env, unseq_thunk right, void* right_env) {
  if (unseq::counting.load(std::memory_order_relaxed)) {
    unseq::SiteCounters* site = unseq::count_execution(address_of(left), 2, true);
    unseq::count_strand(site, false);
    unseq::count_strand(site, false);
  }
  OpenFork fork(address_of(left), 0, __builtin_frame_address(0));
  fork.child([=] { run(left, left_env); });
  fork.child([=] { run(right, right_env); });
  fork.join();
}

}  // extern "C"
