// The parallel algorithms of the standard library (<execution>) over the fork and join of parlay/parallel.h.
//
// libstdc++ writes every algorithm with an execution policy in terms of the few operations of a "backend"
// (pstl/parallel_backend.h). This is one more backend, in the place of its serial one: to be included before
// anything else (-include), with -D_GLIBCXX_USE_TBB_PAR_BACKEND=0. So each element of a parallel algorithm is a
// strand of its own to the race runtime, and a fork site to those that count.
#ifndef UNSEQ_EXECUTION_H_
#define UNSEQ_EXECUTION_H_

#define _PSTL_PARALLEL_BACKEND_SERIAL_H  // the guard of what this stands in for

#include <algorithm>
#include <cstddef>
#include <functional>
#include <memory>
#include <numeric>
#include <utility>
#include <vector>

#include "parlay/parallel.h"

namespace __pstl {
namespace __serial_backend {

// Elements that one strand may have.
inline std::size_t block_of(std::size_t n) { return unseq_block_length(n, 1024); }

// Uninitialised memory.
template <typename T>
class __buffer {
  std::allocator<T> allocator;
  std::size_t size;
  T *memory;

 public:
  explicit __buffer(std::size_t n) : size(n), memory(allocator.allocate(n)) {}
  __buffer(const __buffer &) = delete;
  __buffer &operator=(const __buffer &) = delete;
  ~__buffer() { allocator.deallocate(memory, size); }
  operator bool() const { return memory != nullptr; }
  T *get() const { return memory; }
};

inline void __cancel_execution() {}

template <typename Policy, typename Index, typename F>
void __parallel_for(Policy &&, Index first, Index last, F f) {
  const auto n = last - first;
  using D = decltype(last - first);
  if (n > 0)
    parlay::internal::chunked_for(0, static_cast<std::size_t>(n), 0, [&](std::size_t lo, std::size_t hi) {
      f(first + static_cast<D>(lo), first + static_cast<D>(hi));
    });
}

template <typename Policy, typename F1, typename F2>
void __parallel_invoke(Policy &&, F1 &&f1, F2 &&f2) {
  parlay::par_do(f1, f2);
}

template <typename Policy, typename Value, typename Index, typename Body, typename Reduction>
Value __parallel_reduce(Policy &&policy, Index first, Index last, const Value &identity, const Body &body,
                        const Reduction &reduction) {
  const auto n = last - first;
  if (n <= 0) return identity;
  if (static_cast<std::size_t>(n) <= block_of(n)) return body(first, last, identity);
  const Index middle = first + n / 2;
  Value left = identity, right = identity;
  parlay::par_do([&] { left = __parallel_reduce(policy, first, middle, identity, body, reduction); },
                 [&] { right = __parallel_reduce(policy, middle, last, identity, body, reduction); });
  return reduction(left, right);
}

// Not with the initial value, which would count once for each block.
template <typename Policy, typename Index, typename Unary, typename T, typename Binary, typename Reduce>
T reduce_some(Policy &policy, Index first, Index last, Unary &unary, const T &like, Binary &binary, Reduce &reduce) {
  const auto n = last - first;
  if (static_cast<std::size_t>(n) <= block_of(n)) {
    const T one = unary(first);
    return n == 1 ? one : reduce(first + 1, last, one);
  }
  const Index middle = first + n / 2;
  T left = like, right = like;
  parlay::par_do([&] { left = reduce_some(policy, first, middle, unary, like, binary, reduce); },
                 [&] { right = reduce_some(policy, middle, last, unary, like, binary, reduce); });
  return binary(left, right);
}

template <typename Policy, typename Index, typename Unary, typename T, typename Binary, typename Reduce>
T __parallel_transform_reduce(Policy &&policy, Index first, Index last, Unary unary, T init, Binary binary,
                              Reduce reduce) {
  if (!(first < last)) return init;
  return binary(init, reduce_some(policy, first, last, unary, init, binary, reduce));
}

// One strand a block: f(block, start, length).
template <typename Index, typename F>
void each_block(Index n, F f) {
  const std::size_t size = static_cast<std::size_t>(n), block = block_of(size);
  parlay::parallel_for(0, (size + block - 1) / block, [&](std::size_t b) {
    const std::size_t start = b * block;
    f(b, static_cast<Index>(start), static_cast<Index>(size - start < block ? size - start : block));
  });
}

template <typename Policy, typename Index, typename T, typename R, typename C, typename S, typename A>
void __parallel_strict_scan(Policy &&, Index n, T initial, R reduce, C combine, S scan, A apex) {
  if (n <= 0) return apex(initial);
  const std::size_t size = static_cast<std::size_t>(n), block = block_of(size);
  std::vector<T> sums((size + block - 1) / block + 1, initial);
  each_block(n, [&](std::size_t b, Index start, Index length) { sums[b + 1] = reduce(start, length); });
  for (std::size_t b = 1; b < sums.size(); b++) sums[b] = combine(sums[b - 1], sums[b]);
  apex(sums.back());
  each_block(n, [&](std::size_t b, Index start, Index length) { scan(start, length, sums[b]); });
}

template <typename Policy, typename Index, typename Unary, typename T, typename Binary, typename Reduce, typename Scan>
T __parallel_transform_scan(Policy &&, Index n, Unary unary, T init, Binary binary, Reduce reduce, Scan scan) {
  if (n <= 0) return init;
  const std::size_t size = static_cast<std::size_t>(n), block = block_of(size);
  std::vector<T> sums((size + block - 1) / block + 1, init);
  each_block(n, [&](std::size_t b, Index start, Index length) {
    const T one = unary(start);
    sums[b + 1] = length == 1 ? one : reduce(start + 1, start + length, one);
  });
  for (std::size_t b = 1; b < sums.size(); b++) sums[b] = binary(sums[b - 1], sums[b]);
  each_block(n, [&](std::size_t b, Index start, Index length) { scan(start, start + length, sums[b]); });
  return sums.back();
}

// Always all of it and stably, which is one of the results that a partial or an unstable sort may give.
template <typename Policy, typename Iterator, typename Compare, typename Leaf>
void __parallel_stable_sort(Policy &&policy, Iterator first, Iterator last, Compare compare, Leaf leaf,
                            std::size_t = 0) {
  const auto n = last - first;
  if (n < 2 || static_cast<std::size_t>(n) <= block_of(n)) return std::stable_sort(first, last, compare);
  const Iterator middle = first + n / 2;
  parlay::par_do([&] { __parallel_stable_sort(policy, first, middle, compare, leaf); },
                 [&] { __parallel_stable_sort(policy, middle, last, compare, leaf); });
  std::inplace_merge(first, middle, last, compare);
}

template <typename Policy, typename I1, typename I2, typename Out, typename Compare, typename Leaf>
void __parallel_merge(Policy &&policy, I1 first1, I1 last1, I2 first2, I2 last2, Out out, Compare compare, Leaf leaf) {
  const auto n1 = last1 - first1;
  const auto n2 = last2 - first2;
  const std::size_t n = static_cast<std::size_t>(n1) + static_cast<std::size_t>(n2);
  if (n <= 2 || n <= block_of(n)) {
    leaf(first1, last1, first2, last2, out, compare);
    return;
  }
  I1 middle1 = first1;
  I2 middle2 = first2;
  if (n1 < n2) {
    middle2 += n2 / 2;
    middle1 = std::upper_bound(first1, last1, *middle2, compare);
  } else {
    middle1 += n1 / 2;
    middle2 = std::lower_bound(first2, last2, *middle1, compare);
  }
  const Out between = out + (middle1 - first1) + (middle2 - first2);
  parlay::par_do(
      [&] { __parallel_merge(policy, first1, middle1, first2, middle2, out, compare, leaf); },
      [&] { __parallel_merge(policy, middle1, last1, middle2, last2, between, compare, leaf); });
}

}  // namespace __serial_backend
}  // namespace __pstl

#endif
