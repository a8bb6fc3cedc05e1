// What the race detector is told of a kernel's threads; nothing in the fast runtime.
#ifndef UNSEQ_CUDA_TRACKING_H_
#define UNSEQ_CUDA_TRACKING_H_

#include <cstddef>
#include <cstdint>

#if UNSEQ_CUDA_RACE
#include "device_addresses.h"
#include "race/detector.h"
#include "race/pages.h"
#endif

namespace unseq::cuda {

#if UNSEQ_CUDA_RACE

inline constexpr bool kTracked = true;

inline void forget_accesses() { touched = false; }
inline bool used_memory() { return touched; }

// Which thread a strand of the running launch belongs to. Strands are entered in ascending order.
class Owners {
 public:
  static void begin() {
    used_ = 0;
    race::detector.name_strands(name);
  }
  static void enter(std::size_t block, unsigned thread) {
    if (used_ == kMost) return;
    entries_.reserve(used_ + 1);
    entries_[used_++] = Entry{race::detector.strand(), thread, block};
  }
  // block * 1024 + thread.
  static std::uint64_t name(race::Strand s) {
    std::size_t lo = 0, hi = used_;
    while (hi - lo > 1) {
      const std::size_t mid = lo + (hi - lo) / 2;
      (entries_[mid].first <= s ? lo : hi) = mid;
    }
    return used_ == 0 ? 0 : entries_[lo].block * 1024 + entries_[lo].thread;
  }

 private:
  struct Entry {
    race::Strand first;
    std::uint32_t thread;
    std::uint64_t block;
  };
  static constexpr std::size_t kMost = std::size_t{1} << 24;
  static inline constinit race::Pages<Entry> entries_;
  static inline constinit std::size_t used_ = 0;
};

// What was touched of a thread's stack, while it does not run.
class Touched {
 public:
  void reset(std::uintptr_t top, std::size_t bytes) { stack_ = race::Detector::Stack{top, top, bytes}; }
  void enter() { around_ = race::detector.exchange_stack(stack_); }
  void leave() { stack_ = race::detector.exchange_stack(around_); }

 private:
  race::Detector::Stack stack_{0, 0, 0};
  static inline constinit race::Detector::Stack around_{0, 0, 0};  // the scheduler's
};

inline void open_fork(const void* site) { race::detector.open(site, 0, __builtin_frame_address(0)); }
inline void close_fork() { race::detector.close(); }
inline void begin_child() { race::detector.begin_child(); }
inline void end_child() { race::detector.pause_child(); }
inline void end_thread(std::uintptr_t top) { race::detector.end_child(reinterpret_cast<const void*>(top)); }

#else

inline constexpr bool kTracked = false;

inline void forget_accesses() {}
inline bool used_memory() { return true; }

struct Owners {
  static void begin() {}
  static void enter(std::size_t, unsigned) {}
};
struct Touched {
  void reset(std::uintptr_t, std::size_t) {}
  void enter() {}
  void leave() {}
};
inline void open_fork(const void*) {}
inline void close_fork() {}
inline void begin_child() {}
inline void end_child() {}
inline void end_thread(std::uintptr_t) {}

#endif

}  // namespace unseq::cuda

#endif
