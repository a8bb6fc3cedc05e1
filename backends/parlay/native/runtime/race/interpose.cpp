// Library functions that touch memory, give it a new owner, or order strands. They stand before the C
// library's, because a program is linked with this runtime first, and call on to it.

#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/single_threaded.h>
#include <time.h>

#include <new>

#include "addresses.h"
#include "detector.h"
#include "objects.h"
#include "unseq/runtime.h"
#include "../watch.h"

#define HOOK extern "C" __attribute__((visibility("default")))
#define CALLER __builtin_return_address(0)

using unseq::race::Access;
using unseq::race::detector;

namespace {

void touches(const void* p, size_t n, bool write, const void* pc) {
  const auto address = reinterpret_cast<uintptr_t>(p);
  if (!unseq::race::check_range(address, n, write, pc)) return;
  if (n == 4) return write ? detector.plain_access<4, true>(address, pc) : detector.plain_access<4, false>(address, pc);
  if (n == 8) return write ? detector.plain_access<8, true>(address, pc) : detector.plain_access<8, false>(address, pc);
  if (n > 0) detector.access(Access{address, n, pc, write, false});
}

}  // namespace

template <typename F>
static F next(const char* name) {
  return reinterpret_cast<F>(dlsym(RTLD_NEXT, name));
}

void unseq::rewrites(void* data, size_t bytes, const void* pc) {
  touches(data, bytes, false, pc);
  touches(data, bytes, true, pc);
}

// ---- memory --------------------------------------------------------------------------------------------

extern "C" {
void* __libc_malloc(size_t);
void* __libc_calloc(size_t, size_t);
void* __libc_realloc(void*, size_t);
void* __libc_memalign(size_t, size_t);
void __libc_free(void*);
}

namespace {

void* move_bytes(void* to, const void* from, size_t n, const void* pc);

void* made(void* block, size_t bytes, const void* pc) {
  if (block == nullptr) return nullptr;
  detector.fresh(block, bytes);
  unseq::race::remember_block(block, bytes, pc);
  return block;
}

// Blocks that were freed below a fork are kept from being used again for a while, so that who still uses one
// meets the strand that freed it, and not the next owner.
constexpr size_t kKept = size_t{1} << 15, kKeptBytes = size_t{16} << 20;
struct Kept {
  void* block;
  size_t bytes;
} kept[kKept];
size_t kept_first = 0, kept_count = 0, kept_bytes = 0;

void release_oldest() {
  const Kept oldest = kept[kept_first];
  kept_first = (kept_first + 1) % kKept;
  --kept_count;
  kept_bytes -= oldest.bytes;
  __libc_free(oldest.block);
}

void keep(void* block, size_t bytes) {
  while (kept_count == kKept || (kept_count > 0 && kept_bytes + bytes > kKeptBytes)) release_oldest();
  kept[(kept_first + kept_count++) % kKept] = Kept{block, bytes};
  kept_bytes += bytes;
}

// To free a block is to write all of it.
void dispose(void* block, const void* pc) {
  if (block == nullptr) return;
  const size_t bytes = unseq::race::block_size(block);
  touches(block, bytes, true, pc);
  unseq::race::forget_block(block);
  if (detector.watching() && bytes <= kKeptBytes) {
    keep(block, bytes);
  } else {
    __libc_free(block);
  }
}

void* resize(void* block, size_t bytes, const void* pc) {
  if (block == nullptr) return made(__libc_malloc(bytes), bytes, pc);
  const size_t before = unseq::race::block_size(block);
  if (detector.watching() && before > 0) {
    void* moved = bytes > 0 ? made(__libc_malloc(bytes), bytes, pc) : nullptr;
    if (moved == nullptr && bytes > 0) return nullptr;
    const size_t n = before < bytes ? before : bytes;
    if (n > 0) move_bytes(moved, block, n, pc);
    dispose(block, pc);
    return moved;
  }
  void* moved = __libc_realloc(block, bytes);
  if (moved == nullptr && bytes > 0) return nullptr;
  unseq::race::forget_block(block);
  return made(moved, bytes, pc);
}

void* make_new(size_t bytes, size_t align, const void* pc) {
  if (bytes == 0) bytes = 1;
  void* block = align <= alignof(max_align_t) ? __libc_malloc(bytes) : __libc_memalign(align, bytes);
  if (block == nullptr) throw std::bad_alloc();
  return made(block, bytes, pc);
}

}  // namespace

