// Fork and join, run serially: iterations in ascending order, left before right; or all the other way round. Every
// iteration and every side of a fork is a child of its own, whatever granularity was asked for. One that throws does
// not keep the others from running, since in parallel it need not; the first exception leaves at the end.

#include <cstddef>
#include <exception>
#include <utility>

#include "../stats.h"
#include "detector.h"
#include "unseq/runtime.h"

namespace unseq::race {
namespace {

bool descending = false;  // later siblings run first

// A fork whose children run. A loop's body may run several of them in one call: it calls `next` in between.
struct OpenFork {
  const void* frame;
  std::size_t at;     // the iteration that runs
  OpenFork* around;
  std::exception_ptr thrown;

  static __thread OpenFork* innermost __attribute__((tls_model("initial-exec")));

  // Frames of the children lie below the frame `f`, the caller's.
  OpenFork(const void* site, std::size_t first, const void* f) : frame(f), at(first), around(innermost) {
    detector.open(site, first, frame, descending);
    innermost = this;
  }

  template <typename Children>
  void run(const Children& children) {
    detector.begin_child();
    try {
      children();
    } catch (...) {
      if (!thrown) thrown = std::current_exception();
    }
    detector.end_child(frame);
  }
  void next() {
    ++at;
    detector.next_child(frame);
  }
  void join() {
    innermost = around;
    detector.close();
    if (thrown) std::rethrow_exception(std::move(thrown));
  }
};

__thread OpenFork* OpenFork::innermost __attribute__((tls_model("initial-exec"))) = nullptr;

template <typename Body>
const void* address_of(Body* body) {
  return reinterpret_cast<const void*>(body);
}

// Every iteration of a loop, one call each.
void run_all(std::size_t lo, std::size_t hi, unseq_body body, void* env, const void* frame) {
  OpenFork fork(address_of(body), descending ? hi - 1 : lo, frame);
  for (std::size_t k = lo; k < hi; ++k) {
    const std::size_t i = descending ? hi - 1 - (k - lo) : k;
    fork.run([=] { body(env, i, i + 1); });
  }
  fork.join();
}

void count(const void* site, std::size_t children) {
  if (!unseq::counting.load(std::memory_order_relaxed)) return;
  unseq::count_strand(unseq::count_execution(site, children, children >= 2), false, children);
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
  count(address_of(body), hi - lo);
  if (hi - lo == 1) return body(env, lo, hi);
  run_all(lo, hi, body, env, __builtin_frame_address(0));
}

UNSEQ_EXPORT __attribute__((noinline)) void unseq_watched_for(std::size_t lo, std::size_t hi, unseq_body body, void* env) {
  if (lo >= hi) return;
  count(address_of(body), hi - lo);
  if (hi - lo == 1) return body(env, lo, hi);
  if (descending) return run_all(lo, hi, body, env, __builtin_frame_address(0));
  OpenFork fork(address_of(body), lo, __builtin_frame_address(0));
  // What a call reads before its first iteration only that one is seen to read. Two of them are enough to meet each writer.
  for (std::size_t end = lo + 1; fork.at < hi; end = hi) {
    fork.run([&, end] {
      body(env, fork.at, end);
      fork.at = end - 1;  // not so after an exception: the iterations that are left run all the same
    });
    ++fork.at;
  }
  fork.join();
}

UNSEQ_EXPORT void unseq_watched_next(void) { OpenFork::innermost->next(); }

UNSEQ_EXPORT __attribute__((noinline)) void unseq_par_do(unseq_thunk left, void* left_env, unseq_thunk right, void* right_env) {
  count(address_of(left), 2);
  OpenFork fork(address_of(left), descending ? 1 : 0, __builtin_frame_address(0));
  if (descending) fork.run([=] { right(right_env); });
  fork.run([=] { left(left_env); });
  if (!descending) fork.run([=] { right(right_env); });
  fork.join();
}

UNSEQ_EXPORT void unseq_race_descend(int on) { descending = on != 0; }

}  // extern "C"
