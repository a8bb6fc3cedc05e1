// A stable, parallel merge sort: leaves by insertion and merging, all merges split by binary search.
#ifndef PARLAY_INTERNAL_MERGE_SORT_H_
#define PARLAY_INTERNAL_MERGE_SORT_H_

#include <cstddef>
#include <type_traits>
#include <utility>
#include <vector>

#include "bulk.h"
#include "pack.h"

#if defined(__GLIBCXX__)
namespace std {
template <typename T>
struct less;
}  // namespace std
#endif

namespace parlay {
namespace internal {

// First of n sorted elements that is not less than x.
template <typename T, typename Less>
size_t lower_bound(const T* a, size_t n, const T& x, const Less& less) {
  size_t first = 0;
  while (n > 0) {
    const size_t half = n / 2;
    if (less(a[first + half], x)) {
      first += half + 1;
      n -= half + 1;
    } else {
      n = half;
    }
  }
  return first;
}

// First of n sorted elements that x is less than.
template <typename T, typename Less>
size_t upper_bound(const T* a, size_t n, const T& x, const Less& less) {
  size_t first = 0;
  while (n > 0) {
    const size_t half = n / 2;
    if (!less(x, a[first + half])) {
      first += half + 1;
      n -= half + 1;
    } else {
      n = half;
    }
  }
  return first;
}

// Small plain objects are merged without branches that depend on the comparison.
template <typename T>
inline constexpr bool merged_by_selection = std::is_trivially_copyable_v<T> && sizeof(T) <= 16;

// Relocates two sorted runs into raw memory at `out`; of equal elements those of `a` come first.
template <typename T, typename Less>
void merge_runs(T* a, size_t na, T* b, size_t nb, T* out, const Less& less) {
  T* const a_end = a + na;
  T* const b_end = b + nb;
  while (a < a_end && b < b_end) {
    if constexpr (merged_by_selection<T>) {
      // A step takes one element, so this many need no check of the ends.
      const auto steps = smaller(a_end - a, b_end - b);
      for (std::ptrdiff_t i = 0; i < steps; ++i) {
        const bool second = static_cast<bool>(less(*b, *a));
        const T* const taken = second ? b : a;
        *out++ = *taken;
        b += second;
        a += !second;
      }
    } else {
      relocate_at(less(*b, *a) ? b++ : a++, out++);
    }
  }
  while (a < a_end) relocate_at(a++, out++);
  while (b < b_end) relocate_at(b++, out++);
}

template <typename T, typename Less>
void insertion_sort(T* a, size_t n, const Less& less) {
  for (size_t i = 1; i < n; ++i) {
    if (!less(a[i], a[i - 1])) continue;
    T x(std::move(a[i]));
    size_t j = i;
    do {
      a[j] = std::move(a[j - 1]);
      --j;
    } while (j > 0 && less(x, a[j - 1]));
    a[j] = std::move(x);
  }
}

inline constexpr size_t insertion_run = 10;

// Merges two runs of h elements each from both ends at once: no bounds to check, two chains to overlap.
template <typename T, typename Less>
void merge_equal(const T* a, const T* b, size_t h, T* out, const Less& less) {
  const T* a_end = a + h - 1;
  const T* b_end = b + h - 1;
  T* out_end = out + 2 * h - 1;
  for (size_t i = 0; i < h; ++i) {
    const bool second = static_cast<bool>(less(*b, *a));
    *out++ = second ? *b : *a;
    b += second;
    a += !second;
    const bool first = static_cast<bool>(less(*b_end, *a_end));
    *out_end-- = first ? *a_end : *b_end;
    a_end -= first;
    b_end -= !first;
  }
}

// Sorts a[0, n) serially; the result is in a, or in the raw memory b if into_b.
template <typename T, typename Less>
void serial_sort(T* a, T* b, size_t n, bool into_b, const Less& less) {
  if (n <= insertion_run) {
    insertion_sort(a, n, less);
    if (into_b) {
      for (size_t i = 0; i < n; ++i) relocate_at(a + i, b + i);
    }
    return;
  }
  const size_t half = n / 2;
  T* const from = into_b ? a : b;
  T* const to = into_b ? b : a;
  serial_sort(a, b, half, !into_b, less);
  if constexpr (merged_by_selection<T>) {
    serial_sort(a + half, b + half, half, !into_b, less);
    merge_equal(from, from + half, half, to, less);
    if (n % 2 == 1) {  // the odd one out is still in a, wherever the others went
      const T x = a[n - 1];
      size_t j = n - 1;
      for (; j > 0 && less(x, to[j - 1]); --j) to[j] = to[j - 1];
      to[j] = x;
    }
  } else {
    serial_sort(a + half, b + half, n - half, !into_b, less);
    merge_runs(from, half, from + half, n - half, to, less);
  }
}

// Elements that are merged without forking; few where every fork is to be seen.
inline size_t serial_merge(size_t n) { return n > 1 && unseq_block_length(n, 2) == 1 ? 16 : 8192; }

template <typename T, typename Less>
void parallel_merge(T* a, size_t na, T* b, size_t nb, T* out, size_t serial, const Less& less) {
  if (na + nb <= serial) {
    merge_runs(a, na, b, nb, out, less);
    return;
  }
  size_t ha, hb;
  if (na >= nb) {
    ha = na / 2;
    hb = lower_bound(b, nb, a[ha], less);
  } else {
    hb = nb / 2;
    ha = upper_bound(a, na, b[hb], less);
  }
  par_do([&] { parallel_merge(a, ha, b, hb, out, serial, less); },
         [&] { parallel_merge(a + ha, na - ha, b + hb, nb - hb, out + ha + hb, serial, less); });
}

template <typename T, typename Less>
void merge_sort(T* a, T* b, size_t n, size_t leaf, size_t serial, bool into_b, const Less& less) {
  if (n <= leaf) {
    serial_sort(a, b, n, into_b, less);
    return;
  }
  const size_t half = n / 2;
  par_do([&] { merge_sort(a, b, half, leaf, serial, !into_b, less); },
         [&] { merge_sort(a + half, b + half, n - half, leaf, serial, !into_b, less); });
  T* const from = into_b ? a : b;
  parallel_merge(from, half, from + half, n - half, into_b ? b : a, serial, less);
}

#if defined(__GLIBCXX__)
template <typename Less, typename T>
inline constexpr bool is_natural_order =
    std::is_same_v<Less, less> || std::is_same_v<Less, std::less<T>> || std::is_same_v<Less, std::less<void>>;
#else
template <typename Less, typename T>
inline constexpr bool is_natural_order = std::is_same_v<Less, less>;
#endif

// Names the fork site of a sort that the runtime carries out; not called.
template <typename T>
void unseq_site_sort(void*, size_t, size_t) {}

// Numbers in their natural order: the runtime knows how to sort those.
template <typename T, typename Less>
inline constexpr bool sorted_by_runtime =
    is_natural_order<Less, T> && std::is_arithmetic_v<T> && sizeof(T) <= 8 && !std::is_same_v<T, bool>;

template <typename T>
constexpr unseq_number number_type() {
  constexpr int size = sizeof(T) == 1 ? 0 : sizeof(T) == 2 ? 1 : sizeof(T) == 4 ? 2 : 3;
  if (std::is_floating_point_v<T>) return size == 2 ? UNSEQ_F32 : UNSEQ_F64;
  return static_cast<unseq_number>((T(-1) < T(0) ? UNSEQ_I8 : UNSEQ_U8) + size);
}

// Sorts n objects in place.
template <typename T, typename Less>
void sort_array(T* a, size_t n, const Less& less) {
  if (n < 2) return;
  if constexpr (sorted_by_runtime<T, Less>) {
    unseq_sort_numbers(a, n, number_type<T>(), &unseq_site_sort<T>);
    return;
  }
  raw_buffer<T> buffer(n);
  merge_sort(a, buffer.data(), n, unseq_block_length(n, 8192), serial_merge(n), false, less);
}

// Elements that lie one after the other in memory.
template <typename It>
inline constexpr bool is_contiguous =
    std::is_pointer_v<It> || std::is_same_v<It, typename std::vector<iterator_value_type_t<It>>::iterator>;

template <typename R, typename Less>
void sort_range(R&& r, const Less& less) {
  const size_t n = parlay::size(r);
  if (n < 2) return;
  using It = decltype(std::begin(r));
  auto in = std::begin(r);
  if constexpr (is_contiguous<It>) {
    internal::sort_array(&*in, n, less);
  } else {
    auto elements = parlay::tabulate<range_value_type_t<R>>(n, [&](size_t i) { return std::move(in[i]); });
    internal::sort_array(elements.data(), n, less);
    parallel_for(0, n, [&](size_t i) { in[i] = std::move(elements[i]); });
  }
}

}  // namespace internal

// Sorted copies. Equal elements keep their order in all of them.
template <typename R, typename Less>
[[nodiscard]] auto stable_sort(R&& r, Less&& less) {
  auto result = parlay::to_sequence(r);
  internal::sort_array(result.data(), result.size(), less);
  return result;
}
template <typename R>
[[nodiscard]] auto stable_sort(R&& r) {
  return parlay::stable_sort(r, internal::less());
}
template <typename R, typename Less>
[[nodiscard]] auto sort(R&& r, Less&& less) {
  return parlay::stable_sort(r, less);
}
template <typename R>
[[nodiscard]] auto sort(R&& r) {
  return parlay::stable_sort(r, internal::less());
}

template <typename R, typename Less>
void stable_sort_inplace(R&& r, Less&& less) {
  internal::sort_range(r, less);
}
template <typename R>
void stable_sort_inplace(R&& r) {
  internal::sort_range(r, internal::less());
}
template <typename R, typename Less>
void sort_inplace(R&& r, Less&& less) {
  internal::sort_range(r, less);
}
template <typename R>
void sort_inplace(R&& r) {
  internal::sort_range(r, internal::less());
}

// Two sorted ranges as one; of equal elements those of the first come first.
template <typename R1, typename R2, typename Less>
auto merge(R1&& r1, R2&& r2, Less&& less) {
  using T = range_value_type_t<R1>;
  sequence<T> a = parlay::to_sequence(r1);
  sequence<T> b = parlay::to_sequence<T>(r2);
  sequence<T> out = sequence<T>::uninitialized(a.size() + b.size());
  internal::parallel_merge(a.data(), a.size(), b.data(), b.size(), out.data(),
                           internal::serial_merge(out.size()), less);
  clear_relocated(a);
  clear_relocated(b);
  return out;
}
template <typename R1, typename R2>
auto merge(R1&& r1, R2&& r2) {
  return parlay::merge(r1, r2, internal::less());
}

}  // namespace parlay

#endif
