// parlay::sequence: a growable array whose bulk operations run in parallel.
#ifndef PARLAY_SEQUENCE_H_
#define PARLAY_SEQUENCE_H_

#include <cstddef>
#include <cstring>
#include <initializer_list>
#include <type_traits>
#include <utility>
#include <vector>

#include "unseq/runtime.h"

#include "alloc.h"
#include "parallel.h"
#include "range.h"
#include "slice.h"
#include "utilities.h"

namespace parlay {

namespace internal {

template <typename T>
using sequence_default_allocator = parlay::allocator<T>;

template <typename It>
using require_iterator = std::enable_if_t<!std::is_integral_v<It>, decltype(*std::declval<It&>())>;

// Destroys the n objects at `first`.
template <typename T>
void destroy_all(T* first, size_t n) {
  if constexpr (!std::is_trivially_destructible_v<T>) {
    parallel_for(0, n, [first](size_t i) { first[i].~T(); });
  }
}

// Constructs n objects in the raw memory at `out` from in[0], in[1], ...
template <typename It, typename T>
void construct_from(It in, size_t n, T* out) {
  if constexpr (std::is_pointer_v<It> && std::is_same_v<decayed<decltype(*in)>, T> &&
                std::is_trivially_copyable_v<T>) {
    copying_for(n, [in, out](size_t lo, size_t hi) {
      std::memcpy(static_cast<void*>(out + lo), static_cast<const void*>(in + lo), (hi - lo) * sizeof(T));
    });
  } else {
    parallel_for(0, n, [&in, out](size_t i) { new (static_cast<void*>(out + i)) T(in[i]); });
  }
}

// Moves n objects to the raw memory at `out`; raw memory stays behind.
template <typename T>
void relocate_all(T* in, size_t n, T* out) {
  if constexpr (is_trivially_relocatable_v<T>) {
    copying_for(n, [in, out](size_t lo, size_t hi) {
      std::memcpy(static_cast<void*>(out + lo), static_cast<const void*>(in + lo), (hi - lo) * sizeof(T));
    });
  } else {
    parallel_for(0, n, [in, out](size_t i) { relocate_at(in + i, out + i); });
  }
}

}  // namespace internal

template <typename T, typename Allocator = internal::sequence_default_allocator<T>,
          bool EnableSSO = std::is_same_v<T, char>>
class sequence {
  static_assert(std::is_same_v<std::decay_t<T>, T>, "a sequence holds plain objects");

 public:
  using value_type = T;
  using reference = T&;
  using const_reference = const T&;
  using difference_type = std::ptrdiff_t;
  using size_type = size_t;
  using pointer = T*;
  using const_pointer = const T*;
  using iterator = T*;
  using const_iterator = const T*;
  using reverse_iterator = std::reverse_iterator<iterator>;
  using const_reverse_iterator = std::reverse_iterator<const_iterator>;
  using view_type = slice<iterator, iterator>;
  using const_view_type = slice<const_iterator, const_iterator>;
  using allocator_type = Allocator;

  // ---- construction ----

  sequence() = default;
  explicit sequence(size_t n) { initialize(n); }
  sequence(size_t n, const T& value) { append(n, value); }
  template <typename It, typename = internal::require_iterator<It>>
  sequence(It first, It last) {
    append(first, last);
  }
  sequence(std::initializer_list<T> values) { append(values.begin(), values.end()); }
  sequence(const sequence& other) { append(other.begin(), other.end()); }
  sequence(sequence&& other) noexcept : data_(other.data_), size_(other.size_), capacity_(other.capacity_) {
    other.forget();
  }
  sequence& operator=(sequence other) noexcept {
    swap(other);
    return *this;
  }
  ~sequence() {
    internal::destroy_all(data_, size_);
    release();
  }

  // n elements of raw memory; the caller constructs them.
  static sequence uninitialized(size_t n) {
    sequence result;
    result.reserve_exactly(n);
    result.size_ = n;
    return result;
  }

  // f(0), ..., f(n - 1).
  template <typename F>
  static sequence from_function(size_t n, F&& f, size_t granularity = 0) {
    sequence result = uninitialized(n);
    T* const out = result.data_;
    parallel_for(
        0, n, [out, &f](size_t i) { new (static_cast<void*>(out + i)) T(f(i)); },
        static_cast<long>(granularity));
    return result;
  }

  // ---- access ----

  iterator begin() { return data_; }
  iterator end() { return data_ + size_; }
  const_iterator begin() const { return data_; }
  const_iterator end() const { return data_ + size_; }
  const_iterator cbegin() const { return begin(); }
  const_iterator cend() const { return end(); }
  reverse_iterator rbegin() { return reverse_iterator(end()); }
  reverse_iterator rend() { return reverse_iterator(begin()); }
  const_reverse_iterator rbegin() const { return const_reverse_iterator(end()); }
  const_reverse_iterator rend() const { return const_reverse_iterator(begin()); }

