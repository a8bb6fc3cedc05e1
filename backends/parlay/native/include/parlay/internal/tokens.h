// Cutting a range into pieces.
#ifndef PARLAY_INTERNAL_TOKENS_H_
#define PARLAY_INTERNAL_TOKENS_H_

#include <cstddef>
#include <type_traits>
#include <utility>

#include "bulk.h"
#include "pack.h"

namespace parlay {

inline bool is_whitespace(unsigned char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

// f of each maximal slice without separators.
template <typename R, typename F, typename P = decltype(is_whitespace)>
auto map_tokens(R&& r, F&& f, P&& is_space = is_whitespace) {
  auto whole = make_slice(r);
  auto in = whole.begin();
  const size_t n = whole.size();
  const auto edges = parlay::pack_index(delayed_tabulate(n + 1, [&](size_t i) {
    const bool before = i > 0 && !is_space(in[i - 1]);
    const bool after = i < n && !is_space(in[i]);
    return before != after;
  }));
  using Result = std::invoke_result_t<F&, decltype(whole.cut(0, 0))>;
  if constexpr (std::is_void_v<Result>) {
    parallel_for(0, edges.size() / 2, [&](size_t i) { f(whole.cut(edges[2 * i], edges[2 * i + 1])); });
  } else {
    return parlay::tabulate(edges.size() / 2, [&](size_t i) { return f(whole.cut(edges[2 * i], edges[2 * i + 1])); });
  }
}

template <typename R, typename P = decltype(is_whitespace)>
sequence<chars> tokens(R&& r, P&& is_space = is_whitespace) {
  return parlay::map_tokens(r, [](auto&& x) { return chars(x.begin(), x.end()); }, is_space);
}

// f of each piece; a piece ends with (and includes) an element whose flag is set.
template <typename R, typename Flags, typename F>
auto map_split_at(R&& r, Flags&& flags, F&& f) {
  auto whole = make_slice(r);
  const size_t n = whole.size();
  const auto ends = parlay::pack_index(flags);
  const size_t m = ends.size();
  return parlay::tabulate(m + 1, [&](size_t i) {
    return f(whole.cut(i == 0 ? 0 : ends[i - 1] + 1, i == m ? n : ends[i] + 1));
  });
}

template <typename R, typename Flags>
auto split_at(R&& r, Flags&& flags) {
  return parlay::map_split_at(r, flags, [](auto&& piece) { return parlay::to_sequence(piece); });
}

}  // namespace parlay

#endif
