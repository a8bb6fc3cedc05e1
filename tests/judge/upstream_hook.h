// Included before everything else, it puts upstream ParlayLib, unmodified, on our runtime: its own sequential
// scheduler is replaced through its include guard, and so is its pool allocator, which would hand memory from
// strand to strand behind the detector's back.
#ifndef UNSEQ_TESTS_UPSTREAM_HOOK_H_
#define UNSEQ_TESTS_UPSTREAM_HOOK_H_

#define PARLAY_SEQUENTIAL
#define PARLAY_INTERNAL_SCHEDULER_PLUGINS_SEQUENTIAL_H_
#define PARLAY_INTERNAL_POOL_ALLOCATOR_H

#include <unseq/runtime.h>

#include <cstddef>
#include <cstdlib>
#include <functional>
#include <new>
#include <type_traits>
#include <utility>
#include <vector>

namespace parlay {

namespace internal {

struct pool_allocator {
  static inline constexpr size_t max_alignment = 128;
  explicit pool_allocator(const std::vector<size_t>&) {}
  pool_allocator() {}
  void* allocate(size_t n) {
    return std::aligned_alloc(max_alignment, (n + max_alignment - 1) / max_alignment * max_alignment);
  }
  void deallocate(void* p, size_t) { std::free(p); }
  void print_stats() {}
  std::pair<size_t, size_t> stats() { return {0, 0}; }
  void clear() {}
};

}  // namespace internal
}  // namespace parlay

#include <parlay/parallel.h>

namespace parlay {

inline size_t num_workers() { return unseq_num_workers(); }
inline size_t worker_id() { return unseq_worker_id(); }
inline void set_num_workers(int) {}

template <class F>
inline void parallel_for(size_t start, size_t end, F&& f, long granularity, bool) {
  using Function = std::remove_reference_t<F>;
  const auto body = [](void* env, size_t lo, size_t hi) {
    for (size_t i = lo; i < hi; ++i) (*static_cast<Function*>(env))(i);
  };
  unseq_parallel_for(start, end, static_cast<size_t>(granularity), body, const_cast<void*>(static_cast<const void*>(&f)));
}

template <typename Lf, typename Rf>
inline void par_do(Lf&& left, Rf&& right, bool) {
  using Left = std::remove_reference_t<Lf>;
  using Right = std::remove_reference_t<Rf>;
  unseq_par_do([](void* f) { (*static_cast<Left*>(f))(); }, const_cast<void*>(static_cast<const void*>(&left)),
               [](void* f) { (*static_cast<Right*>(f))(); }, const_cast<void*>(static_cast<const void*>(&right)));
}

template <typename F>
void execute_with_scheduler(unsigned int, F&& f) {
  std::invoke(std::forward<F>(f));
}

}  // namespace parlay

#endif
