// How the stand-ins for CUB's algorithms are called: twice, first for the size of their temporary storage.
#ifndef UNSEQ_CUB_LIBRARY_H_
#define UNSEQ_CUB_LIBRARY_H_

#include <iterator>
#include <limits>
#include <utility>

#include "cuda_runtime.h"

namespace cub {

template <class K, class V>
struct KeyValuePair {
  K key;
  V value;
};

struct Sum {
  template <class T, class U>
  auto operator()(const T &a, const U &b) const { return a + b; }
};
struct Min {
  template <class T, class U>
  constexpr std::common_type_t<T, U> operator()(const T &a, const U &b) const { return b < a ? b : a; }
};
struct Max {
  template <class T, class U>
  constexpr std::common_type_t<T, U> operator()(const T &a, const U &b) const { return a < b ? b : a; }
};
struct Equality {
  template <class T, class U>
  bool operator()(const T &a, const U &b) const { return a == b; }
};
struct Inequality {
  template <class T, class U>
  bool operator()(const T &a, const U &b) const { return !(a == b); }
};

template <class T>
struct DoubleBuffer {
  T *d_buffers[2];
  int selector;
  DoubleBuffer(T *current = nullptr, T *other = nullptr) : d_buffers{current, other}, selector(0) {}
  T *Current() { return d_buffers[selector]; }
  T *Alternate() { return d_buffers[selector ^ 1]; }
};

// 0, 1, 2, ... from a start; what a function makes of other elements; one value again and again.
template <class T, class Difference = std::ptrdiff_t>
struct CountingInputIterator {
  using value_type = T;
  using difference_type = Difference;
  using reference = T;
  using pointer = const T *;
  using iterator_category = std::random_access_iterator_tag;
  T start;
  explicit CountingInputIterator(T first) : start(first) {}
  T operator[](Difference i) const { return static_cast<T>(start + static_cast<T>(i)); }
  T operator*() const { return start; }
  CountingInputIterator operator+(Difference i) const { return CountingInputIterator((*this)[i]); }
};
template <class T, class Function, class Input, class Difference = std::ptrdiff_t>
struct TransformInputIterator {
  using value_type = T;
  using difference_type = Difference;
  using reference = T;
  using pointer = const T *;
  using iterator_category = std::random_access_iterator_tag;
  Input input;
  Function function;
  TransformInputIterator(Input in, Function f) : input(in), function(f) {}
  T operator[](Difference i) const { return function(input[i]); }
  T operator*() const { return function(input[0]); }
  TransformInputIterator operator+(Difference i) const { return TransformInputIterator(input + i, function); }
};
template <class T, class Difference = std::ptrdiff_t>
struct ConstantInputIterator {
  using value_type = T;
  using difference_type = Difference;
  using reference = T;
  using pointer = const T *;
  using iterator_category = std::random_access_iterator_tag;
  T value;
  explicit ConstantInputIterator(T v) : value(v) {}
  T operator[](Difference) const { return value; }
  T operator*() const { return value; }
};

}  // namespace cub

namespace unseq_cuda {

template <class Input>
using ValueOf = std::remove_cvref_t<decltype(std::declval<Input &>()[0])>;

// The fork site of one call.
template <class F>
UNSEQ_CUDA_BARE void unseq_site_library(void *env, std::size_t, std::size_t) {
  (*static_cast<F *>(env))();
}

// Runs `algorithm` over n elements, unless the call only asks for the size of the storage. What it does happens at this
// place for a report.
template <class F>
UNSEQ_CUDA_CALL cudaError_t library(void *storage, std::size_t &bytes, std::size_t n, F algorithm) {
  constexpr std::size_t kNeeded = 256;
  if (storage == nullptr) return bytes = kNeeded, cudaSuccess;
  if (bytes < kNeeded || unseq_cuda_block_bytes(storage) < kNeeded) return failed(cudaErrorInvalidValue);
  if (lasting() != cudaSuccess) return lasting();
  void (*const site)(void *, std::size_t, std::size_t) = unseq_site_library<F>;
  unseq_cuda_library_begin(reinterpret_cast<const void *>(site), n);
  site(&algorithm, 0, 0);
  unseq_cuda_library_end();
  return cudaSuccess;
}

}  // namespace unseq_cuda

#endif
