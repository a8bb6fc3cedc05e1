// tabulate, map, reduce, scan: the primitives over blocks of consecutive elements.
//
// Block lengths depend on the input's length alone, so results that hang on the order of combination
// (floating point) are the same for any number of threads. Under the race runtime every block is one
// element long and results are combined pairwise, so that each call of a user's function is a strand.
#ifndef PARLAY_INTERNAL_BULK_H_
#define PARLAY_INTERNAL_BULK_H_

#include <cstddef>
#include <type_traits>
#include <utility>

#include "../delayed_sequence.h"
#include "../monoid.h"
#include "../parallel.h"
#include "../sequence.h"
#include "../slice.h"

namespace parlay {

template <typename F>
auto tabulate(size_t n, F&& f, size_t granularity = 0) {
  using T = std::decay_t<std::invoke_result_t<F&, size_t>>;
  return sequence<T>::from_function(n, std::forward<F>(f), granularity);
}
template <typename T, typename F>
auto tabulate(size_t n, F&& f, size_t granularity = 0) {
  return sequence<T>::from_function(n, std::forward<F>(f), granularity);
}

template <typename R, typename F>
auto map(R&& r, F&& f, size_t granularity = 0) {
  auto in = std::begin(r);
  return parlay::tabulate(
      parlay::size(r), [in, &f](size_t i) -> decltype(auto) { return f(in[i]); }, granularity);
}

namespace internal {

// How long a block of n elements is.
inline size_t block_length(size_t n) {
  size_t wanted = 2048;
  while (wanted * wanted < n) wanted *= 2;
  return unseq_block_length(n, wanted);
}

// f(b, lo, hi) for each block.
template <typename F>
void for_blocks(size_t n, size_t block, const F& f) {
  if constexpr (std::is_trivially_copyable_v<F> && sizeof(F) <= 32) {
    parallel_for(0, num_blocks(n, block), [f, n, block](size_t b) { f(b, b * block, smaller((b + 1) * block, n)); });
  } else {
    parallel_for(0, num_blocks(n, block), [&f, n, block](size_t b) { f(b, b * block, smaller((b + 1) * block, n)); });
  }
}

// m over in[lo], ..., in[hi - 1]; lo < hi. Not inlined, like scan_block.
template <typename T, typename It, typename M>
PARLAY_NOINLINE T reduce_block(const It in, size_t lo, size_t hi, const M& m) {
  if constexpr (std::is_trivially_copyable_v<T> && sizeof(T) <= 16) {
    // Four chains over four consecutive quarters: the order of the operands is kept, their latency is not.
    if (hi - lo >= 64) {
      const size_t q = (hi - lo) / 4;
      const It a = in + lo, b = a + q, c = b + q, d = c + q;
      T ra = a[0], rb = b[0], rc = c[0], rd = d[0];
      for (size_t i = 1; i < q; ++i) {
        ra = m(ra, a[i]);
        rb = m(rb, b[i]);
        rc = m(rc, c[i]);
        rd = m(rd, d[i]);
      }
      for (size_t i = lo + 4 * q; i < hi; ++i) rd = m(rd, in[i]);
      return m(T(m(ra, rb)), T(m(rc, rd)));
    }
  }
  T result = in[lo];
  for (size_t i = lo + 1; i < hi; ++i) result = m(std::move(result), in[i]);
  return result;
}

// 0, 1, 2, ...
struct counting_iterator {
  size_t at;
  size_t operator[](size_t i) const { return at + i; }
  counting_iterator operator+(size_t i) const { return {at + i}; }
};

// Plain objects combined pairwise, each pair by a strand of its own.
template <typename T, typename M>
sequence<T> combine_pairs(const sequence<T>& all, const M& m) {
  sequence<T> pairs = sequence<T>::uninitialized((all.size() + 1) / 2);
  parallel_for(0, pairs.size(), [n = all.size(), from = all.begin(), &m, to = pairs.begin()](size_t i) {
    poke(to + i, 2 * i + 1 < n ? T(m(peek(from + 2 * i), peek(from + 2 * i + 1))) : peek(from + 2 * i));
  });
  return pairs;
}

// Both ways of a primitive, watched and not, stand in one function: where one of its forks ran, the other need not.
template <typename It, typename M>
auto reduce(It in, size_t n, const M& m) {
  using T = monoid_value_type_t<M>;
  if (n == 0) return T(m.identity);
  constexpr bool watched = is_watched && std::is_trivially_copyable_v<T>;
  if constexpr (watched && is_pure<M>) {
    struct partial {
      T value;
      bool any;  // whichever strand runs first
    } all{m.identity, false};
    parallel_for(0, n, [in, m, to = &all](size_t i) {
      const T x = in[i];
      const partial before = peek(to);
      poke(to, partial{before.any ? static_cast<T>(m(before.value, x)) : x, true});
    });
    return peek(&all).value;
  } else if constexpr (watched) {
    constexpr bool counts = std::is_same_v<It, counting_iterator>;  // whose elements need no strands
    sequence<T> left = sequence<T>::uninitialized(counts ? (n + 1) / 2 : n);
    parallel_for(0, left.size(), [in, n, &m, to = left.begin()](size_t i) {
      if constexpr (counts) {
        poke(to + i, 2 * i + 1 < n ? T(m(in[2 * i], in[2 * i + 1])) : T(in[2 * i]));
      } else {
        poke(to + i, T(in[i]));
      }
    });
    while (left.size() > 1) left = combine_pairs(left, m);
    return peek(left.begin());
  } else {
    const size_t block = block_length(n);
    if (n <= block) return reduce_block<T>(in, 0, n, m);
    sequence<T> sums = sequence<T>::uninitialized(num_blocks(n, block));
    for_blocks(n, block, [in, &m, out = sums.begin()](size_t b, size_t lo, size_t hi) {
      assign_uninitialized(out[b], reduce_block<T>(in, lo, hi, m));
    });
    size_t left = sums.size();
    while (block == 1 && left > 2) {
      sequence<T> pairs = sequence<T>::uninitialized((left + 1) / 2);
      parallel_for(0, pairs.size(), [left, &m, from = sums.begin(), to = pairs.begin()](size_t i) {
        if (2 * i + 1 < left) {
          assign_uninitialized(to[i], T(m(std::move(from[2 * i]), from[2 * i + 1])));
        } else {
          assign_uninitialized(to[i], std::move(from[2 * i]));
        }
      });
      left = pairs.size();
      sums = std::move(pairs);
    }
    return reduce_block<T>(sums.begin(), 0, left, m);
  }
}

// Scans in[i] into out[i] (raw memory if Raw).
template <bool Inclusive, bool Raw, typename T, typename It, typename Out, typename M>
PARLAY_INLINE void scan_step(const It& in, Out& out, size_t i, T& carry, const M& m) {
  if constexpr (Inclusive) {
    carry = m(std::move(carry), in[i]);
    if constexpr (Raw) {
      assign_uninitialized(out[i], carry);
    } else {
      out[i] = carry;
    }
  } else {
    T element = in[i];
    if constexpr (Raw) {
      assign_uninitialized(out[i], carry);
    } else {
      out[i] = carry;
    }
    carry = m(std::move(carry), std::move(element));
  }
}

// Scans in[lo, hi) into out (raw memory if Raw), starting from `carry`; returns the total. Not inlined:
// among calls, GCC keeps a floating-point carry in an integer register, at half the speed.
template <bool Inclusive, bool Raw, typename T, typename It, typename Out, typename M>
PARLAY_NOINLINE T scan_block(const It in, Out out, size_t lo, size_t hi, T carry, const M& m) {
  for (size_t i = lo; i < hi; ++i) scan_step<Inclusive, Raw>(in, out, i, carry, m);
  return carry;
}

template <bool Inclusive, bool Raw, typename It, typename Out, typename M>
auto scan(It in, size_t n, Out out, const M& m) {
  using T = monoid_value_type_t<M>;
  if constexpr (is_watched && std::is_trivially_copyable_v<T>) {  // each element is a strand in either pass
    sequence<T> sums = sequence<T>::uninitialized(n);
    T* const each = sums.begin();
    parallel_for(0, n, [in, each](size_t i) { poke(each + i, T(in[i])); });
    T total = m.identity;
    for (size_t i = 0; i < n; ++i) {
      const T element = peek(each + i);
      poke(each + i, total);
      total = m(std::move(total), element);
    }
    parallel_for(0, n, [in, out, &m, each](size_t i) mutable {
      T carry = peek(each + i);
      scan_step<Inclusive, Raw>(in, out, i, carry, m);
    });
    return total;
  } else {
    const size_t block = block_length(n);
    if (n <= block) return scan_block<Inclusive, Raw, T>(in, out, 0, n, T(m.identity), m);
    sequence<T> sums = sequence<T>::uninitialized(num_blocks(n, block));
    for_blocks(n, block, [in, &m, each = sums.begin()](size_t b, size_t lo, size_t hi) {
      assign_uninitialized(each[b], reduce_block<T>(in, lo, hi, m));
    });
    T total = scan_block<false, false, T>(sums.begin(), sums.begin(), 0, sums.size(), T(m.identity), m);
    for_blocks(n, block, [in, out, &m, each = sums.begin()](size_t b, size_t lo, size_t hi) {
      scan_block<Inclusive, Raw, T>(in, out, lo, hi, each[b], m);
    });
    return total;
  }
}

template <bool Inclusive, typename R, typename M>
auto scan_new(R&& r, const M& m) {
  using T = monoid_value_type_t<M>;
  const size_t n = parlay::size(r);
  sequence<T> out = sequence<T>::uninitialized(n);
  T total = internal::scan<Inclusive, true>(std::begin(r), n, out.begin(), m);
  return std::pair<sequence<T>, T>(std::move(out), std::move(total));
}

template <bool Inclusive, typename R, typename M>
auto scan_over(R&& r, const M& m) {
  return internal::scan<Inclusive, false>(std::begin(r), parlay::size(r), std::begin(r), m);
}

template <typename R>
using default_monoid = parlay::plus<range_value_type_t<R>>;

}  // namespace internal

// ---- reduce: the elements combined in order; the identity when there are none ---------------------------

template <typename R, typename M>
auto reduce(R&& r, M&& m) {
  return internal::reduce(std::begin(r), parlay::size(r), internal::as_monoid(std::forward<M>(m)));
}
template <typename R>
auto reduce(R&& r) {
  return parlay::reduce(r, internal::default_monoid<R>());
}

// ---- scan: every prefix combined; exclusive ones come with the total ------------------------------------

template <typename R, typename M>
auto scan(R&& r, M&& m) {
  return internal::scan_new<false>(r, internal::as_monoid(std::forward<M>(m)));
}
template <typename R>
auto scan(R&& r) {
  return parlay::scan(r, internal::default_monoid<R>());
}
template <typename R, typename M>
auto scan_inclusive(R&& r, M&& m) {
  return internal::scan_new<true>(r, internal::as_monoid(std::forward<M>(m))).first;
}
template <typename R>
auto scan_inclusive(R&& r) {
  return parlay::scan_inclusive(r, internal::default_monoid<R>());
}
template <typename R, typename M>
auto scan_inplace(R&& r, M&& m) {
  return internal::scan_over<false>(r, internal::as_monoid(std::forward<M>(m)));
}
template <typename R>
auto scan_inplace(R&& r) {
  return parlay::scan_inplace(r, internal::default_monoid<R>());
}
template <typename R, typename M>
auto scan_inclusive_inplace(R&& r, M&& m) {
  return internal::scan_over<true>(r, internal::as_monoid(std::forward<M>(m)));
}
template <typename R>
auto scan_inclusive_inplace(R&& r) {
  return parlay::scan_inclusive_inplace(r, internal::default_monoid<R>());
}

// ---- copying and calling --------------------------------------------------------------------------------

template <typename R1, typename R2>
void copy(R1&& in, R2&& out) {
  parallel_for(0, parlay::size(in), [from = std::begin(in), to = std::begin(out)](size_t i) { to[i] = from[i]; });
}

template <typename R, typename F>
void for_each(R&& r, F&& f) {
  parallel_for(0, parlay::size(r), [&f, in = std::begin(r)](size_t i) { f(in[i]); });
}

template <typename R1, typename R2>
auto append(R1&& a, R2&& b) {
  using T = range_value_type_t<R1>;
  const size_t n = parlay::size(a);
  auto first = std::begin(a);
  auto second = std::begin(b);
  return parlay::tabulate<T>(n + parlay::size(b),
                             [&](size_t i) -> T { return i < n ? static_cast<T>(first[i]) : static_cast<T>(second[i - n]); });
}

}  // namespace parlay

#endif
