// A view of consecutive elements that somebody else owns, given by two random-access iterators.
#ifndef PARLAY_SLICE_H_
#define PARLAY_SLICE_H_

#include <cstddef>

#include "range.h"

namespace parlay {

template <typename It, typename S>
struct slice {
  static_assert(is_random_access_iterator_v<It>);

  using value_type = typename std::iterator_traits<It>::value_type;
  using reference = typename std::iterator_traits<It>::reference;
  using iterator = It;
  using sentinel = S;

  slice(iterator first, sentinel last) : first_(first), last_(last) {}

  reference operator[](size_t i) const { return first_[i]; }
  size_t size() const { return static_cast<size_t>(last_ - first_); }
  bool empty() const { return first_ == last_; }
  iterator begin() const { return first_; }
  sentinel end() const { return last_; }

  // Elements [from, to).
  slice<It, It> cut(size_t from, size_t to) const { return {first_ + from, first_ + to}; }

 private:
  iterator first_;
  sentinel last_;
};

template <typename It, typename S>
auto make_slice(It first, S last) {
  return slice<It, S>(first, last);
}

template <typename R>
auto make_slice(R&& r) {
  return make_slice(std::begin(r), std::end(r));
}

// Equal when they view the same elements, whatever the values of those are.
template <typename It, typename S>
bool operator==(slice<It, S> a, slice<It, S> b) {
  return a.begin() == b.begin() && a.end() == b.end();
}

}  // namespace parlay

#endif
