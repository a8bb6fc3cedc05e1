// What threads of a block do together: barriers, shuffles, votes, atomic operations, fences.
#ifndef UNSEQ_CUDA_THREADS_H_
#define UNSEQ_CUDA_THREADS_H_

#include <bit>
#include <type_traits>

#include "unseq_cuda/keywords.h"

// ---- the block ----

UNSEQ_CUDA_CALL void __syncthreads(UNSEQ_CUDA_SITE) { unseq_cuda_barrier(UNSEQ_CUDA_HERE, 0, nullptr); }
UNSEQ_CUDA_CALL int __syncthreads_count(int predicate, UNSEQ_CUDA_SITE) {
  return static_cast<int>(unseq_cuda_barrier(UNSEQ_CUDA_HERE, predicate, nullptr));
}
UNSEQ_CUDA_CALL int __syncthreads_or(int predicate, UNSEQ_CUDA_SITE) {
  return unseq_cuda_barrier(UNSEQ_CUDA_HERE, predicate, nullptr) != 0;
}
UNSEQ_CUDA_CALL int __syncthreads_and(int predicate, UNSEQ_CUDA_SITE) {
  return unseq_cuda_barrier(UNSEQ_CUDA_HERE, !predicate, nullptr) == 0;
}

// ---- the warp ----

namespace unseq_cuda {

UNSEQ_CUDA_CALL unsigned lane() { return unseq_cuda_self.number % 32; }

// A value of at most eight bytes as a word, and back.
template <std::size_t N>
using Word = std::conditional_t<N == 1, std::uint8_t, std::conditional_t<N == 2, std::uint16_t,
             std::conditional_t<N == 4, std::uint32_t, std::uint64_t>>>;
template <class T>
UNSEQ_CUDA_CALL std::uint64_t word_of(T value) {
  return std::bit_cast<Word<sizeof(T)>>(value);
}
template <class T>
UNSEQ_CUDA_CALL T from_word(std::uint64_t word) {
  return std::bit_cast<T>(static_cast<Word<sizeof(T)>>(word));
}

// A larger value goes in pieces.
template <class T>
UNSEQ_CUDA_CALL T exchange(unsigned mask, T value, int source, UNSEQ_CUDA_SITE) {
  static_assert(std::is_trivially_copyable_v<T>);
  if constexpr (sizeof(T) <= 8 && (sizeof(T) & (sizeof(T) - 1)) == 0) {
    return from_word<T>(unseq_cuda_exchange(UNSEQ_CUDA_HERE, mask, word_of(value), source));
  }
  constexpr std::size_t pieces = (sizeof(T) + 7) / 8;
  std::uint64_t words[pieces] = {};
  __builtin_memcpy(words, &value, sizeof value);
  for (std::size_t k = 0; k < pieces; k++) words[k] = unseq_cuda_exchange(UNSEQ_CUDA_HERE, mask, words[k], source);
  __builtin_memcpy(&value, words, sizeof value);
  return value;
}

// Folds the values of the lanes of a mask, the lowest first.
template <class T, class F>
UNSEQ_CUDA_CALL T fold(unsigned mask, T value, F f, UNSEQ_CUDA_SITE) {
  const std::uint64_t *all;
  unsigned came = unseq_cuda_gather(UNSEQ_CUDA_HERE, mask, word_of(value), &all);
  value = from_word<T>(all[std::countr_zero(came)]);
  while (came &= came - 1) value = f(value, from_word<T>(all[std::countr_zero(came)]));
  return value;
}

// Lanes of the mask for which `holds(value)`; the lanes that came.
template <class F>
UNSEQ_CUDA_CALL unsigned lanes_where(unsigned mask, std::uint64_t value, F holds, unsigned *came, UNSEQ_CUDA_SITE) {
  const std::uint64_t *all;
  *came = unseq_cuda_gather(UNSEQ_CUDA_HERE, mask, value, &all);
  unsigned found = 0;
  for (unsigned k = 0; k < 32; k++) found |= static_cast<unsigned>(holds(all[k])) << k;
  return found & *came;
}

}  // namespace unseq_cuda

UNSEQ_CUDA_CALL void __syncwarp(unsigned mask = ~0u, UNSEQ_CUDA_SITE) { unseq_cuda_exchange(UNSEQ_CUDA_HERE, mask, 0, -1); }
UNSEQ_CUDA_CALL unsigned __activemask() { return unseq_cuda_active(); }

