// Stable sorting by unsigned integer keys.
#ifndef PARLAY_INTERNAL_INTEGER_SORT_H_
#define PARLAY_INTERNAL_INTEGER_SORT_H_

#include <cstddef>
#include <type_traits>
#include <utility>

#include "merge_sort.h"

namespace parlay {

template <typename R, typename Key>
[[nodiscard]] auto integer_sort(R&& r, Key&& key) {
  return parlay::stable_sort(r, [&key](const auto& a, const auto& b) { return key(a) < key(b); });
}
template <typename R>
[[nodiscard]] auto integer_sort(R&& r) {
  static_assert(std::is_unsigned_v<range_value_type_t<R>>, "integer_sort sorts unsigned integers");
  return parlay::stable_sort(r);
}
template <typename R, typename Key>
void integer_sort_inplace(R&& r, Key&& key) {
  parlay::stable_sort_inplace(r, [&key](const auto& a, const auto& b) { return key(a) < key(b); });
}
template <typename R>
void integer_sort_inplace(R&& r) {
  static_assert(std::is_unsigned_v<range_value_type_t<R>>, "integer_sort sorts unsigned integers");
  parlay::stable_sort_inplace(r);
}
template <typename R, typename Key>
[[nodiscard]] auto stable_integer_sort(R&& r, Key&& key) {
  return parlay::integer_sort(r, key);
}
template <typename R, typename Key>
void stable_integer_sort_inplace(R&& r, Key&& key) {
  parlay::integer_sort_inplace(r, key);
}

// By keys below num_buckets: the sorted sequence and where each bucket begins.
template <typename R, typename Key>
[[nodiscard]] auto counting_sort(R&& r, size_t num_buckets, Key&& key) {
  auto sorted = parlay::integer_sort(r, key);
  auto offsets = parlay::tabulate<size_t>(num_buckets + 1, [&](size_t b) {
    size_t first = 0, n = sorted.size();
    while (n > 0) {
      const size_t half = n / 2;
      if (static_cast<size_t>(key(sorted[first + half])) < b) {
        first += half + 1;
        n -= half + 1;
      } else {
        n = half;
      }
    }
    return first;
  });
  return std::pair(std::move(sorted), std::move(offsets));
}
template <typename R>
[[nodiscard]] auto counting_sort(R&& r, size_t num_buckets) {
  return parlay::counting_sort(r, num_buckets, internal::self());
}

}  // namespace parlay

#endif
