// The mode of the floating-point unit, which a call may change and must not leave changed. Included by host.cpp only.
#ifndef UNSEQ_FLOATING_HPP_
#define UNSEQ_FLOATING_HPP_

#include <fenv.h>

#include "wire.hpp"

namespace {

// How this thread rounds and whether it keeps subnormal numbers; the flags of exceptions do not count.
u64 floating_mode() {
#if defined(__x86_64__)
  unsigned short x87;
  __asm__ volatile("fnstcw %0" : "=m"(x87));
  return static_cast<u64>(__builtin_ia32_stmxcsr() & ~0x3fu) | static_cast<u64>(x87) << 32;
#else
  return static_cast<u64>(fegetround());
#endif
}

}  // namespace

#endif
