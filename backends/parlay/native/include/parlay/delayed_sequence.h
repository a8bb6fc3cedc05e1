// A random-access range whose elements are computed when they are asked for.
#ifndef PARLAY_DELAYED_SEQUENCE_H_
#define PARLAY_DELAYED_SEQUENCE_H_

#include <array>
#include <cstddef>
#include <type_traits>
#include <utility>

#include "range.h"

namespace parlay {

// T: what an element access returns, V: the value type, F: size_t -> T.
template <typename T, typename V, typename F>
class delayed_sequence {
 public:
  using value_type = V;
  using reference = T;
  using const_reference = std::add_const_t<T>;
  using difference_type = std::ptrdiff_t;
  using size_type = size_t;

  class iterator {
   public:
    using iterator_category = std::random_access_iterator_tag;
    using value_type = V;
    using difference_type = std::ptrdiff_t;
    using pointer = std::add_pointer_t<T>;
    using reference = T;

    iterator() = default;
    iterator(const F* f, size_t index) : f_(f), index_(index) {}

    T operator*() const { return (*f_)(index_); }
    T operator[](size_t i) const { return (*f_)(index_ + i); }

    iterator& operator++() { return ++index_, *this; }
    iterator& operator--() { return --index_, *this; }
    iterator operator++(int) { return iterator(f_, index_++); }
    iterator operator--(int) { return iterator(f_, index_--); }
    iterator& operator+=(size_t d) { return index_ += d, *this; }
    iterator& operator-=(size_t d) { return index_ -= d, *this; }
    iterator operator+(size_t d) const { return iterator(f_, index_ + d); }
    iterator operator-(size_t d) const { return iterator(f_, index_ - d); }
    std::ptrdiff_t operator-(const iterator& o) const { return static_cast<std::ptrdiff_t>(index_ - o.index_); }

    bool operator==(const iterator& o) const { return index_ == o.index_; }
    bool operator!=(const iterator& o) const { return index_ != o.index_; }
    bool operator<(const iterator& o) const { return index_ < o.index_; }
    bool operator>(const iterator& o) const { return index_ > o.index_; }
    bool operator<=(const iterator& o) const { return index_ <= o.index_; }
    bool operator>=(const iterator& o) const { return index_ >= o.index_; }

   private:
    const F* f_ = nullptr;
    size_t index_ = 0;
  };
  using const_iterator = iterator;

  delayed_sequence(size_t n, F f) : first_(0), last_(n), f_(std::move(f)) {}
  delayed_sequence(size_t first, size_t last, F f) : first_(first), last_(last), f_(std::move(f)) {}

  delayed_sequence(const delayed_sequence&) = default;
  delayed_sequence(delayed_sequence&&) = default;
  // A closure cannot be assigned, so it is built anew.
  delayed_sequence& operator=(const delayed_sequence& o) {
    if (this != &o) *this = delayed_sequence(o);
    return *this;
  }
  delayed_sequence& operator=(delayed_sequence&& o) {
    if (this != &o) {
      this->~delayed_sequence();
      new (static_cast<void*>(this)) delayed_sequence(std::move(o));
    }
    return *this;
  }

  static auto constant(size_t n, T value) {
    auto f = [value = std::move(value)](size_t) { return value; };
    return delayed_sequence<T, V, decltype(f)>(n, std::move(f));
  }

  iterator begin() const { return iterator(&f_, first_); }
  iterator end() const { return iterator(&f_, last_); }
  const_iterator cbegin() const { return begin(); }
  const_iterator cend() const { return end(); }

  T operator[](size_t i) const { return f_(first_ + i); }
  T at(size_t i) const { return f_(first_ + i); }
  T front() const { return f_(first_); }
  T back() const { return f_(last_ - 1); }
  size_t size() const { return last_ - first_; }
  bool empty() const { return last_ == first_; }

 private:
  size_t first_, last_;
  F f_;
};

template <typename T, typename F>
auto delayed_seq(size_t n, F f) {
  return delayed_sequence<T, internal::decayed<T>, F>(n, std::move(f));
}

// f(0), ..., f(n - 1), computed at each access.
template <typename F>
auto delayed_tabulate(size_t n, F f) {
  using T = std::invoke_result_t<const F&, size_t>;
  return delayed_sequence<T, internal::decayed<T>, F>(n, std::move(f));
}
template <typename T, typename F>
auto delayed_tabulate(size_t n, F f) {
  return delayed_sequence<T, internal::decayed<T>, F>(n, std::move(f));
}
template <typename T, typename V, typename F>
auto delayed_tabulate(size_t n, F f) {
  return delayed_sequence<T, V, F>(n, std::move(f));
}

namespace internal {

// Holds a range for later: a temporary is kept, anything else is referred to by its iterator.
template <typename R>
struct kept_range {
  R range;
  explicit kept_range(R&& r) : range(std::move(r)) {}
  auto begin() const { return std::begin(const_cast<R&>(range)); }
};
template <typename R>
struct kept_range<R&> {
  range_iterator_type_t<R&> first;
  explicit kept_range(R& r) : first(std::begin(r)) {}
  auto begin() const { return first; }
};

}  // namespace internal

// f of every element of r, computed at each access. A temporary r is kept inside the result.
template <typename R, typename F>
auto delayed_map(R&& r, F f) {
  const size_t n = parlay::size(r);
  return delayed_tabulate(n, [kept = internal::kept_range<R>(std::forward<R>(r)),
                              f = std::move(f)](size_t i) -> decltype(auto) { return f(kept.begin()[i]); });
}

template <typename F>
auto dseq(size_t n, F f) {
  return delayed_tabulate(n, std::move(f));
}
template <typename R, typename F>
auto dmap(R&& r, F f) {
  return delayed_map(std::forward<R>(r), std::move(f));
}

template <typename Index>
auto iota(Index n) {
  static_assert(std::is_integral_v<Index>);
  return delayed_tabulate<Index, Index>(static_cast<size_t>(n),
                                        [](size_t i) -> Index { return static_cast<Index>(i); });
}

}  // namespace parlay

#endif
