// Small tools: construction in raw memory, hashes, atomic minimum and maximum.
#ifndef PARLAY_UTILITIES_H_
#define PARLAY_UTILITIES_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <new>
#include <type_traits>
#include <utility>

#include "portability.h"
#include "type_traits.h"

namespace std {
template <typename T>
struct hash;
}  // namespace std

namespace parlay {

using std::size_t;

struct empty {};

typedef uint32_t flags;
const flags no_flag = 0;
const flags fl_sequential = 1;
const flags fl_debug = 2;
const flags fl_time = 4;
const flags fl_conservative = 8;
const flags fl_inplace = 16;

// Constructs *a, which is raw memory, from b.
template <typename T>
PARLAY_INLINE void assign_uninitialized(T& a, const type_identity_t<T>& b) {
  new (static_cast<void*>(__builtin_addressof(a))) T(b);
}
template <typename T>
PARLAY_INLINE void assign_uninitialized(T& a, type_identity_t<T>&& b) {
  new (static_cast<void*>(__builtin_addressof(a))) T(std::move(b));
}
template <typename T>
PARLAY_INLINE void move_uninitialized(T& a, type_identity_t<T>& b) {
  new (static_cast<void*>(__builtin_addressof(a))) T(std::move(b));
}

// Moves *source into the raw memory *dest and leaves raw memory behind.
template <typename T>
PARLAY_INLINE T* relocate_at(T* source, T* dest) {
  if constexpr (is_trivially_relocatable_v<T>) {
    std::memcpy(static_cast<void*>(dest), static_cast<const void*>(source), sizeof(T));
  } else {
    new (static_cast<void*>(dest)) T(std::move(*source));
    source->~T();
  }
  return dest;
}

struct move_assign_tag {};
struct uninitialized_move_tag {};
struct copy_assign_tag {};
struct uninitialized_copy_tag {};
struct uninitialized_relocate_tag {};

template <typename T>
void assign_dispatch(T& dest, type_identity_t<T>& val, move_assign_tag) { dest = std::move(val); }
template <typename T>
void assign_dispatch(T& dest, const type_identity_t<T>& val, copy_assign_tag) { dest = val; }
template <typename T>
void assign_dispatch(T& dest, type_identity_t<T>& val, uninitialized_move_tag) {
  assign_uninitialized(dest, std::move(val));
}
template <typename T>
void assign_dispatch(T& dest, const type_identity_t<T>& val, uninitialized_copy_tag) {
  assign_uninitialized(dest, val);
}
template <typename T>
void assign_dispatch(T& dest, T& val, uninitialized_relocate_tag) { relocate_at(&val, &dest); }

// ---- hashes --------------------------------------------------------------------------------------------

// The sequence of values of random_generator and friends follows from these, so they are ParlayLib's.
inline uint32_t hash32(uint32_t a) {
  a = (a + 0x7ed55d16) + (a << 12);
  a = (a ^ 0xc761c23c) ^ (a >> 19);
  a = (a + 0x165667b1) + (a << 5);
  a = (a + 0xd3a2646c) ^ (a << 9);
  a = (a + 0xfd7046c5) + (a << 3);
  a = (a ^ 0xb55a4f09) ^ (a >> 16);
  return a;
}

inline uint32_t hash32_2(uint32_t a) {
  uint32_t z = static_cast<uint32_t>(a + 0x6D2B79F5UL);
  z = static_cast<uint32_t>((z ^ (z >> 15)) * (z | 1UL));
  z ^= static_cast<uint32_t>(z + (z ^ (z >> 7)) * (z | 61UL));
  return z ^ (z >> 14);
}

inline uint32_t hash32_3(uint32_t a) {
  uint32_t z = a + 0x9e3779b9;
  z ^= z >> 15;
  z *= 0x85ebca6b;
  z ^= z >> 13;
  z *= 0xc2b2ae3d;
  return z ^ (z >> 16);
}

inline uint64_t hash64(uint64_t u) {
  uint64_t v = u * 3935559000370003845ul + 2691343689449507681ul;
  v ^= v >> 21;
  v ^= v << 37;
  v ^= v >> 4;
  v *= 4768777513237032717ul;
  v ^= v << 20;
  v ^= v >> 41;
  v ^= v << 5;
  return v;
}

inline uint64_t hash64_2(uint64_t x) {
  x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
  x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
  return x ^ (x >> 31);
}

inline void hash_combine(size_t& seed, size_t v) { seed ^= v + 0x9e3779b9 + (seed << 6) + (seed >> 2); }

template <typename T, typename = void>
struct hash : std::hash<T> {};

template <typename T>
struct hash<T, std::enable_if_t<std::is_integral_v<T>>> {
  size_t operator()(const T& x) const { return static_cast<size_t>(x) * UINT64_C(0xbf58476d1ce4e5b9); }
};

template <typename A, typename B>
struct hash<std::pair<A, B>> {
  size_t operator()(const std::pair<A, B>& p) const {
    size_t h = hash<A>{}(p.first);
    hash_combine(h, hash<B>{}(p.second));
    return h;
  }
};

template <typename T, size_t N>
struct hash<std::array<T, N>> {
  size_t operator()(const std::array<T, N>& a) const {
    size_t h = 1;
    for (const T& x : a) hash_combine(h, hash<T>{}(x));
    return h;
  }
};

// ---- atomic read-modify-write: A is std::atomic of something --------------------------------------------

template <typename A, typename V>
void write_add(A* a, V b) {
  auto seen = a->load();
  while (!a->compare_exchange_weak(seen, static_cast<decltype(seen)>(seen + b))) {
  }
}

// Lowers *a to b where b is less; says whether it did.
template <typename A, typename Less = internal::less>
bool write_min(A* a, typename A::value_type b, Less less = {}) {
  auto seen = a->load();
  while (less(b, seen)) {
    if (a->compare_exchange_weak(seen, b)) return true;
  }
  return false;
}

template <typename A, typename Less = internal::less>
bool write_max(A* a, typename A::value_type b, Less less = {}) {
  auto seen = a->load();
  while (less(seen, b)) {
    if (a->compare_exchange_weak(seen, b)) return true;
  }
  return false;
}

// ---- numbers -------------------------------------------------------------------------------------------

// The logarithm of i > 0 to base 2, rounded up.
template <typename T>
size_t log2_up(T i) {
  size_t a = 0;
  for (T b = i - 1; b > 0; b >>= 1) ++a;
  return a;
}

// An object on cache lines of its own.
template <typename T, size_t Size = 128, typename = void>
struct alignas(Size) padded : T {
  using T::T;
  padded() = default;
  padded(const T& t) : T(t) {}
  padded(T&& t) : T(std::move(t)) {}
};
template <typename T, size_t Size>
struct alignas(Size) padded<T, Size, std::enable_if_t<std::is_scalar_v<T>>> {
  padded() : x{} {}
  padded(T value) : x(value) {}
  operator T&() { return x; }
  operator const T&() const { return x; }
  T x;
};

namespace internal {

template <typename T>
constexpr const T& smaller(const T& a, const T& b) {
  return b < a ? b : a;
}
template <typename T>
constexpr const T& larger(const T& a, const T& b) {
  return a < b ? b : a;
}

inline size_t num_blocks(size_t n, size_t block) { return n == 0 ? 0 : (n - 1) / block + 1; }

}  // namespace internal
}  // namespace parlay

#endif
