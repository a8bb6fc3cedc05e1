// Fork and join. A loop reaches the runtime as a plain function over a chunk of iterations and a fork
// as two plain functions, so no scheduler is compiled into user code and none can be bypassed by it.
#ifndef PARLAY_PARALLEL_H_
#define PARLAY_PARALLEL_H_

#include <cstddef>
#include <limits>
#include <new>
#include <type_traits>
#include <utility>

#include "unseq/runtime.h"

#include "portability.h"

#ifdef UNSEQ_WATCHED_H_
#define UNSEQ_NEXT_ITERATION() unseq_watched_next()
#define UNSEQ_UNWATCHED __attribute__((__noinline__, __no_sanitize_thread__))
#else
#define UNSEQ_NEXT_ITERATION() ((void)0)
#define UNSEQ_UNWATCHED inline
#endif

namespace parlay {

using std::size_t;

namespace internal {

// Under the race runtime every element of a primitive is a strand.
#ifdef UNSEQ_WATCHED_H_
inline constexpr bool is_watched = true;
#else
inline constexpr bool is_watched = false;
#endif

// Memory that a primitive has for itself: nobody else can race on it, so the detector need not see it.
template <typename T>
UNSEQ_UNWATCHED T peek(const T* p) {
  return *p;
}
template <typename T>
UNSEQ_UNWATCHED void poke(T* p, T value) {
  new (static_cast<void*>(p)) T(value);
}

// Copying a small constant closure into the chunk lets the compiler keep it in registers: it need not
// fear that the loop's stores change it.
template <typename F>
inline constexpr bool copied_into_chunk =
    std::is_trivially_copyable_v<F> && sizeof(F) <= 64 && std::is_invocable_v<const F&, size_t>;

// The type of the loop's counter: what f takes, where that is an integer. Counting in `int` for
// `[&](int i) { ... }` rather than converting a size_t lets the compiler see that i runs up by one, and
// vectorize. A range that f's type cannot hold is converted one by one, as a call converts it.
template <typename R, typename C, typename I>
I index_of(R (C::*)(I) const);
template <typename R, typename C, typename I>
I index_of(R (C::*)(I));
template <typename F, typename = void>
struct loop_counter {
  using type = size_t;
};
template <typename F>
struct loop_counter<F, std::enable_if_t<std::is_integral_v<decltype(index_of(&F::operator()))>>> {
  using type = decltype(index_of(&F::operator()));
};

template <typename F>
PARLAY_INLINE void run_chunk(F& f, size_t lo, size_t hi) {
  using I = typename loop_counter<std::remove_const_t<F>>::type;
  if constexpr (sizeof(I) >= sizeof(int) && sizeof(I) < sizeof(size_t)) {
    while (lo < hi) {  // once, unless the range leaves I
      const I first = static_cast<I>(lo);
      const size_t room = static_cast<size_t>(std::numeric_limits<I>::max()) - static_cast<size_t>(first);
      const size_t more = hi - lo - 1 < room ? hi - lo - 1 : room;
      const I last = static_cast<I>(lo + more);
      for (I i = first;; ++i) {
        f(i);
        if (i == last) break;
        UNSEQ_NEXT_ITERATION();
      }
      lo += more + 1;
      if (lo < hi) UNSEQ_NEXT_ITERATION();
    }
  } else {
    for (size_t i = lo; i < hi;) {
      f(i);
      if (++i < hi) UNSEQ_NEXT_ITERATION();
    }
  }
}

template <typename F>
void unseq_site_body(void* env, size_t lo, size_t hi) {
  if constexpr (copied_into_chunk<F>) {
    const F f = *static_cast<const F*>(env);
    run_chunk(f, lo, hi);
  } else {
    run_chunk(*static_cast<F*>(env), lo, hi);
  }
}

// A loop that wants whole chunks: f(lo, hi).
template <typename F>
void unseq_site_chunk(void* env, size_t lo, size_t hi) {
  (*static_cast<F*>(env))(lo, hi);
}

template <typename F>
void unseq_site_left(void* env) {
  (*static_cast<F*>(env))();
}

template <typename F>
void unseq_fork_right(void* env) {
  (*static_cast<F*>(env))();
}

template <typename F>
void* erase(F& f) {
  return const_cast<void*>(static_cast<const volatile void*>(__builtin_addressof(f)));
}

template <typename F>
void chunked_for(size_t lo, size_t hi, size_t grain, F&& f) {
  if (lo < hi) unseq_parallel_for(lo, hi, grain, &unseq_site_chunk<std::remove_reference_t<F>>, erase(f));
}

// The same for copies, of which no two elements have to do with each other: the race runtime need not part them.
template <typename F>
void copying_for(size_t n, F&& f) {
#ifdef UNSEQ_WATCHED_H_
  if (n > 0) unseq_watched_for(0, n, &unseq_site_chunk<std::remove_reference_t<F>>, erase(f));
#else
  chunked_for(0, n, 0, f);
#endif
}

}  // namespace internal

// Threads that may run: PARLAY_NUM_THREADS, else the processors of the machine.
inline size_t num_workers() { return unseq_num_workers(); }

// The calling thread's number, below num_workers().
inline size_t worker_id() { return unseq_worker_id(); }

// f(i) for every i in [start, end), in parallel. At least `granularity` iterations a task; 0: automatic.
template <typename F>
inline void parallel_for(size_t start, size_t end, F&& f, long granularity = 0, bool = false) {
  static_assert(std::is_invocable_v<F&, size_t>);
  if constexpr (std::is_function_v<std::remove_reference_t<F>>) {
    parallel_for(start, end, &f, granularity);
  } else if (start < end) {
    using Body = std::remove_reference_t<F>;
#ifdef UNSEQ_WATCHED_H_
    unseq_watched_for(start, end, &internal::unseq_site_body<Body>, internal::erase(f));
#else
    unseq_parallel_for(start, end, granularity > 0 ? static_cast<size_t>(granularity) : 0,
                       &internal::unseq_site_body<Body>, internal::erase(f));
#endif
  }
}

// Both functions, possibly in parallel.
template <typename Lf, typename Rf>
inline void par_do(Lf&& left, Rf&& right, bool = false) {
  static_assert(std::is_invocable_v<Lf&&>);
  static_assert(std::is_invocable_v<Rf&&>);
  if constexpr (std::is_function_v<std::remove_reference_t<Lf>> || std::is_function_v<std::remove_reference_t<Rf>>) {
    auto l = [&left] { left(); };
    auto r = [&right] { right(); };
    par_do(l, r);
  } else {
    unseq_par_do(&internal::unseq_site_left<std::remove_reference_t<Lf>>, internal::erase(left),
                 &internal::unseq_fork_right<std::remove_reference_t<Rf>>, internal::erase(right));
  }
}

template <typename Lf, typename Rf>
inline void parallel_do(Lf&& left, Rf&& right, bool = false) {
  par_do(std::forward<Lf>(left), std::forward<Rf>(right));
}

// f(b, s, e) for every block b = [s, e) of block_size elements; the last block may be shorter.
template <typename F>
inline void blocked_for(size_t start, size_t end, size_t block_size, F&& f, bool = false) {
  static_assert(std::is_invocable_v<F&, size_t, size_t, size_t>);
  if (start >= end) return;
  const size_t blocks = (end - start - 1) / block_size + 1;
  parallel_for(0, blocks, [&f, start, end, block_size](size_t b) {
    const size_t s = start + b * block_size;
    f(b, s, end - s < block_size ? end : s + block_size);
  });
}

template <typename Lf, typename Rf>
inline void par_do_if(bool do_parallel, Lf&& left, Rf&& right, bool = false) {
  if (do_parallel) {
    par_do(std::forward<Lf>(left), std::forward<Rf>(right));
  } else {
    std::forward<Lf>(left)();
    std::forward<Rf>(right)();
  }
}

template <typename Lf, typename Mf, typename Rf>
inline void par_do3(Lf&& left, Mf&& mid, Rf&& right) {
  auto left_mid = [&] { par_do(left, mid); };
  par_do(left_mid, std::forward<Rf>(right));
}

template <typename Lf, typename Mf, typename Rf>
inline void par_do3_if(bool do_parallel, Lf&& left, Mf&& mid, Rf&& right) {
  if (do_parallel) {
    par_do3(std::forward<Lf>(left), std::forward<Mf>(mid), std::forward<Rf>(right));
  } else {
    std::forward<Lf>(left)();
    std::forward<Mf>(mid)();
    std::forward<Rf>(right)();
  }
}

// Runs f; the embedded runtime has one scheduler, whose size PARLAY_NUM_THREADS sets.
template <typename F>
void execute_with_scheduler(unsigned int, F&& f) {
  std::forward<F>(f)();
}

}  // namespace parlay

#endif