template <class T>
UNSEQ_CUDA_CALL T __shfl_sync(unsigned mask, T value, int source, int width = 32, UNSEQ_CUDA_SITE) {
  const int lane = static_cast<int>(unseq_cuda::lane());
  return unseq_cuda::exchange(mask, value, (lane & ~(width - 1)) | (source & (width - 1)), UNSEQ_CUDA_HERE);
}
template <class T>
UNSEQ_CUDA_CALL T __shfl_up_sync(unsigned mask, T value, unsigned delta, int width = 32, UNSEQ_CUDA_SITE) {
  const int lane = static_cast<int>(unseq_cuda::lane()), from = lane - static_cast<int>(delta);
  return unseq_cuda::exchange(mask, value, from < (lane & ~(width - 1)) ? lane : from, UNSEQ_CUDA_HERE);
}
template <class T>
UNSEQ_CUDA_CALL T __shfl_down_sync(unsigned mask, T value, unsigned delta, int width = 32, UNSEQ_CUDA_SITE) {
  const int lane = static_cast<int>(unseq_cuda::lane()), from = lane + static_cast<int>(delta);
  return unseq_cuda::exchange(mask, value, from > (lane | (width - 1)) ? lane : from, UNSEQ_CUDA_HERE);
}
template <class T>
UNSEQ_CUDA_CALL T __shfl_xor_sync(unsigned mask, T value, int flip, int width = 32, UNSEQ_CUDA_SITE) {
  const int lane = static_cast<int>(unseq_cuda::lane()), from = lane ^ flip;
  return unseq_cuda::exchange(mask, value, from > (lane | (width - 1)) ? lane : from, UNSEQ_CUDA_HERE);
}

UNSEQ_CUDA_CALL unsigned __ballot_sync(unsigned mask, int predicate, UNSEQ_CUDA_SITE) {
  unsigned came;
  return unseq_cuda::lanes_where(mask, predicate != 0, [](std::uint64_t v) { return v != 0; }, &came, UNSEQ_CUDA_HERE);
}
UNSEQ_CUDA_CALL int __any_sync(unsigned mask, int predicate, UNSEQ_CUDA_SITE) {
  return __ballot_sync(mask, predicate, UNSEQ_CUDA_HERE) != 0;
}
UNSEQ_CUDA_CALL int __all_sync(unsigned mask, int predicate, UNSEQ_CUDA_SITE) {
  return __ballot_sync(mask, !predicate, UNSEQ_CUDA_HERE) == 0;
}
template <class T>
UNSEQ_CUDA_CALL unsigned __match_any_sync(unsigned mask, T value, UNSEQ_CUDA_SITE) {
  const std::uint64_t mine = unseq_cuda::word_of(value);
  unsigned came;
  return unseq_cuda::lanes_where(mask, mine, [mine](std::uint64_t v) { return v == mine; }, &came, UNSEQ_CUDA_HERE);
}
template <class T>
UNSEQ_CUDA_CALL unsigned __match_all_sync(unsigned mask, T value, int *same, UNSEQ_CUDA_SITE) {
  const std::uint64_t mine = unseq_cuda::word_of(value);
  unsigned came;
  const unsigned equal = unseq_cuda::lanes_where(mask, mine, [mine](std::uint64_t v) { return v == mine; }, &came, UNSEQ_CUDA_HERE);
  *same = equal == came;
  return *same ? equal : 0;
}

#define UNSEQ_CUDA_REDUCE(name, T, ...)                                                                     \
  UNSEQ_CUDA_CALL T __reduce_##name##_sync(unsigned mask, T value, UNSEQ_CUDA_SITE) {                       \
    return unseq_cuda::fold(mask, value, [](T a, T b) { return static_cast<T>(__VA_ARGS__); }, UNSEQ_CUDA_HERE); \
  }
UNSEQ_CUDA_REDUCE(add, unsigned, a + b)
UNSEQ_CUDA_REDUCE(add, int, static_cast<unsigned>(a) + static_cast<unsigned>(b))
UNSEQ_CUDA_REDUCE(min, unsigned, a < b ? a : b)
UNSEQ_CUDA_REDUCE(min, int, a < b ? a : b)
UNSEQ_CUDA_REDUCE(max, unsigned, a > b ? a : b)
UNSEQ_CUDA_REDUCE(max, int, a > b ? a : b)
UNSEQ_CUDA_REDUCE(and, unsigned, a & b)
UNSEQ_CUDA_REDUCE(or, unsigned, a | b)
UNSEQ_CUDA_REDUCE(xor, unsigned, a ^ b)
#undef UNSEQ_CUDA_REDUCE

// ---- fences and atomic operations: threads run one at a time, so plain code is atomic enough ----

#if UNSEQ_CUDA_RACE
UNSEQ_CUDA_CALL void __threadfence() { unseq_cuda_fence(); }
#define UNSEQ_CUDA_ATOMIC(p) unseq_cuda_atomic(p, sizeof *p)
#else
UNSEQ_CUDA_CALL void __threadfence() {}
#define UNSEQ_CUDA_ATOMIC(p) static_cast<void>(p)
#endif
UNSEQ_CUDA_CALL void __threadfence_block() { __threadfence(); }
UNSEQ_CUDA_CALL void __threadfence_system() { __threadfence(); }