HOOK void* malloc(size_t n) { return made(__libc_malloc(n), n, CALLER); }
HOOK void* calloc(size_t n, size_t each) { return made(__libc_calloc(n, each), n * each, CALLER); }
HOOK void* realloc(void* block, size_t n) { return resize(block, n, CALLER); }
HOOK void* memalign(size_t align, size_t n) { return made(__libc_memalign(align, n), n, CALLER); }
HOOK void* aligned_alloc(size_t align, size_t n) { return made(__libc_memalign(align, n), n, CALLER); }
HOOK int posix_memalign(void** out, size_t align, size_t n) {
  if (align % sizeof(void*) != 0 || (align & (align - 1)) != 0 || align == 0) return EINVAL;
  void* block = __libc_memalign(align, n);
  if (block == nullptr) return ENOMEM;
  *out = made(block, n, CALLER);
  return 0;
}
HOOK void free(void* block) { dispose(block, CALLER); }

#define EXPORT __attribute__((visibility("default")))
EXPORT void* operator new(size_t n) { return make_new(n, 0, CALLER); }
EXPORT void* operator new[](size_t n) { return make_new(n, 0, CALLER); }
EXPORT void* operator new(size_t n, std::align_val_t a) { return make_new(n, static_cast<size_t>(a), CALLER); }
EXPORT void* operator new[](size_t n, std::align_val_t a) { return make_new(n, static_cast<size_t>(a), CALLER); }
EXPORT void operator delete(void* p) noexcept { dispose(p, CALLER); }
EXPORT void operator delete[](void* p) noexcept { dispose(p, CALLER); }
EXPORT void operator delete(void* p, size_t) noexcept { dispose(p, CALLER); }
EXPORT void operator delete[](void* p, size_t) noexcept { dispose(p, CALLER); }
EXPORT void operator delete(void* p, std::align_val_t) noexcept { dispose(p, CALLER); }
EXPORT void operator delete[](void* p, std::align_val_t) noexcept { dispose(p, CALLER); }
EXPORT void operator delete(void* p, size_t, std::align_val_t) noexcept { dispose(p, CALLER); }
EXPORT void operator delete[](void* p, size_t, std::align_val_t) noexcept { dispose(p, CALLER); }

HOOK void* unseq_allocate(size_t bytes, size_t align) {
  void* block = align <= alignof(max_align_t) ? __libc_malloc(bytes) : __libc_memalign(align, bytes);
  return made(block, bytes, CALLER);
}
HOOK void unseq_release(void* block, size_t, size_t) { dispose(block, CALLER); }

// ---- blocks of bytes -----------------------------------------------------------------------------------

namespace {

// Byte loops of our own: a call to the C library's would come back here.
template <typename Word>
void copy_word(void* to, const void* from) {
  using Anywhere [[gnu::may_alias, gnu::aligned(1)]] = Word;
  *static_cast<volatile Anywhere*>(to) = *static_cast<const volatile Anywhere*>(from);
}

void copy_up(void* to, const void* from, size_t n) {
  if (n == 4) return copy_word<uint32_t>(to, from);
  if (n == 8) return copy_word<uint64_t>(to, from);
#if defined(__x86_64__)
  asm volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(n) : : "memory");
#else
  auto* t = static_cast<volatile unsigned char*>(to);
  auto* f = static_cast<const unsigned char*>(from);
  for (size_t i = 0; i < n; ++i) t[i] = f[i];
#endif
}

void copy_down(void* to, const void* from, size_t n) {
  auto* t = static_cast<volatile unsigned char*>(to);
  auto* f = static_cast<const unsigned char*>(from);
  while (n-- > 0) t[n] = f[n];
}

void* move_bytes(void* to, const void* from, size_t n, const void* pc) {
  touches(from, n, false, pc);
  touches(to, n, true, pc);
  if (n == 4 || n == 8 || reinterpret_cast<uintptr_t>(to) - reinterpret_cast<uintptr_t>(from) >= n) {
    copy_up(to, from, n);
  } else {
    copy_down(to, from, n);
  }
  return to;
}

