// Compiler-specific spellings.
#ifndef PARLAY_PORTABILITY_H_
#define PARLAY_PORTABILITY_H_

#define PARLAY_EMBEDDED 1  // these are unseq's embedded headers, not upstream ParlayLib

#if defined(__GNUC__) || defined(__clang__)
#define PARLAY_INLINE inline __attribute__((__always_inline__))
#define PARLAY_NOINLINE __attribute__((__noinline__))
#define PARLAY_LIKELY(x) __builtin_expect(static_cast<bool>(x), 1)
#define PARLAY_UNLIKELY(x) __builtin_expect(static_cast<bool>(x), 0)
#define PARLAY_PREFETCH(addr, rw, locality) __builtin_prefetch((addr), (rw), (locality))
#else
#error "these headers need GCC or Clang"
#endif

#define PARLAY_TRIVIALLY_RELOCATABLE

#endif