namespace unseq_cuda {

template <class T>
using Same = std::type_identity_t<T>;

// For exchanges: they may take or give back a lock.
template <class T>
UNSEQ_CUDA_BARE inline T replace(T *p, T after, bool happens) {
  const T before = *p;
  if (!happens) return before;
  *p = after;
#if UNSEQ_CUDA_RACE
  if constexpr (std::is_integral_v<T>) unseq_cuda_took(p, static_cast<std::uint64_t>(before), static_cast<std::uint64_t>(after));
#endif
  return before;
}
template <class T>
UNSEQ_CUDA_BARE inline T load(const T *p) {
  return *p;
}
template <class T>
UNSEQ_CUDA_BARE inline T exchange_if(T *p, T expected, T value) {
  return replace(p, value, *p == expected);
}

}  // namespace unseq_cuda

#define UNSEQ_CUDA_MODIFY(name, ...)                                                    \
  namespace unseq_cuda {                                                                \
  template <class T>                                                                    \
  UNSEQ_CUDA_BARE inline T modify_##name(T *p, T v) {                                   \
    const T old = *p;                                                                   \
    *p = static_cast<T>(__VA_ARGS__);                                                   \
    return old;                                                                         \
  }                                                                                     \
  }                                                                                     \
  template <class T>                                                                    \
  UNSEQ_CUDA_CALL T atomic##name(T *p, unseq_cuda::Same<T> v) {                         \
    UNSEQ_CUDA_ATOMIC(p);                                                               \
    return unseq_cuda::modify_##name(p, v);                                             \
  }                                                                                     \
  template <class T>                                                                    \
  UNSEQ_CUDA_CALL T atomic##name##_block(T *p, unseq_cuda::Same<T> v) {                 \
    UNSEQ_CUDA_ATOMIC(p);                                                               \
    return unseq_cuda::modify_##name(p, v);                                             \
  }                                                                                     \
  template <class T>                                                                    \
  UNSEQ_CUDA_CALL T atomic##name##_system(T *p, unseq_cuda::Same<T> v) {                \
    UNSEQ_CUDA_ATOMIC(p);                                                               \
    return unseq_cuda::modify_##name(p, v);                                             \
  }
UNSEQ_CUDA_MODIFY(Add, old + v)
UNSEQ_CUDA_MODIFY(Sub, old - v)
UNSEQ_CUDA_MODIFY(Min, v < old ? v : old)
UNSEQ_CUDA_MODIFY(Max, old < v ? v : old)
UNSEQ_CUDA_MODIFY(And, old & v)
UNSEQ_CUDA_MODIFY(Or, old | v)
UNSEQ_CUDA_MODIFY(Xor, old ^ v)
UNSEQ_CUDA_MODIFY(Inc, old >= v ? 0 : old + 1)
UNSEQ_CUDA_MODIFY(Dec, old == 0 || old > v ? v : old - 1)
#undef UNSEQ_CUDA_MODIFY

#define UNSEQ_CUDA_EXCHANGE(suffix)                                                     \
  template <class T>                                                                    \
  UNSEQ_CUDA_CALL T atomicExch##suffix(T *p, unseq_cuda::Same<T> v) {                   \
    UNSEQ_CUDA_ATOMIC(p);                                                               \
    return unseq_cuda::replace(p, v, true);                                             \
  }                                                                                     \
  template <class T>                                                                    \
  UNSEQ_CUDA_CALL T atomicCAS##suffix(T *p, unseq_cuda::Same<T> expected, unseq_cuda::Same<T> v) { \
    UNSEQ_CUDA_ATOMIC(p);                                                               \
    return unseq_cuda::exchange_if(p, expected, v);                                     \
  }
UNSEQ_CUDA_EXCHANGE()
UNSEQ_CUDA_EXCHANGE(_block)
UNSEQ_CUDA_EXCHANGE(_system)
#undef UNSEQ_CUDA_EXCHANGE

template <class T>
UNSEQ_CUDA_CALL T __ldg(const T *p) { return *p; }
template <class T>
UNSEQ_CUDA_CALL T __ldcg(const T *p) { return *p; }
template <class T>
UNSEQ_CUDA_CALL T __ldcs(const T *p) { return *p; }
template <class T>
UNSEQ_CUDA_CALL T __ldca(const T *p) { return *p; }
template <class T>
UNSEQ_CUDA_CALL void __stcs(T *p, unseq_cuda::Same<T> v) { *p = v; }
template <class T>
UNSEQ_CUDA_CALL void __stcg(T *p, unseq_cuda::Same<T> v) { *p = v; }

#endif