  size_t size() const { return size_; }
  size_t capacity() const { return capacity_; }
  size_t max_size() const { return static_cast<size_t>(-1) / 2 / sizeof(T); }
  bool empty() const { return size_ == 0; }
  T* data() { return data_; }
  const T* data() const { return data_; }
  T& operator[](size_t i) { return data_[i]; }
  const T& operator[](size_t i) const { return data_[i]; }
  T& at(size_t i) { return check(i), data_[i]; }
  const T& at(size_t i) const { return check(i), data_[i]; }
  T& front() { return data_[0]; }
  T& back() { return data_[size_ - 1]; }
  const T& front() const { return data_[0]; }
  const T& back() const { return data_[size_ - 1]; }

  auto head(iterator p) { return make_slice(begin(), p); }
  auto head(size_t n) { return make_slice(begin(), begin() + n); }
  auto tail(iterator p) { return make_slice(p, end()); }
  auto tail(size_t n) { return make_slice(end() - n, end()); }
  auto cut(size_t s, size_t e) { return make_slice(begin() + s, begin() + e); }
  auto head(const_iterator p) const { return make_slice(begin(), p); }
  auto head(size_t n) const { return make_slice(begin(), begin() + n); }
  auto tail(const_iterator p) const { return make_slice(p, end()); }
  auto tail(size_t n) const { return make_slice(end() - n, end()); }
  auto cut(size_t s, size_t e) const { return make_slice(begin() + s, begin() + e); }
  sequence substr(size_t pos) const { return sequence(begin() + pos, end()); }
  sequence substr(size_t pos, size_t count) const { return sequence(begin() + pos, begin() + pos + count); }
  sequence subseq(size_t s, size_t e) const { return sequence(begin() + s, begin() + e); }
  std::vector<T> to_vector() const { return std::vector<T>(begin(), end()); }
  allocator_type get_allocator() const { return allocator_type(); }

  // ---- growth ----

  template <typename... Args>
  iterator emplace_back(Args&&... args) {
    if (size_ == capacity_) {
      T value(std::forward<Args>(args)...);  // the arguments may lie in the old block
      grow(size_ + 1);
      new (static_cast<void*>(data_ + size_)) T(std::move(value));
    } else {
      new (static_cast<void*>(data_ + size_)) T(std::forward<Args>(args)...);
    }
    return data_ + size_++;
  }
  iterator push_back(const T& v) { return emplace_back(v); }
  iterator push_back(T&& v) { return emplace_back(std::move(v)); }
  void pop_back() { data_[--size_].~T(); }

  iterator append(size_t n, const T& value) {
    const T copy(value);
    grow(size_ + n);
    T* const out = data_ + size_;
    parallel_for(0, n, [out, &copy](size_t i) { new (static_cast<void*>(out + i)) T(copy); });
    size_ += n;
    return out;
  }
  template <typename It, typename = internal::require_iterator<It>>
  iterator append(It first, It last) {
    const size_t old = size_;
    if constexpr (is_random_access_iterator_v<It>) {
      const size_t n = static_cast<size_t>(last - first);
      grow(size_ + n);
      internal::construct_from(first, n, data_ + size_);
      size_ += n;
    } else {
      for (; first != last; ++first) emplace_back(*first);
    }
    return data_ + old;
  }
  template <typename R, typename = std::enable_if_t<is_range_v<R>>>
  iterator append(R&& r) {
    return append(std::begin(r), std::end(r));
  }
  iterator append(sequence&& other) {
    if (empty() && capacity_ <= other.size_) {
      swap(other);
      return begin();
    }
    const size_t old = size_;
    grow(size_ + other.size_);
    internal::relocate_all(other.data_, other.size_, data_ + old);
    size_ += other.size_;
    other.size_ = 0;
    return data_ + old;
  }

  template <typename... Args>
  iterator emplace(iterator p, Args&&... args) {
    const size_t pos = static_cast<size_t>(p - begin());
    sequence after = pop_tail(p);
    emplace_back(std::forward<Args>(args)...);
    append(std::move(after));
    return begin() + pos;
  }
  iterator insert(iterator p, const T& v) { return emplace(p, v); }
  iterator insert(iterator p, T&& v) { return emplace(p, std::move(v)); }
  iterator insert(iterator p, size_t n, const T& v) {
    return insert(p, sequence(n, v));
  }
  template <typename It, typename = internal::require_iterator<It>>
  iterator insert(iterator p, It first, It last) {
    return insert(p, sequence(first, last));
  }
  iterator insert(iterator p, std::initializer_list<T> l) { return insert(p, sequence(l)); }
  template <typename R, typename = std::enable_if_t<!std::is_same_v<internal::decayed<R>, T> && is_range_v<R> &&
                                                   std::is_constructible_v<T, range_reference_type_t<R>>>>
  iterator insert(iterator p, R&& r) {
    return insert(p, sequence(std::begin(r), std::end(r)));
  }
  iterator insert(iterator p, sequence&& other) {
    const size_t pos = static_cast<size_t>(p - begin());
    sequence after = pop_tail(p);
    append(std::move(other));
    append(std::move(after));
    return begin() + pos;
  }

