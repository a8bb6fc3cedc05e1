// Histograms and reductions by a small integer index.
#ifndef PARLAY_INTERNAL_COLLECT_H_
#define PARLAY_INTERNAL_COLLECT_H_

#include <cstddef>
#include <type_traits>
#include <utility>

#include "bulk.h"

namespace parlay {
namespace internal {

// Combines the elements lo <= i < hi of each bucket in order. add(sums, i) puts element i into its bucket.
template <typename T, typename Add, typename M>
sequence<T> collect_range(size_t lo, size_t hi, size_t buckets, const Add& add, const M& m) {
  sequence<T> own = sequence<T>::uninitialized(buckets);
  T* const sums = own.data();
  for (size_t b = 0; b < buckets; ++b) assign_uninitialized(sums[b], m.identity);
  for (size_t i = lo; i < hi; ++i) add(sums, i);
  return own;
}

// The same for all of n elements, in parallel.
// Every part of the input has private sums, which are combined afterwards: no atomics, no order lost.
template <typename T, typename Add, typename M>
sequence<T> collect(size_t n, size_t buckets, size_t parts, const Add& add, const M& m) {
  if (parts < 2) return collect_range<T>(0, n, buckets, add, m);
  sequence<sequence<T>> sums(parts);
  parallel_for(
      0, parts,
      [&](size_t p) { sums[p] = collect_range<T>(n * p / parts, n * (p + 1) / parts, buckets, add, m); }, 1);
  parallel_for(0, buckets, [&](size_t b) {
    T total = std::move(sums[0][b]);
    for (size_t p = 1; p < parts; ++p) total = m(std::move(total), sums[p][b]);
    sums[0][b] = std::move(total);
  });
  return std::move(sums[0]);
}

// Parts of the input worth private sums: each has several elements a bucket.
inline size_t collect_parts(size_t n, size_t buckets, size_t most) {
  const size_t part = larger<size_t>(4 * buckets, 16384);
  return larger<size_t>(1, smaller(n / part, most));
}

// In the race runtime elements are computed one a strand first, then counted serially.
inline bool one_strand_each(size_t n) { return n > 1 && unseq_block_length(n, 2) == 1; }

}  // namespace internal

// How often each of 0, ..., num_buckets - 1 occurs.
template <typename Integer, typename R>
auto histogram_by_index(R&& r, Integer num_buckets) {
  const size_t n = parlay::size(r);
  const size_t buckets = static_cast<size_t>(num_buckets);
  if constexpr (internal::is_watched) {
    sequence<Integer> sums(buckets);
    parallel_for(0, n, [in = std::begin(r), to = sums.begin()](size_t i) {
      Integer* const sum = to + static_cast<size_t>(in[i]);
      internal::poke(sum, static_cast<Integer>(internal::peek(sum) + 1));
    });
    return sums;
  } else {
    const auto counting = [](auto in) {
      return [in](Integer* sums, size_t i) { ++sums[static_cast<size_t>(in[i])]; };
    };
    const parlay::plus<Integer> plus;
    // Several parts a worker, so that one that is late does less.
    const size_t parts = internal::collect_parts(n, buckets, 8 * num_workers());
    return internal::collect<Integer>(n, buckets, parts, counting(std::begin(r)), plus);
  }
}

// The values of pairs (index, value) combined by index, in order; the identity where there are none.
template <typename R, typename M = parlay::plus<typename range_value_type_t<R>::second_type>>
auto reduce_by_index(R&& r, size_t num_buckets, M&& monoid = {}) {
  using T = internal::decayed<decltype(std::declval<range_value_type_t<R>&>().second)>;
  const size_t n = parlay::size(r);
  decltype(auto) m = internal::as_monoid(monoid);
  const auto adding = [&m](auto in) {
    return [in, &m](T* sums, size_t i) {
      auto&& pair = in[i];
      T& sum = sums[static_cast<size_t>(pair.first)];
      sum = m(std::move(sum), pair.second);
    };
  };
  if (internal::one_strand_each(n)) {
    const auto pairs = parlay::to_sequence(r);
    return internal::collect_range<T>(0, n, num_buckets, adding(pairs.begin()), m);
  }
  return internal::collect<T>(n, num_buckets, internal::collect_parts(n, num_buckets, 64), adding(std::begin(r)), m);
}

}  // namespace parlay

#endif
