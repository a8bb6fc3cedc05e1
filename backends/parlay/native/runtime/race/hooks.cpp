// The functions that -fsanitize=thread makes a compiler call, on our detector instead of ThreadSanitizer's.
// Atomic operations are carried out here; being serial, all are sequentially consistent.

#include <cstddef>
#include <cstdint>

#include "addresses.h"
#include "detector.h"

#define HOOK extern "C" __attribute__((visibility("default")))
#define CALLER __builtin_return_address(0)

using unseq::race::Access;
using unseq::race::detector;

namespace {

template <std::size_t N>
__attribute__((always_inline)) inline void read(void* address, const void* pc) {
  if (!unseq::race::check<N, false>(reinterpret_cast<std::uintptr_t>(address), pc)) return;
  detector.plain_access<N, false>(reinterpret_cast<std::uintptr_t>(address), pc);
}
template <std::size_t N>
__attribute__((always_inline)) inline void write(void* address, const void* pc) {
  if (!unseq::race::check<N, true>(reinterpret_cast<std::uintptr_t>(address), pc)) return;
  detector.plain_access<N, true>(reinterpret_cast<std::uintptr_t>(address), pc);
}

}  // namespace

#define ACCESSES(n)                                                        \
  HOOK void __tsan_read##n(void* p) { read<n>(p, CALLER); }                \
  HOOK void __tsan_write##n(void* p) { write<n>(p, CALLER); }              \
  HOOK void __tsan_read_write##n(void* p) { read<n>(p, CALLER), write<n>(p, CALLER); } \
  HOOK void __tsan_volatile_read##n(void* p) { read<n>(p, CALLER); }       \
  HOOK void __tsan_volatile_write##n(void* p) { write<n>(p, CALLER); }
ACCESSES(1)
ACCESSES(2)
ACCESSES(4)
ACCESSES(8)
ACCESSES(16)

#define UNALIGNED(n)                                                       \
  HOOK void __tsan_unaligned_read##n(void* p) { read<n>(p, CALLER); }      \
  HOOK void __tsan_unaligned_write##n(void* p) { write<n>(p, CALLER); }    \
  HOOK void __tsan_unaligned_read_write##n(void* p) { read<n>(p, CALLER), write<n>(p, CALLER); } \
  HOOK void __tsan_unaligned_volatile_read##n(void* p) { read<n>(p, CALLER); } \
  HOOK void __tsan_unaligned_volatile_write##n(void* p) { write<n>(p, CALLER); }
UNALIGNED(2)
UNALIGNED(4)
UNALIGNED(8)
UNALIGNED(16)

HOOK void __tsan_read_range(void* p, std::size_t n) {
  if (!unseq::race::check_range(reinterpret_cast<std::uintptr_t>(p), n, false, CALLER)) return;
  detector.access(Access{reinterpret_cast<std::uintptr_t>(p), n, CALLER, false, false});
}
HOOK void __tsan_write_range(void* p, std::size_t n) {
  if (!unseq::race::check_range(reinterpret_cast<std::uintptr_t>(p), n, true, CALLER)) return;
  detector.access(Access{reinterpret_cast<std::uintptr_t>(p), n, CALLER, true, false});
}
HOOK void __tsan_vptr_read(void** p) { read<sizeof(void*)>(p, CALLER); }
HOOK void __tsan_vptr_update(void** p, void* value) {
  if (*p != value) write<sizeof(void*)>(p, CALLER);  // a derived class's constructor repeats its base's
}

HOOK void __tsan_init(void) {}
HOOK void __tsan_func_entry(void*) {}
HOOK void __tsan_func_exit(void) {}
HOOK void __tsan_ignore_thread_begin(void) {}
HOOK void __tsan_ignore_thread_end(void) {}
HOOK void __tsan_atomic_thread_fence(int order) { detector.fence(order); }
HOOK void __tsan_atomic_signal_fence(int) {}

// ---- atomics -------------------------------------------------------------------------------------------

