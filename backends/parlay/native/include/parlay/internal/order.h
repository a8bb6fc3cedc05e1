// Ranks and order statistics.
#ifndef PARLAY_INTERNAL_ORDER_H_
#define PARLAY_INTERNAL_ORDER_H_

#include <cstddef>
#include <type_traits>
#include <utility>

#include "merge_sort.h"
#include "pack.h"

namespace parlay {

// The position of each element in the stably sorted sequence.
template <typename Index, typename R, typename Less = internal::less>
auto rank(R&& r, Less&& less = {}) {
  auto in = std::begin(r);
  const size_t n = parlay::size(r);
  sequence<Index> order = parlay::tabulate<Index>(n, [](size_t i) { return static_cast<Index>(i); });
  parlay::stable_sort_inplace(order, [&](Index a, Index b) { return less(in[a], in[b]); });
  sequence<Index> ranks = sequence<Index>::uninitialized(n);
  parallel_for(0, n, [&](size_t i) { ranks[order[i]] = static_cast<Index>(i); });
  return ranks;
}
template <typename R, typename Less = internal::less>
auto rank(R&& r, Less&& less = {}) {
  return parlay::rank<size_t>(r, less);
}

// The element that would be at position k < n of the sorted sequence.
template <typename R, typename Less = internal::less>
auto kth_smallest_copy(R&& r, size_t k, Less&& less = {}) {
  using T = range_value_type_t<R>;
  sequence<T> left = parlay::to_sequence<T>(r);
  for (uint64_t round = 0; left.size() > 1000; ++round) {
    const auto sample = parlay::sort(
        parlay::tabulate<T>(33, [&](size_t i) { return left[hash64(i + 64 * round) % left.size()]; }), less);
    const T pivot = sample[33 * k / left.size()];
    auto below = parlay::filter(left, [&](const T& x) { return less(x, pivot); });
    if (k < below.size()) {
      left = std::move(below);
      continue;
    }
    auto above = parlay::filter(left, [&](const T& x) { return less(pivot, x); });
    const size_t not_above = left.size() - above.size();
    if (k < not_above) return pivot;
    k -= not_above;
    left = std::move(above);
  }
  parlay::sort_inplace(left, less);
  return T(left[k]);
}

// An iterator to it.
template <typename R, typename Less = internal::less>
auto kth_smallest(R&& r, size_t k, Less&& less = {}) {
  auto in = std::begin(r);
  const auto places = parlay::tabulate(parlay::size(r), [in](size_t i) { return in + i; });
  return parlay::kth_smallest_copy(places, k, [&less](const auto& a, const auto& b) { return less(*a, *b); });
}

}  // namespace parlay

#endif