  iterator erase(iterator q) { return erase(q, q + 1); }
  iterator erase(iterator q1, iterator q2) {
    const size_t pos = static_cast<size_t>(q1 - begin());
    sequence after = pop_tail(q2);
    shrink(pos);
    append(std::move(after));
    return begin() + pos;
  }
  // Takes the elements from p on out of this sequence.
  sequence pop_tail(iterator p) {
    const size_t n = static_cast<size_t>(end() - p);
    sequence result = uninitialized(n);
    internal::relocate_all(p, n, result.data_);
    size_ -= n;
    return result;
  }
  sequence pop_tail(size_t n) { return pop_tail(end() - n); }

  void clear() { shrink(0); }
  void resize(size_t n) { resize(n, T()); }
  void resize(size_t n, const T& value) {
    if (n < size_) {
      shrink(n);
    } else {
      append(n - size_, value);
    }
  }
  void reserve(size_t n) {
    if (n > capacity_) reallocate(n);
  }

  template <typename It, typename = internal::require_iterator<It>>
  void assign(It first, It last) {
    *this = sequence(first, last);
  }
  void assign(size_t n, const T& value) { *this = sequence(n, value); }
  void assign(std::initializer_list<T> l) { *this = sequence(l); }
  template <typename R, typename = std::enable_if_t<is_range_v<R>>>
  void assign(R&& r) {
    *this = sequence(std::begin(r), std::end(r));
  }
  void assign(sequence&& other) { *this = std::move(other); }

  void swap(sequence& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
    std::swap(capacity_, other.capacity_);
  }
  friend void swap(sequence& a, sequence& b) noexcept { a.swap(b); }
  // Forgets elements that were moved elsewhere byte by byte.
  friend void clear_relocated(sequence& s) { s.size_ = 0; }

  bool operator==(const sequence& other) const {
    if (size_ != other.size_) return false;
    for (size_t i = 0; i < size_; ++i) {
      if (!(data_[i] == other.data_[i])) return false;
    }
    return true;
  }
  bool operator!=(const sequence& other) const { return !(*this == other); }

 private:
  T* data_ = nullptr;
  size_t size_ = 0;
  size_t capacity_ = 0;

  void check(size_t i) const {
    if (i >= size_) unseq_throw_out_of_range(i, size_);
  }
  void forget() {
    data_ = nullptr;
    size_ = capacity_ = 0;
  }
  void release() {
    if (data_ != nullptr) Allocator().deallocate(data_, capacity_);
    forget();
  }
  void reserve_exactly(size_t n) {
    if (n > 0) data_ = Allocator().allocate(n);
    capacity_ = n;
  }
  void reallocate(size_t n) {
    sequence bigger;
    bigger.reserve_exactly(n);
    internal::relocate_all(data_, size_, bigger.data_);
    bigger.size_ = size_;
    size_ = 0;
    swap(bigger);
  }
  void grow(size_t n) {
    if (n > capacity_) reallocate(capacity_ == 0 ? n : internal::larger(n, 2 * capacity_));
  }
  void shrink(size_t n) {
    internal::destroy_all(data_ + n, size_ - n);
    size_ = n;
  }
  void initialize(size_t n) {
    reserve_exactly(n);
    T* const out = data_;
    parallel_for(0, n, [out](size_t i) { new (static_cast<void*>(out + i)) T(); });
    size_ = n;
  }
};

template <typename T, typename A, bool S>
struct is_trivially_relocatable<sequence<T, A, S>> : std::true_type {};

template <typename T, typename A = internal::sequence_default_allocator<T>>
using short_sequence = sequence<T, A, true>;
using chars = sequence<char>;

template <typename R>
auto to_sequence(R&& r) {
  return sequence<range_value_type_t<R>>(std::begin(r), std::end(r));
}
template <typename T, typename A = internal::sequence_default_allocator<T>, typename R>
auto to_sequence(R&& r) {
  return sequence<T, A>(std::begin(r), std::end(r));
}
template <typename R>
auto to_short_sequence(R&& r) {
  using T = range_value_type_t<R>;
  return short_sequence<T>(std::begin(r), std::end(r));
}

}  // namespace parlay

namespace std {
template <typename T, typename A, bool S>
struct hash<parlay::sequence<T, A, S>> {
  size_t operator()(const parlay::sequence<T, A, S>& s) const {
    size_t h = 5381;
    for (const T& x : s) h = h * 33 + parlay::hash<T>{}(x);
    return h;
  }
};
}  // namespace std

#endif
