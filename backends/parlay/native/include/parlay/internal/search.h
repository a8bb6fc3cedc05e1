// Finding, counting, comparing.
#ifndef PARLAY_INTERNAL_SEARCH_H_
#define PARLAY_INTERNAL_SEARCH_H_

#include <cstddef>
#include <type_traits>
#include <utility>

#include "bulk.h"

namespace parlay {
namespace internal {

template <typename P>
size_t count_if_index(size_t n, P&& p) {
  auto ones = delayed_tabulate(n, [&p](size_t i) -> size_t { return static_cast<bool>(p(i)) ? 1 : 0; });
  return internal::reduce(ones.begin(), n, parlay::plus<size_t>());
}

// The least i in [lo, hi) with p(i), else hi. Not inlined, like scan_block.
template <typename P>
PARLAY_NOINLINE size_t find_in(size_t lo, size_t hi, P& p) {
  for (; hi - lo >= 4; lo += 4) {
    if (p(lo)) return lo;
    if (p(lo + 1)) return lo + 1;
    if (p(lo + 2)) return lo + 2;
    if (p(lo + 3)) return lo + 3;
  }
  while (lo < hi && !p(lo)) ++lo;
  return lo;
}

// The least i < n with p(i), else n. Workers take block after block from the front until one has found an
// element, so that no more is looked at than that; an early one costs no fork.
template <typename P>
size_t find_if_index(size_t n, P&& p, size_t = 0) {
  const size_t block = unseq_block_length(n, larger<size_t>(16, smaller<size_t>(n / 64, 4096)));
  size_t found = n;
  const auto look = [&](size_t lo, size_t hi) {
    const size_t i = find_in(lo, hi, p);
    if (i == hi) return;
    size_t seen = __atomic_load_n(&found, __ATOMIC_RELAXED);
    while (i < seen && !__atomic_compare_exchange_n(&found, &seen, i, true, __ATOMIC_RELAXED, __ATOMIC_RELAXED)) {
    }
  };
  if (block == 1) {  // a runtime that sees every iteration
    parallel_for(0, n, [&](size_t i) { look(i, i + 1); });
    return found;
  }
  size_t next = smaller(block, n);
  const size_t early = find_in(0, next, p);
  if (early < next || next == n) return early;
  parallel_for(
      0, num_workers(),
      [&](size_t) {
        for (;;) {
          const size_t lo = __atomic_fetch_add(&next, block, __ATOMIC_RELAXED);
          if (lo >= __atomic_load_n(&found, __ATOMIC_RELAXED)) return;  // nothing earlier is left
          look(lo, smaller(lo + block, n));
        }
      },
      1);
  return found;
}

}  // namespace internal

template <typename R, typename P>
size_t count_if(R&& r, P&& p) {
  return internal::count_if_index(parlay::size(r), [&p, in = std::begin(r)](size_t i) { return p(in[i]); });
}
template <typename R, typename T>
size_t count(R&& r, const T& value) {
  return internal::count_if_index(parlay::size(r), [&value, in = std::begin(r)](size_t i) { return in[i] == value; });
}
template <typename R, typename P>
auto find_if(R&& r, P&& p) {
  auto in = std::begin(r);
  return in + internal::find_if_index(parlay::size(r), [&p, in](size_t i) { return static_cast<bool>(p(in[i])); });
}
template <typename R, typename P>
auto find_if_not(R&& r, P&& p) {
  auto in = std::begin(r);
  return in + internal::find_if_index(parlay::size(r), [&p, in](size_t i) { return !p(in[i]); });
}
template <typename R, typename P>
bool all_of(R&& r, P&& p) {
  return parlay::find_if_not(r, p) == std::end(r);
}
template <typename R, typename P>
bool any_of(R&& r, P&& p) {
  return parlay::find_if(r, p) != std::end(r);
}
template <typename R, typename P>
bool none_of(R&& r, P&& p) {
  return parlay::find_if(r, p) == std::end(r);
}
template <typename R, typename T>
auto find(R&& r, const T& value) {
  auto in = std::begin(r);
  return in + internal::find_if_index(parlay::size(r), [&value, in](size_t i) { return in[i] == value; });
}
template <typename R1, typename R2, typename P>
auto find_first_of(R1&& r1, R2&& r2, P&& p) {
  auto in = std::begin(r1);
  auto any = std::begin(r2);
  const size_t n2 = parlay::size(r2);
  return in + internal::find_if_index(parlay::size(r1), [&](size_t i) {
           for (size_t j = 0; j < n2; ++j) {
             if (p(any[j], in[i])) return true;
           }
           return false;
         });
}
template <typename R1, typename R2>
auto find_first_of(R1&& r1, R2&& r2) {
  return parlay::find_first_of(r1, r2, internal::equal_to());
}

template <typename R, typename P>
auto adjacent_find(R&& r, P&& p) {
  auto in = std::begin(r);
  const size_t n = parlay::size(r);
  const size_t last = n > 0 ? n - 1 : 0;
  const size_t i = internal::find_if_index(last, [&p, in](size_t j) { return p(in[j], in[j + 1]); });
  return i == last ? std::end(r) : in + i;
}
template <typename R>
auto adjacent_find(R&& r) {
  return parlay::adjacent_find(r, internal::equal_to());
}

template <typename R1, typename R2, typename P>
auto mismatch(R1&& r1, R2&& r2, P p) {
  auto a = std::begin(r1);
  auto b = std::begin(r2);
  const size_t i = internal::find_if_index(internal::smaller(parlay::size(r1), parlay::size(r2)),
                                           [&p, a, b](size_t j) { return !p(a[j], b[j]); });
  return std::pair(a + i, b + i);
}
template <typename R1, typename R2>
auto mismatch(R1&& r1, R2&& r2) {
  return parlay::mismatch(r1, r2, internal::equal_to());
}

// Where the pattern r2 first occurs in r1.
template <typename R1, typename R2, typename P>
auto search(R1&& r1, R2&& r2, P p) {
  auto a = std::begin(r1);
  auto b = std::begin(r2);
  const size_t n1 = parlay::size(r1), n2 = parlay::size(r2);
  return a + internal::find_if_index(n1, [&](size_t i) {
           if (i + n2 > n1) return false;
           for (size_t j = 0; j < n2; ++j) {
             if (!p(a[i + j], b[j])) return false;
           }
           return true;
         });
}
template <typename R1, typename R2>
auto search(R1&& r1, R2&& r2) {
  return parlay::search(r1, r2, internal::equal_to());
}

// Where the pattern r2 last occurs in r1.
template <typename R1, typename R2, typename P>
auto find_end(R1&& r1, R2&& r2, P&& p) {
  auto a = std::begin(r1);
  auto b = std::begin(r2);
  const size_t n1 = parlay::size(r1), n2 = parlay::size(r2);
  if (n2 == 0 || n2 > n1) return std::end(r1);
  const size_t starts = n1 - n2 + 1;
  const size_t back = internal::find_if_index(starts, [&](size_t i) {
    for (size_t j = 0; j < n2; ++j) {
      if (!p(a[n1 - i - n2 + j], b[j])) return false;
    }
    return true;
  });
  return back == starts ? std::end(r1) : a + (n1 - back - n2);
}
template <typename R1, typename R2>
auto find_end(R1&& r1, R2&& r2) {
  return parlay::find_end(r1, r2, internal::equal_to());
}

template <typename R1, typename R2, typename P>
bool equal(R1&& r1, R2&& r2, P&& p) {
  const size_t n = parlay::size(r1);
  if (n != parlay::size(r2)) return false;
  auto a = std::begin(r1);
  auto b = std::begin(r2);
  return internal::find_if_index(n, [&p, a, b](size_t i) { return !p(a[i], b[i]); }) == n;
}
template <typename R1, typename R2>
bool equal(R1&& r1, R2&& r2) {
  return parlay::equal(r1, r2, internal::equal_to());
}

template <typename R1, typename R2, typename Less>
bool lexicographical_compare(R1&& r1, R2&& r2, Less&& less) {
  auto a = std::begin(r1);
  auto b = std::begin(r2);
  const size_t m = internal::smaller(parlay::size(r1), parlay::size(r2));
  const size_t i = internal::find_if_index(m, [&](size_t j) { return less(a[j], b[j]) || less(b[j], a[j]); });
  return i < m ? static_cast<bool>(less(a[i], b[i])) : parlay::size(r1) < parlay::size(r2);
}
template <typename R1, typename R2>
bool lexicographical_compare(R1&& r1, R2&& r2) {
  return parlay::lexicographical_compare(r1, r2, internal::less());
}
template <typename T, typename A, bool S>
bool operator<(const sequence<T, A, S>& a, const sequence<T, A, S>& b) {
  return parlay::lexicographical_compare(a, b, internal::less());
}

// ---- least and greatest: the first of equal ones --------------------------------------------------------

template <typename R, typename Less>
auto min_element(R&& r, Less&& less) {
  auto in = std::begin(r);
  const size_t n = parlay::size(r);
  if (n == 0) return in;
  const auto f = [&less, in](size_t a, size_t b) { return less(in[b], in[a]) ? b : a; };
  return in + internal::reduce(internal::counting_iterator{0}, n, make_monoid(f, n));
}
template <typename R>
auto min_element(R&& r) {
  return parlay::min_element(r, internal::less());
}
template <typename R, typename Less>
auto max_element(R&& r, Less&& less) {
  return parlay::min_element(r, [&less](auto&& a, auto&& b) { return less(b, a); });
}
template <typename R>
auto max_element(R&& r) {
  return parlay::max_element(r, internal::less());
}
template <typename R, typename Less>
auto minmax_element(R&& r, Less&& less) {
  auto in = std::begin(r);
  const size_t n = parlay::size(r);
  using P = std::pair<size_t, size_t>;
  if (n == 0) return std::pair(in, in);
  const auto both = delayed_tabulate(n, [](size_t i) { return P(i, i); });
  const auto f = [&less, in](const P& a, const P& b) {
    return P(less(in[b.first], in[a.first]) ? b.first : a.first,
             less(in[a.second], in[b.second]) ? b.second : a.second);
  };
  const P found = internal::reduce(both.begin(), n, make_monoid(f, P(n, n)));
  return std::pair(in + found.first, in + found.second);
}
template <typename R>
auto minmax_element(R&& r) {
  return parlay::minmax_element(r, internal::less());
}

// ---- order ----------------------------------------------------------------------------------------------

template <typename R, typename Less>
auto is_sorted_until(R&& r, Less&& less) {
  auto in = std::begin(r);
  const size_t n = parlay::size(r);
  if (n == 0) return in;
  return in + (internal::find_if_index(n - 1, [&less, in](size_t i) { return less(in[i + 1], in[i]); }) + 1);
}
template <typename R>
auto is_sorted_until(R&& r) {
  return parlay::is_sorted_until(r, internal::less());
}
template <typename R, typename Less>
bool is_sorted(R&& r, Less&& less) {
  return parlay::is_sorted_until(r, less) == std::begin(r) + parlay::size(r);
}
template <typename R>
bool is_sorted(R&& r) {
  return parlay::is_sorted(r, internal::less());
}
template <typename R, typename P>
bool is_partitioned(R&& r, P&& p) {
  auto in = std::begin(r);
  const size_t n = parlay::size(r);
  const size_t d = internal::find_if_index(n, [&p, in](size_t i) { return !p(in[i]); });
  return internal::find_if_index(n - d, [&p, in, d](size_t i) { return static_cast<bool>(p(in[d + i])); }) == n - d;
}

template <typename R>
auto reverse(R&& r) {
  auto in = std::begin(r);
  const size_t n = parlay::size(r);
  return parlay::tabulate<range_value_type_t<R>>(n, [in, n](size_t i) { return in[n - i - 1]; });
}
template <typename R>
void reverse_inplace(R&& r) {
  auto in = std::begin(r);
  const size_t n = parlay::size(r);
  parallel_for(0, n / 2, [in, n](size_t i) {
    using std::swap;
    swap(in[i], in[n - i - 1]);
  });
}
template <typename R>
auto rotate(const R& r, size_t t) {
  auto in = std::begin(r);
  const size_t n = parlay::size(r);
  return parlay::tabulate<range_value_type_t<R>>(n, [in, n, t](size_t i) { return in[i + t < n ? i + t : i + t - n]; });
}

}  // namespace parlay

#endif