namespace {

__attribute__((always_inline)) inline void atomic(const volatile void* p, std::size_t n, bool write, const void* pc) {
  if (!unseq::race::check_range(reinterpret_cast<std::uintptr_t>(p), n, write, pc)) return;
  detector.access(Access{reinterpret_cast<std::uintptr_t>(p), n, pc, write, true});
}

template <typename T>
T was_read(const volatile T* p, T value, int order, const void* pc) {
  detector.performed({reinterpret_cast<std::uintptr_t>(p), sizeof(T), pc, true, false, value, value, order});
  return value;
}
// `reads`: what it replaced matters.
template <typename T>
T was_replaced(const volatile T* p, bool reads, T before, T after, int order, const void* pc) {
  detector.performed({reinterpret_cast<std::uintptr_t>(p), sizeof(T), pc, reads, true, before, after, order});
  return before;
}
// The same of an operation that may serve to take a lock, or to give it back.
template <typename T>
T may_lock(const volatile T* p, T before, T after, int order, const void* pc) {
  detector.took(p, before, after, order);
  return was_replaced(p, true, before, after, order, pc);
}

// Whether `expected` was there; if it was not, it is what was.
template <typename T>
bool exchanged(volatile T* p, T* expected, T v, int order, int otherwise, const void* pc) {
  atomic(p, sizeof *p, true, pc);
  const bool success = __atomic_compare_exchange_n(p, expected, v, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
  success ? may_lock(p, *expected, v, order, pc) : was_read(p, *expected, otherwise, pc);
  return success;
}
template <typename T>
int compare_exchange(volatile T* p, T* expected, T v, int order, int otherwise, const void* pc) {
  read<sizeof(T)>(expected, pc);
  if (exchanged(p, expected, v, order, otherwise, pc)) return 1;
  write<sizeof(T)>(expected, pc);
  return 0;
}

}  // namespace

using i8 = std::uint8_t;
using i16 = std::uint16_t;
using i32 = std::uint32_t;
using i64 = std::uint64_t;

#define FETCH(bits, name)                                                               \
  HOOK i##bits __tsan_atomic##bits##_fetch_##name(volatile i##bits* p, i##bits v, int order) { \
    atomic(p, sizeof *p, true, CALLER);                                                 \
    const i##bits before = __atomic_fetch_##name(p, v, __ATOMIC_SEQ_CST);               \
    detector.gave(p, *p, order);                                                        \
    return was_replaced<i##bits>(p, true, before, *p, order, CALLER);                   \
  }
#define FETCH_BITS(bits, name, with)                                                    \
  HOOK i##bits __tsan_atomic##bits##_fetch_##name(volatile i##bits* p, i##bits v, int order) { \
    atomic(p, sizeof *p, true, CALLER);                                                 \
    const i##bits before = __atomic_fetch_##name(p, v, __ATOMIC_SEQ_CST);               \
    return may_lock<i##bits>(p, before, static_cast<i##bits>(before with v), order, CALLER); \
  }

#define ATOMICS(bits)                                                                   \
  HOOK i##bits __tsan_atomic##bits##_load(const volatile i##bits* p, int order) {       \
    atomic(p, sizeof *p, false, CALLER);                                                \
    return was_read<i##bits>(p, __atomic_load_n(p, __ATOMIC_SEQ_CST), order, CALLER);   \
  }                                                                                     \
  HOOK void __tsan_atomic##bits##_store(volatile i##bits* p, i##bits v, int order) {    \
    atomic(p, sizeof *p, true, CALLER);                                                 \
    const i##bits before = __atomic_exchange_n(p, v, __ATOMIC_SEQ_CST);                 \
    detector.gave(p, v, order);                                                         \
    was_replaced<i##bits>(p, false, before, v, order, CALLER);                          \
  }                                                                                     \
  HOOK i##bits __tsan_atomic##bits##_exchange(volatile i##bits* p, i##bits v, int order) { \
    atomic(p, sizeof *p, true, CALLER);                                                 \
    return may_lock<i##bits>(p, __atomic_exchange_n(p, v, __ATOMIC_SEQ_CST), v, order, CALLER); \
  }                                                                                     \
  FETCH(bits, add)                                                                      \
  FETCH(bits, sub)                                                                      \
  FETCH_BITS(bits, and, &)                                                              \
  FETCH_BITS(bits, or, |)                                                               \
  FETCH(bits, xor)                                                                      \
  FETCH(bits, nand)                                                                     \
  HOOK int __tsan_atomic##bits##_compare_exchange_strong(volatile i##bits* p, i##bits* expected, i##bits v, int order, int otherwise) { \
    return compare_exchange(p, expected, v, order, otherwise, CALLER);                  \
  }                                                                                     \
  HOOK int __tsan_atomic##bits##_compare_exchange_weak(volatile i##bits* p, i##bits* expected, i##bits v, int order, int otherwise) { \
    return compare_exchange(p, expected, v, order, otherwise, CALLER);                  \
  }                                                                                     \
  HOOK i##bits __tsan_atomic##bits##_compare_exchange_val(volatile i##bits* p, i##bits expected, i##bits v, int order, int otherwise) { \
    exchanged<i##bits>(p, &expected, v, order, otherwise, CALLER);                      \
    return expected;                                                                    \
  }
