// What the types of a range and of its elements are called.
#ifndef PARLAY_RANGE_H_
#define PARLAY_RANGE_H_

#include <array>  // std::begin and std::iterator_traits at the least cost
#include <cstddef>
#include <type_traits>
#include <utility>

#include "type_traits.h"

#define PARLAY_RANGE_TYPE typename

namespace parlay {

using std::size_t;

template <typename It>
using iterator_value_type_t = typename std::iterator_traits<It>::value_type;
template <typename It>
using iterator_reference_type_t = decltype(*std::declval<It&>());

template <typename R>
using range_iterator_type_t = decltype(std::begin(std::declval<R&>()));
template <typename R>
using range_sentinel_type_t = decltype(std::end(std::declval<R&>()));
template <typename R>
using range_reference_type_t = decltype(*std::begin(std::declval<R&>()));
template <typename R>
using range_value_type_t = typename std::iterator_traits<range_iterator_type_t<R>>::value_type;
template <typename R>
using range_difference_type_t = typename std::iterator_traits<range_iterator_type_t<R>>::difference_type;

template <typename It, typename = void>
struct is_random_access_iterator : std::false_type {};
template <typename It>
struct is_random_access_iterator<It, std::void_t<decltype(std::declval<const It&>()[size_t{0}]),
                                                 decltype(std::declval<const It&>() - std::declval<const It&>()),
                                                 decltype(*std::declval<const It&>())>> : std::true_type {};
template <typename It>
inline constexpr bool is_random_access_iterator_v = is_random_access_iterator<It>::value;

template <typename R, typename = void>
struct is_range : std::false_type {};
template <typename R>
struct is_range<R, std::void_t<range_reference_type_t<R>, range_sentinel_type_t<R>>> : std::true_type {};
template <typename R>
inline constexpr bool is_range_v = is_range<R>::value;
template <typename R>
inline constexpr bool is_input_range_v = is_range_v<R>;
template <typename R>
inline constexpr bool is_forward_range_v = is_range_v<R>;

template <typename R, typename = void>
struct is_random_access_range : std::false_type {};
template <typename R>
struct is_random_access_range<R, std::enable_if_t<is_random_access_iterator_v<range_iterator_type_t<R>>>>
    : std::true_type {};
template <typename R>
inline constexpr bool is_random_access_range_v = is_random_access_range<R>::value;
template <typename R>
inline constexpr bool is_block_iterable_range_v = is_random_access_range_v<R>;

template <typename R>
auto size(const R& r) -> decltype(static_cast<size_t>(r.size())) {
  return static_cast<size_t>(r.size());
}
template <typename T, size_t N>
constexpr size_t size(const T (&)[N]) {
  return N;
}

// The same as a function object.
struct size_of {
  template <typename R>
  size_t operator()(R&& r) const {
    return parlay::size(r);
  }
};

}  // namespace parlay

#endif