void* fill_bytes(void* to, int value, size_t n, const void* pc) {
  touches(to, n, true, pc);
  void* const result = to;
#if defined(__x86_64__)
  asm volatile("rep stosb" : "+D"(to), "+c"(n) : "a"(value) : "memory");
#else
  auto* t = static_cast<volatile unsigned char*>(to);
  for (size_t i = 0; i < n; ++i) t[i] = static_cast<unsigned char>(value);
#endif
  return result;
}

}  // namespace

HOOK void* memcpy(void* to, const void* from, size_t n) noexcept { return move_bytes(to, from, n, CALLER); }
HOOK void* memmove(void* to, const void* from, size_t n) noexcept { return move_bytes(to, from, n, CALLER); }
HOOK void* memset(void* to, int value, size_t n) noexcept { return fill_bytes(to, value, n, CALLER); }
HOOK void* __tsan_memcpy(void* to, const void* from, size_t n) { return move_bytes(to, from, n, CALLER); }
HOOK void* __tsan_memmove(void* to, const void* from, size_t n) { return move_bytes(to, from, n, CALLER); }
HOOK void* __tsan_memset(void* to, int value, size_t n) { return fill_bytes(to, value, n, CALLER); }

HOOK int memcmp(const void* a, const void* b, size_t n) noexcept {
  auto* x = static_cast<const volatile unsigned char*>(a);
  auto* y = static_cast<const volatile unsigned char*>(b);
  size_t i = 0;
  while (i < n && x[i] == y[i]) ++i;
  const size_t seen = i < n ? i + 1 : n;
  touches(a, seen, false, CALLER);
  touches(b, seen, false, CALLER);
  return i < n ? static_cast<int>(x[i]) - static_cast<int>(y[i]) : 0;
}

HOOK void* memchr(const void* s, int value, size_t n) noexcept {
  auto* c = static_cast<const volatile unsigned char*>(s);
  size_t i = 0;
  while (i < n && c[i] != static_cast<unsigned char>(value)) ++i;
  touches(s, i < n ? i + 1 : n, false, CALLER);
  return i < n ? const_cast<unsigned char*>(static_cast<const unsigned char*>(s)) + i : nullptr;
}

HOOK int strncmp(const char* a, const char* b, size_t n) noexcept {
  auto* x = reinterpret_cast<const volatile unsigned char*>(a);
  auto* y = reinterpret_cast<const volatile unsigned char*>(b);
  size_t i = 0;
  while (i < n && x[i] == y[i] && x[i] != 0) ++i;
  const size_t seen = i < n ? i + 1 : n;
  touches(a, seen, false, CALLER);
  touches(b, seen, false, CALLER);
  return i < n ? static_cast<int>(x[i]) - static_cast<int>(y[i]) : 0;
}
HOOK int strcmp(const char* a, const char* b) noexcept {
  auto* x = reinterpret_cast<const volatile unsigned char*>(a);
  auto* y = reinterpret_cast<const volatile unsigned char*>(b);
  size_t i = 0;
  while (x[i] == y[i] && x[i] != 0) ++i;
  touches(a, i + 1, false, CALLER);
  touches(b, i + 1, false, CALLER);
  return static_cast<int>(x[i]) - static_cast<int>(y[i]);
}
HOOK char* strcpy(char* to, const char* from) noexcept {
  size_t n = 0;
  while (static_cast<const volatile char*>(from)[n] != 0) ++n;
  return static_cast<char*>(move_bytes(to, from, n + 1, CALLER));
}

HOOK void qsort(void* data, size_t n, size_t each, int (*compare)(const void*, const void*)) {
  static auto* const real = next<void (*)(void*, size_t, size_t, int (*)(const void*, const void*))>("qsort");
  touches(data, n * each, false, CALLER);
  touches(data, n * each, true, CALLER);
  real(data, n, each, compare);
}

HOOK size_t strlen(const char* s) noexcept {
  auto* c = static_cast<const volatile char*>(s);
  size_t n = 0;
  while (c[n] != 0) ++n;
  touches(s, n + 1, false, CALLER);
  return n;
}

