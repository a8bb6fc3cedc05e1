// Stand-ins for CUB's sorting. Radix sorts compare the chosen bits of keys, and are stable as merge sorts are.
#ifndef UNSEQ_CUB_SORT_H_
#define UNSEQ_CUB_SORT_H_

#include <algorithm>
#include <numeric>
#include <vector>

#include "cub/library.cuh"

#define UNSEQ_CUB static inline __attribute__((always_inline)) cudaError_t

namespace cub {

namespace detail {

// Unsigned numbers in the order of the keys: signs are flipped, and all bits of negative floating-point numbers.
template <class K>
auto ordered(K key) {
  using Bits = unseq_cuda::Word<sizeof(K)>;
  auto bits = std::bit_cast<Bits>(key);
  constexpr Bits sign = static_cast<Bits>(Bits{1} << (8 * sizeof(K) - 1));
  if constexpr (std::is_floating_point_v<K>) {
    if (key == K{0}) bits = 0;  // -0 and 0 are the same key
    bits = static_cast<Bits>(bits & sign ? ~bits : bits | sign);
  } else if constexpr (std::is_signed_v<K>) {
    bits ^= sign;
  }
  return bits;
}

// Permutes keys and, unless it is null, values. `less` compares places.
template <class Keys, class KeysOut, class Values, class ValuesOut, class Less>
void permute(Keys keys, KeysOut keys_out, Values values, ValuesOut values_out, std::size_t n, Less less) {
  std::vector<std::size_t> place(n);
  std::iota(place.begin(), place.end(), std::size_t{0});
  std::vector<unseq_cuda::ValueOf<Keys>> copied;
  copied.reserve(n);
  for (std::size_t i = 0; i < n; i++) copied.push_back(keys[i]);
  std::stable_sort(place.begin(), place.end(), [&](std::size_t a, std::size_t b) { return less(copied[a], copied[b]); });
  if constexpr (!std::is_null_pointer_v<Values>) {
    std::vector<unseq_cuda::ValueOf<Values>> carried;
    carried.reserve(n);
    for (std::size_t i = 0; i < n; i++) carried.push_back(values[i]);
    for (std::size_t i = 0; i < n; i++) values_out[i] = carried[place[i]];
  }
  for (std::size_t i = 0; i < n; i++) keys_out[i] = copied[place[i]];
}

template <bool Down, class K>
bool before(const K &a, const K &b, int begin, int end) {
  const int width = static_cast<int>(8 * sizeof(K));
  const auto cut = [&](auto bits) { return static_cast<unsigned long long>(bits) << (64 - std::min(end, width)) >> (64 - std::min(end, width) + begin); };
  return Down ? cut(ordered(b)) < cut(ordered(a)) : cut(ordered(a)) < cut(ordered(b));
}

}  // namespace detail

#define UNSEQ_CUB_SORTED(keys, keys_out, values, values_out, less) \
  unseq_cuda::library(storage, bytes, static_cast<std::size_t>(n), \
                      [=]() mutable { detail::permute(keys, keys_out, values, values_out, static_cast<std::size_t>(n), less); })

struct DeviceRadixSort {
#define UNSEQ_CUB_RADIX(name, down)                                                                                         \
  template <class K, class N>                                                                                               \
  UNSEQ_CUB SortKeys##name(void *storage, std::size_t &bytes, const K *in, K *out, N n, int begin = 0, int end = sizeof(K) * 8, \
                           cudaStream_t = nullptr) {                                                                        \
    const auto less = [=](const K &a, const K &b) { return detail::before<down>(a, b, begin, end); };                       \
    return UNSEQ_CUB_SORTED(in, out, nullptr, nullptr, less);                                                               \
  }                                                                                                                         \
  template <class K, class N>                                                                                               \
  UNSEQ_CUB SortKeys##name(void *storage, std::size_t &bytes, DoubleBuffer<K> &keys, N n, int begin = 0, int end = sizeof(K) * 8, \
                           cudaStream_t = nullptr) {                                                                        \
    const cudaError_t status = SortKeys##name(storage, bytes, keys.Current(), keys.Alternate(), n, begin, end);             \
    if (storage != nullptr) keys.selector ^= 1;                                                                             \
    return status;                                                                                                          \
  }                                                                                                                         \
  template <class K, class V, class N>                                                                                      \
  UNSEQ_CUB SortPairs##name(void *storage, std::size_t &bytes, const K *in, K *out, const V *values, V *values_out, N n,    \
                            int begin = 0, int end = sizeof(K) * 8, cudaStream_t = nullptr) {                               \
    const auto less = [=](const K &a, const K &b) { return detail::before<down>(a, b, begin, end); };                       \
    return UNSEQ_CUB_SORTED(in, out, values, values_out, less);                                                             \
  }                                                                                                                         \
  template <class K, class V, class N>                                                                                      \
  UNSEQ_CUB SortPairs##name(void *storage, std::size_t &bytes, DoubleBuffer<K> &keys, DoubleBuffer<V> &values, N n,         \
                            int begin = 0, int end = sizeof(K) * 8, cudaStream_t = nullptr) {                               \
    const cudaError_t status =                                                                                              \
        SortPairs##name(storage, bytes, keys.Current(), keys.Alternate(), values.Current(), values.Alternate(), n, begin, end); \
    if (storage != nullptr) keys.selector ^= 1, values.selector ^= 1;                                                       \
    return status;                                                                                                          \
  }
  UNSEQ_CUB_RADIX(, false)
  UNSEQ_CUB_RADIX(Descending, true)
#undef UNSEQ_CUB_RADIX
};

struct DeviceMergeSort {
  template <class K, class N, class Less>
  UNSEQ_CUB StableSortKeys(void *storage, std::size_t &bytes, K keys, N n, Less less, cudaStream_t = nullptr) {
    return UNSEQ_CUB_SORTED(keys, keys, nullptr, nullptr, less);
  }
  template <class K, class N, class Less>
  UNSEQ_CUB SortKeys(void *storage, std::size_t &bytes, K keys, N n, Less less, cudaStream_t = nullptr) {
    return UNSEQ_CUB_SORTED(keys, keys, nullptr, nullptr, less);
  }
  template <class In, class Out, class N, class Less>
  UNSEQ_CUB SortKeysCopy(void *storage, std::size_t &bytes, In in, Out out, N n, Less less, cudaStream_t = nullptr) {
    return UNSEQ_CUB_SORTED(in, out, nullptr, nullptr, less);
  }
  template <class In, class Out, class N, class Less>
  UNSEQ_CUB StableSortKeysCopy(void *storage, std::size_t &bytes, In in, Out out, N n, Less less, cudaStream_t = nullptr) {
    return UNSEQ_CUB_SORTED(in, out, nullptr, nullptr, less);
  }
  template <class K, class V, class N, class Less>
  UNSEQ_CUB StableSortPairs(void *storage, std::size_t &bytes, K keys, V values, N n, Less less, cudaStream_t = nullptr) {
    return UNSEQ_CUB_SORTED(keys, keys, values, values, less);
  }
  template <class K, class V, class N, class Less>
  UNSEQ_CUB SortPairs(void *storage, std::size_t &bytes, K keys, V values, N n, Less less, cudaStream_t = nullptr) {
    return UNSEQ_CUB_SORTED(keys, keys, values, values, less);
  }
};

}  // namespace cub

#undef UNSEQ_CUB
#undef UNSEQ_CUB_SORTED
#endif