ATOMICS(8)
ATOMICS(16)
ATOMICS(32)
ATOMICS(64)

#if defined(__SIZEOF_INT128__)
// There is one thread that matters, so plain code is atomic enough and needs no libatomic.
using i128 = unsigned __int128;

namespace {

template <typename F>
i128 modify(volatile i128* p, const void* pc, const F& f) {
  atomic(p, sizeof *p, true, pc);
  const i128 old = *p;
  *p = f(old);
  return old;
}

int compare_exchange(volatile i128* p, i128* expected, i128 v, const void* pc) {
  read<16>(expected, pc);
  atomic(p, sizeof *p, true, pc);
  const i128 old = *p;
  if (old == *expected) {
    *p = v;
    return 1;
  }
  write<16>(expected, pc);
  *expected = old;
  return 0;
}

}  // namespace

HOOK i128 __tsan_atomic128_load(const volatile i128* p, int) {
  atomic(p, sizeof *p, false, CALLER);
  return *p;
}
HOOK void __tsan_atomic128_store(volatile i128* p, i128 v, int) {
  modify(p, CALLER, [v](i128) { return v; });
}
HOOK i128 __tsan_atomic128_exchange(volatile i128* p, i128 v, int) {
  return modify(p, CALLER, [v](i128) { return v; });
}
HOOK i128 __tsan_atomic128_fetch_add(volatile i128* p, i128 v, int) {
  return modify(p, CALLER, [v](i128 x) { return x + v; });
}
HOOK i128 __tsan_atomic128_fetch_sub(volatile i128* p, i128 v, int) {
  return modify(p, CALLER, [v](i128 x) { return x - v; });
}
HOOK i128 __tsan_atomic128_fetch_and(volatile i128* p, i128 v, int) {
  return modify(p, CALLER, [v](i128 x) { return x & v; });
}
HOOK i128 __tsan_atomic128_fetch_or(volatile i128* p, i128 v, int) {
  return modify(p, CALLER, [v](i128 x) { return x | v; });
}
HOOK i128 __tsan_atomic128_fetch_xor(volatile i128* p, i128 v, int) {
  return modify(p, CALLER, [v](i128 x) { return x ^ v; });
}
HOOK i128 __tsan_atomic128_fetch_nand(volatile i128* p, i128 v, int) {
  return modify(p, CALLER, [v](i128 x) { return ~(x & v); });
}
HOOK int __tsan_atomic128_compare_exchange_strong(volatile i128* p, i128* expected, i128 v, int, int) {
  return compare_exchange(p, expected, v, CALLER);
}
HOOK int __tsan_atomic128_compare_exchange_weak(volatile i128* p, i128* expected, i128 v, int, int) {
  return compare_exchange(p, expected, v, CALLER);
}
HOOK i128 __tsan_atomic128_compare_exchange_val(volatile i128* p, i128 expected, i128 v, int, int) {
  const i128 old = modify(p, CALLER, [=](i128 x) { return x == expected ? v : x; });
  return old;
}
#endif
