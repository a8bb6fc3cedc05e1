// Traits that the other headers share.
#ifndef PARLAY_TYPE_TRAITS_H_
#define PARLAY_TYPE_TRAITS_H_

#include <type_traits>
#include <utility>

namespace parlay {

template <typename T>
struct type_identity {
  using type = T;
};
template <typename T>
using type_identity_t = typename type_identity<T>::type;

// May an object be moved by copying its bytes and forgetting the original?
template <typename T>
struct is_trivially_relocatable
    : std::bool_constant<std::is_trivially_move_constructible_v<T> && std::is_trivially_destructible_v<T>> {};
template <typename T1, typename T2>
struct is_trivially_relocatable<std::pair<T1, T2>>
    : std::bool_constant<is_trivially_relocatable<T1>::value && is_trivially_relocatable<T2>::value> {};
template <typename T>
inline constexpr bool is_trivially_relocatable_v = is_trivially_relocatable<T>::value;

template <typename T>
struct is_pair : std::false_type {};
template <typename T1, typename T2>
struct is_pair<std::pair<T1, T2>> : std::true_type {};
template <typename T>
inline constexpr bool is_pair_v = is_pair<std::remove_cv_t<std::remove_reference_t<T>>>::value;

namespace internal {

template <typename T>
using decayed = std::remove_cv_t<std::remove_reference_t<T>>;

// The comparisons of <functional>, which is too large to include here.
struct less {
  template <typename A, typename B>
  constexpr bool operator()(const A& a, const B& b) const {
    return a < b;
  }
};

struct equal_to {
  template <typename A, typename B>
  constexpr bool operator()(const A& a, const B& b) const {
    return a == b;
  }
};

struct add {
  template <typename A, typename B>
  constexpr auto operator()(const A& a, const B& b) const {
    return a + b;
  }
};

struct self {
  template <typename T>
  constexpr T operator()(const T& x) const {
    return x;
  }
};

}  // namespace internal
}  // namespace parlay

#endif
