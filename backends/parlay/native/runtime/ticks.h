// The processor's counter: what costs least to tell time by.
#ifndef UNSEQ_TICKS_H_
#define UNSEQ_TICKS_H_

#include <time.h>

#include <cstdint>

namespace unseq {

inline std::uint64_t ticks() {
#if defined(__x86_64__)
  return __builtin_ia32_rdtsc();
#elif defined(__aarch64__)
  std::uint64_t value;
  asm volatile("mrs %0, cntvct_el0" : "=r"(value));
  return value;
#else
  timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<std::uint64_t>(now.tv_sec) * 1000000000u + static_cast<std::uint64_t>(now.tv_nsec);
#endif
}

}  // namespace unseq

#endif
