// Delayed operations: map, zip and tabulate compute an element when it is asked for; scan, filter and
// flatten compute theirs once, when they are called.
#ifndef PARLAY_DELAYED_H_
#define PARLAY_DELAYED_H_

#include <cstddef>
#include <tuple>
#include <type_traits>
#include <utility>

#include "internal/bulk.h"
#include "internal/pack.h"

#include "delayed_sequence.h"
#include "monoid.h"
#include "range.h"
#include "sequence.h"

namespace parlay {
namespace delayed {

template <typename F>
auto tabulate(size_t n, F f) {
  return parlay::delayed_tabulate(n, std::move(f));
}

template <typename R, typename F>
auto map(R&& r, F f) {
  return parlay::delayed_map(std::forward<R>(r), std::move(f));
}

template <typename Index>
auto iota(Index n) {
  return parlay::iota(n);
}

// Tuples of the elements at the same position, as long as the shortest range.
template <typename... Rs>
auto zip(Rs&&... rs) {
  size_t n = static_cast<size_t>(-1);
  ((n = internal::smaller(n, parlay::size(rs))), ...);
  using Tuple = std::tuple<range_reference_type_t<Rs>...>;
  using Values = std::tuple<range_value_type_t<Rs>...>;
  auto f = [kept = std::tuple<internal::kept_range<Rs>...>(internal::kept_range<Rs>(std::forward<Rs>(rs))...)](
               size_t i) -> Tuple {
    return std::apply([i](const auto&... k) { return Tuple(k.begin()[i]...); }, kept);
  };
  return parlay::delayed_tabulate<Tuple, Values>(n, std::move(f));
}

template <typename F, typename... Rs>
auto zip_with(F f, Rs&&... rs) {
  return delayed::map(delayed::zip(std::forward<Rs>(rs)...), [f = std::move(f)](auto&& t) -> decltype(auto) {
    return std::apply(f, std::forward<decltype(t)>(t));
  });
}

// Pairs of a position and the element there.
template <typename R>
auto enumerate(R&& r) {
  const size_t n = parlay::size(r);
  return delayed::zip(parlay::iota(n), std::forward<R>(r));
}

template <size_t N, typename R>
auto elements_view(R&& r) {
  using Element = range_reference_type_t<R>;
  using Part = decltype(std::get<N>(std::declval<Element>()));
  using Result = std::conditional_t<std::is_reference_v<Element>, Part, std::decay_t<Part>>;
  return delayed::map(std::forward<R>(r), [](auto&& x) -> Result { return std::get<N>(std::forward<decltype(x)>(x)); });
}
template <typename R>
auto keys_view(R&& r) {
  return delayed::elements_view<0>(std::forward<R>(r));
}
template <typename R>
auto values_view(R&& r) {
  return delayed::elements_view<1>(std::forward<R>(r));
}

// ---- what ends a chain -----------------------------------------------------------------------------------

template <typename R>
auto to_sequence(R&& r) {
  return parlay::to_sequence(std::forward<R>(r));
}
template <typename T, typename A = internal::sequence_default_allocator<T>, typename R>
auto to_sequence(R&& r) {
  return parlay::to_sequence<T, A>(std::forward<R>(r));
}

template <typename R, typename M>
auto reduce(R&& r, M&& m) {
  return parlay::reduce(r, std::forward<M>(m));
}
template <typename R>
auto reduce(R&& r) {
  return parlay::reduce(r);
}
template <typename R, typename F, typename T>
auto reduce(R&& r, F f, T identity) {
  return parlay::reduce(r, parlay::make_monoid(std::move(f), std::move(identity)));
}

template <typename R, typename F>
void for_each(R&& r, F&& f) {
  parlay::for_each(r, f);
}
template <typename R, typename F>
void apply(R&& r, F&& f) {
  parlay::for_each(r, f);
}

// ---- scan, filter, flatten -------------------------------------------------------------------------------

template <typename R, typename M>
auto scan(R&& r, M m) {
  return parlay::scan(r, std::move(m));
}
template <typename R>
auto scan(R&& r) {
  return parlay::scan(r);
}
template <typename R, typename F, typename T>
auto scan(R&& r, F f, T identity) {
  return parlay::scan(r, parlay::make_monoid(std::move(f), std::move(identity)));
}
template <typename R, typename M>
auto scan_inclusive(R&& r, M m) {
  return parlay::scan_inclusive(r, std::move(m));
}
template <typename R>
auto scan_inclusive(R&& r) {
  return parlay::scan_inclusive(r);
}
template <typename R, typename F, typename T>
auto scan_inclusive(R&& r, F f, T identity) {
  return parlay::scan_inclusive(r, parlay::make_monoid(std::move(f), std::move(identity)));
}

// References to the elements of r that satisfy p (values, if r computes its elements).
template <typename R, typename P>
auto filter(R&& r, P&& p) {
  if constexpr (std::is_reference_v<range_reference_type_t<R>>) {
    auto in = std::begin(r);
    auto kept = parlay::pack_index(
        parlay::delayed_tabulate(parlay::size(r), [&p, in](size_t i) { return static_cast<bool>(p(in[i])); }));
    const size_t n = kept.size();
    return parlay::delayed_tabulate(n, [range = internal::kept_range<R>(std::forward<R>(r)),
                                        kept = std::move(kept)](size_t i) -> decltype(auto) {
      return range.begin()[kept[i]];
    });
  } else {
    return parlay::filter(r, p);
  }
}

template <typename R, typename P>
auto filter_op(R&& r, P&& p) {
  return parlay::map_maybe(r, p);
}
template <typename R, typename P>
auto map_maybe(R&& r, P&& p) {
  return parlay::map_maybe(r, p);
}

template <typename R>
auto flatten(R&& r) {
  return parlay::flatten(r);
}

}  // namespace delayed

// A sequence of tuples of the elements at the same position.
template <typename... Rs>
auto zip(Rs&&... rs) {
  return parlay::to_sequence(delayed::zip(std::forward<Rs>(rs)...));
}

}  // namespace parlay

#endif