// ---- order ---------------------------------------------------------------------------------------------

// Reference counts are atomic only where the C library says that there may be several threads.
__attribute__((constructor)) static void pretend_threads() { __libc_single_threaded = 0; }

// A call that takes a lock if it returns 0; `shared`: for reading.
#define TAKES(name, shared, type)                                \
  HOOK int name(type* m) noexcept {                              \
    static auto* const real = next<int (*)(type*)>(#name);       \
    const int result = real(m);                                  \
    if (result == 0) detector.lock(const_cast<const void*>(static_cast<const volatile void*>(m)), shared); \
    return result;                                               \
  }
#define TAKES_UNTIL(name, shared, type)                          \
  HOOK int name(type* m, const timespec* until) noexcept {       \
    static auto* const real = next<int (*)(type*, const timespec*)>(#name); \
    const int result = real(m, until);                           \
    if (result == 0) detector.lock(m, shared);                   \
    return result;                                               \
  }
#define TAKES_UNTIL_BY(name, shared, type)                       \
  HOOK int name(type* m, clockid_t clock, const timespec* until) noexcept { \
    static auto* const real = next<int (*)(type*, clockid_t, const timespec*)>(#name); \
    const int result = real(m, clock, until);                    \
    if (result == 0) detector.lock(m, shared);                   \
    return result;                                               \
  }
#define GIVES(name, type)                                        \
  HOOK int name(type* m) noexcept {                              \
    static auto* const real = next<int (*)(type*)>(#name);       \
    detector.unlock(const_cast<const void*>(static_cast<const volatile void*>(m))); \
    return real(m);                                              \
  }
TAKES(pthread_mutex_lock, false, pthread_mutex_t)
TAKES(pthread_mutex_trylock, false, pthread_mutex_t)
TAKES_UNTIL(pthread_mutex_timedlock, false, pthread_mutex_t)
TAKES_UNTIL_BY(pthread_mutex_clocklock, false, pthread_mutex_t)
GIVES(pthread_mutex_unlock, pthread_mutex_t)
TAKES(pthread_rwlock_rdlock, true, pthread_rwlock_t)
TAKES(pthread_rwlock_tryrdlock, true, pthread_rwlock_t)
TAKES_UNTIL(pthread_rwlock_timedrdlock, true, pthread_rwlock_t)
TAKES_UNTIL_BY(pthread_rwlock_clockrdlock, true, pthread_rwlock_t)
TAKES(pthread_rwlock_wrlock, false, pthread_rwlock_t)
TAKES(pthread_rwlock_trywrlock, false, pthread_rwlock_t)
TAKES_UNTIL(pthread_rwlock_timedwrlock, false, pthread_rwlock_t)
TAKES_UNTIL_BY(pthread_rwlock_clockwrlock, false, pthread_rwlock_t)
GIVES(pthread_rwlock_unlock, pthread_rwlock_t)
TAKES(pthread_spin_lock, false, pthread_spinlock_t)
TAKES(pthread_spin_trylock, false, pthread_spinlock_t)
GIVES(pthread_spin_unlock, pthread_spinlock_t)

// Who uses a variable that is initialised once finds it initialised, whoever did it.
HOOK int __cxa_guard_acquire(void* guard) {
  static auto* const real = next<int (*)(void*)>("__cxa_guard_acquire");
  const int mine = real(guard);
  if (mine) detector.begin_exempt();
  return mine;
}
HOOK void __cxa_guard_release(void* guard) {
  static auto* const real = next<void (*)(void*)>("__cxa_guard_release");
  detector.end_exempt();
  real(guard);
}
HOOK void __cxa_guard_abort(void* guard) {
  static auto* const real = next<void (*)(void*)>("__cxa_guard_abort");
  detector.end_exempt();
  real(guard);
}
HOOK int pthread_once(pthread_once_t* once, void (*init)(void)) {
  static auto* const real = next<int (*)(pthread_once_t*, void (*)(void))>("pthread_once");
  detector.begin_exempt();
  const int result = real(once, init);
  detector.end_exempt();
  return result;
}
