// Monoids: an associative binary operation (the call operator) with its `identity`.
#ifndef PARLAY_MONOID_H_
#define PARLAY_MONOID_H_

#include <array>
#include <cstddef>
#include <limits>
#include <type_traits>
#include <utility>

#include "portability.h"
#include "type_traits.h"

namespace parlay {

template <typename M>
using monoid_value_type_t = internal::decayed<decltype(std::remove_reference_t<M>::identity)>;

template <typename M, typename = void>
struct is_monoid : std::false_type {};
template <typename M>
struct is_monoid<M, std::void_t<monoid_value_type_t<M>,
                                decltype(std::declval<M&>()(std::declval<monoid_value_type_t<M>>(),
                                                            std::declval<monoid_value_type_t<M>>()))>>
    : std::true_type {};
template <typename M>
inline constexpr bool is_monoid_v = is_monoid<M>::value;

namespace internal {
// Whether a monoid reads and writes nothing but its arguments.
template <typename M>
inline constexpr bool is_pure = false;
}  // namespace internal

#define UNSEQ_MONOID(name, expression, default_identity)       \
  template <typename T>                                        \
  struct name {                                                \
    T identity;                                                \
    name() : identity(default_identity) {}                     \
    explicit name(T id) : identity(std::move(id)) {}           \
    template <typename A, typename B>                          \
    constexpr auto operator()(A&& a, B&& b) const {            \
      return expression;                                       \
    }                                                          \
  };                                                           \
  template <typename T>                                        \
  inline constexpr bool internal::is_pure<name<T>> = std::is_arithmetic_v<T>;

UNSEQ_MONOID(plus, std::forward<A>(a) + std::forward<B>(b), 0)
UNSEQ_MONOID(multiplies, std::forward<A>(a) * std::forward<B>(b), 1)
UNSEQ_MONOID(logical_and, std::forward<A>(a) && std::forward<B>(b), true)
UNSEQ_MONOID(logical_or, std::forward<A>(a) || std::forward<B>(b), false)
UNSEQ_MONOID(bit_or, std::forward<A>(a) | std::forward<B>(b), 0)
UNSEQ_MONOID(bit_xor, std::forward<A>(a) ^ std::forward<B>(b), 0)
UNSEQ_MONOID(bit_and, std::forward<A>(a) & std::forward<B>(b), static_cast<T>(~static_cast<T>(0)))
#undef UNSEQ_MONOID

template <typename T>
struct maximum {
  T identity;
  maximum() : identity(std::numeric_limits<T>::lowest()) {}
  explicit maximum(T id) : identity(std::move(id)) {}
  T operator()(const T& a, const T& b) const { return a < b ? b : a; }
};

template <typename T>
struct minimum {
  T identity;
  minimum() : identity(std::numeric_limits<T>::max()) {}
  explicit minimum(T id) : identity(std::move(id)) {}
  T operator()(const T& a, const T& b) const { return b < a ? b : a; }
};

namespace internal {
template <typename T>
inline constexpr bool is_pure<maximum<T>> = std::is_arithmetic_v<T>;
template <typename T>
inline constexpr bool is_pure<minimum<T>> = std::is_arithmetic_v<T>;
}  // namespace internal

// A function and its identity, as a monoid.
template <typename F, typename TT>
struct monoid {
  using T = TT;
  T identity;
  F f;
  monoid(F function, T id) : identity(std::move(id)), f(std::move(function)) {}
  template <typename A, typename B>
  PARLAY_INLINE decltype(auto) operator()(A&& a, B&& b) const {
    return f(std::forward<A>(a), std::forward<B>(b));
  }
};

template <typename F, typename T>
monoid<F, T> binary_op(F f, T id) {
  return monoid<F, T>(std::move(f), std::move(id));
}

template <typename F, typename T>
monoid<F, T> make_monoid(F f, T id) {
  return monoid<F, T>(std::move(f), std::move(id));
}

// ---- the older spelling: a struct with T, identity and a static or member function f ------------------

template <typename M, typename = void>
struct is_legacy_monoid : std::false_type {};
template <typename M>
struct is_legacy_monoid<M, std::void_t<typename std::remove_reference_t<M>::T, monoid_value_type_t<M>,
                                       decltype(std::declval<M&>().f(std::declval<monoid_value_type_t<M>>(),
                                                                     std::declval<monoid_value_type_t<M>>()))>>
    : std::true_type {};
template <typename M>
inline constexpr bool is_legacy_monoid_v = is_legacy_monoid<M>::value;

template <typename M>
struct legacy_monoid_adapter : M {
  explicit legacy_monoid_adapter(M m) : M(std::move(m)) {}
  template <typename A, typename B>
  decltype(auto) operator()(A&& a, B&& b) const {
    return this->f(std::forward<A>(a), std::forward<B>(b));
  }
};

namespace internal {
// The argument as a monoid with a call operator, whichever spelling it has.
template <typename M>
decltype(auto) as_monoid(M&& m) {
  static_assert(is_monoid_v<M> || is_legacy_monoid_v<M>,
                "a monoid has `identity` and is callable with two values of identity's type");
  if constexpr (is_monoid_v<M>) {
    return std::forward<M>(m);
  } else {
    return legacy_monoid_adapter<decayed<M>>(std::forward<M>(m));
  }
}
}  // namespace internal

template <typename M1, typename M2>
auto pair_monoid(M1 m1, M2 m2) {
  using P = std::pair<monoid_value_type_t<M1>, monoid_value_type_t<M2>>;
  P identity(m1.identity, m2.identity);
  auto f = [m1 = std::move(m1), m2 = std::move(m2)](const P& a, const P& b) {
    return P(internal::as_monoid(m1)(a.first, b.first), internal::as_monoid(m2)(a.second, b.second));
  };
  return make_monoid(std::move(f), std::move(identity));
}

template <typename M, size_t n>
auto array_monoid(M m) {
  using A = std::array<monoid_value_type_t<M>, n>;
  A identity;
  for (size_t i = 0; i < n; ++i) identity[i] = m.identity;
  auto f = [m = std::move(m)](const A& a, const A& b) {
    A r;
    for (size_t i = 0; i < n; ++i) r[i] = internal::as_monoid(m)(a[i], b[i]);
    return r;
  };
  return make_monoid(std::move(f), std::move(identity));
}

template <typename TT>
struct addm {
  using T = TT;
  T identity = 0;
  static T f(T a, T b) { return a + b; }
};

template <typename TT>
struct xorm {
  using T = TT;
  T identity = 0;
  static T f(T a, T b) { return a ^ b; }
};

template <typename TT>
struct maxm {
  using T = TT;
  T identity = std::numeric_limits<T>::lowest();
  static T f(T a, T b) { return a < b ? b : a; }
};

template <typename A, typename B>
struct maxm<std::pair<A, B>> {
  using T = std::pair<A, B>;
  T identity = T(std::numeric_limits<A>::lowest(), std::numeric_limits<B>::lowest());
  static T f(T a, T b) { return a < b ? b : a; }
};

template <typename TT>
struct minm {
  using T = TT;
  T identity = std::numeric_limits<T>::max();
  static T f(T a, T b) { return b < a ? b : a; }
};

template <typename A, typename B>
struct minm<std::pair<A, B>> {
  using T = std::pair<A, B>;
  T identity = T(std::numeric_limits<A>::max(), std::numeric_limits<B>::max());
  static T f(T a, T b) { return b < a ? b : a; }
};

template <typename TT>
struct minmaxm {
  using T = std::pair<TT, TT>;
  T identity = T(std::numeric_limits<TT>::max(), std::numeric_limits<TT>::lowest());
  static T f(T a, T b) {
    return T(b.first < a.first ? b.first : a.first, a.second < b.second ? b.second : a.second);
  }
};

}  // namespace parlay

#endif
