// Grouping by arbitrary keys. The order of the groups is that of first occurrence unless a name says
// "ordered"; upstream's order is unspecified.
#ifndef PARLAY_INTERNAL_GROUP_BY_H_
#define PARLAY_INTERNAL_GROUP_BY_H_

#include <cstddef>
#include <tuple>
#include <type_traits>
#include <utility>

#include "bulk.h"
#include "collect.h"
#include "integer_sort.h"
#include "merge_sort.h"
#include "pack.h"

namespace parlay {
namespace internal {

inline constexpr auto get_key = [](auto&& a) -> decltype(auto) { return std::get<0>(std::forward<decltype(a)>(a)); };
inline constexpr auto get_val = [](auto&& a) -> decltype(auto) { return std::get<1>(std::forward<decltype(a)>(a)); };

template <typename T>
using first_type = decayed<decltype(std::get<0>(std::declval<T&>()))>;
template <typename T>
using second_type = decayed<decltype(std::get<1>(std::declval<T&>()))>;

// Positions of the elements of r, group after group, and where each group begins (with the end as last
// entry). Equal keys have equal hashes, so sorting by hash brings them together; the few different keys
// that share a hash are told apart within their run.
struct groups {
  sequence<size_t> places;
  sequence<size_t> starts;
  size_t count() const { return starts.size() - 1; }
};

template <typename KeyOf, typename Hash, typename Equal>
groups group_places(size_t n, const KeyOf& key_of, const Hash& hash, const Equal& equal) {
  using Entry = std::pair<size_t, size_t>;  // hash, place
  auto entries = parlay::tabulate<Entry>(n, [&](size_t i) { return Entry(hash64_2(hash(key_of(i))), i); });
  parlay::stable_sort_inplace(entries, [](const Entry& a, const Entry& b) { return a.first < b.first; });
  const auto run_starts = parlay::pack_index(
      delayed_tabulate(n, [&](size_t i) { return i == 0 || entries[i].first != entries[i - 1].first; }));
  sequence<bool> first(n, false);
  parallel_for(0, run_starts.size(), [&](size_t r) {
    size_t lo = run_starts[r];
    const size_t hi = r + 1 < run_starts.size() ? run_starts[r + 1] : n;
    while (lo < hi) {  // one group a turn: its elements move to the front, both parts keep their order
      first[lo] = true;
      size_t end = lo + 1;
      while (end < hi && equal(key_of(entries[lo].second), key_of(entries[end].second))) ++end;
      for (size_t i = end + 1; i < hi; ++i) {
        if (!equal(key_of(entries[lo].second), key_of(entries[i].second))) continue;
        const Entry moved = entries[i];
        for (size_t j = i; j > end; --j) entries[j] = entries[j - 1];
        entries[end++] = moved;
      }
      lo = end;
    }
  });
  groups result;
  result.starts = parlay::pack_index(first);
  result.starts.push_back(n);
  result.places = parlay::tabulate<size_t>(n, [&](size_t i) { return entries[i].second; });
  return result;
}

template <typename R, typename Hash, typename Equal>
groups group_pairs(const R& r, const Hash& hash, const Equal& equal) {
  auto in = std::begin(r);
  return internal::group_places(
      parlay::size(r), [in](size_t i) -> decltype(auto) { return std::get<0>(in[i]); }, hash, equal);
}

}  // namespace internal

// Pairs (key, combined values) of the pairs in r.
template <typename R, typename M = parlay::plus<internal::second_type<range_value_type_t<R>>>,
          typename Hash = parlay::hash<internal::first_type<range_value_type_t<R>>>,
          typename Equal = internal::equal_to>
auto reduce_by_key(R&& r, M&& monoid = {}, Hash&& hash = {}, Equal&& equal = {}) {
  using K = internal::first_type<range_value_type_t<R>>;
  using V = internal::second_type<range_value_type_t<R>>;
  decltype(auto) m = internal::as_monoid(monoid);
  auto in = std::begin(r);
  const internal::groups g = internal::group_pairs(r, hash, equal);
  return parlay::tabulate<std::pair<K, V>>(g.count(), [&](size_t i) {
    const auto values = delayed_tabulate<V>(
        g.starts[i + 1] - g.starts[i], [&](size_t j) -> V { return std::get<1>(in[g.places[g.starts[i] + j]]); });
    return std::pair<K, V>(std::get<0>(in[g.places[g.starts[i]]]), internal::reduce(values.begin(), values.size(), m));
  });
}

// Pairs (key, sequence of its values in order).
template <typename R, typename Hash = parlay::hash<internal::first_type<range_value_type_t<R>>>,
          typename Equal = internal::equal_to>
auto group_by_key(R&& r, Hash&& hash = {}, Equal&& equal = {}) {
  using K = internal::first_type<range_value_type_t<R>>;
  using V = internal::second_type<range_value_type_t<R>>;
  auto in = std::begin(r);
  const internal::groups g = internal::group_pairs(r, hash, equal);
  return parlay::tabulate<std::pair<K, sequence<V>>>(g.count(), [&](size_t i) {
    return std::pair<K, sequence<V>>(
        std::get<0>(in[g.places[g.starts[i]]]),
        parlay::tabulate<V>(g.starts[i + 1] - g.starts[i],
                            [&](size_t j) -> V { return std::get<1>(in[g.places[g.starts[i] + j]]); }));
  });
}

// Pairs (element, how often it occurs).
template <typename Sum = size_t, typename R, typename Hash = parlay::hash<range_value_type_t<R>>,
          typename Equal = internal::equal_to>
auto histogram_by_key(R&& r, Hash&& hash = {}, Equal&& equal = {}) {
  using K = range_value_type_t<R>;
  auto in = std::begin(r);
  const internal::groups g = internal::group_places(
      parlay::size(r), [in](size_t i) -> decltype(auto) { return in[i]; }, hash, equal);
  return parlay::tabulate<std::pair<K, Sum>>(g.count(), [&](size_t i) {
    return std::pair<K, Sum>(in[g.places[g.starts[i]]], static_cast<Sum>(g.starts[i + 1] - g.starts[i]));
  });
}

// One of each group of equal elements.
template <typename R, typename Hash = parlay::hash<range_value_type_t<R>>, typename Equal = internal::equal_to>
auto remove_duplicates(R&& r, Hash&& hash = {}, Equal&& equal = {}) {
  using K = range_value_type_t<R>;
  auto in = std::begin(r);
  const internal::groups g = internal::group_places(
      parlay::size(r), [in](size_t i) -> decltype(auto) { return in[i]; }, hash, equal);
  return parlay::tabulate<K>(g.count(), [&](size_t i) -> K { return in[g.places[g.starts[i]]]; });
}

template <typename R, typename Less = internal::less>
auto remove_duplicates_ordered(R&& r, Less&& less = {}) {
  return parlay::unique(parlay::stable_sort(r, less),
                        [&less](const auto& a, const auto& b) { return !less(a, b) && !less(b, a); });
}

// The distinct ones among integers below max_value, ascending.
template <typename Integer, typename R>
auto remove_duplicate_integers(R&& r, Integer max_value) {
  const auto counts = parlay::histogram_by_index(r, static_cast<size_t>(max_value));
  return parlay::pack_index<Integer>(delayed_map(counts, [](size_t c) { return c > 0; }));
}

// Pairs (key, its values in order), keys ascending.
template <typename R, typename Less = internal::less>
auto group_by_key_ordered(R&& r, Less&& less = {}) {
  using K = internal::first_type<range_value_type_t<R>>;
  using V = internal::second_type<range_value_type_t<R>>;
  const auto sorted = parlay::stable_sort(
      r, [&less](const auto& a, const auto& b) { return less(std::get<0>(a), std::get<0>(b)); });
  const size_t n = sorted.size();
  auto starts = parlay::pack_index(delayed_tabulate(
      n, [&](size_t i) { return i == 0 || less(std::get<0>(sorted[i - 1]), std::get<0>(sorted[i])); }));
  starts.push_back(n);
  return parlay::tabulate<std::pair<K, sequence<V>>>(starts.size() - 1, [&](size_t i) {
    return std::pair<K, sequence<V>>(
        std::get<0>(sorted[starts[i]]),
        parlay::tabulate<V>(starts[i + 1] - starts[i], [&](size_t j) -> V { return std::get<1>(sorted[starts[i] + j]); }));
  });
}

// The values of each of the keys 0, ..., num_buckets - 1, in order.
template <typename Integer, typename R>
auto group_by_index(R&& r, Integer num_buckets) {
  using V = internal::second_type<range_value_type_t<R>>;
  const auto key = [](const auto& p) { return static_cast<size_t>(std::get<0>(p)); };
  const auto parts = parlay::counting_sort(r, static_cast<size_t>(num_buckets), key);
  const auto& sorted = parts.first;
  const auto& starts = parts.second;
  return parlay::tabulate<sequence<V>>(static_cast<size_t>(num_buckets), [&](size_t b) {
    return parlay::tabulate<V>(starts[b + 1] - starts[b], [&](size_t j) -> V { return std::get<1>(sorted[starts[b] + j]); });
  });
}

}  // namespace parlay

#endif
