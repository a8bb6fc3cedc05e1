// How long one call of the function under test may take. Included by host.cpp only.
#ifndef UNSEQ_LIMIT_HPP_
#define UNSEQ_LIMIT_HPP_

#include <signal.h>
#include <sys/time.h>

#include "wire.hpp"

namespace {

// On a busy machine a call may have waited for most of its time: it gets as much again, a few times, unless it has
// used the processor as long as it may. Nothing but a signal handler reads these while a call runs.
constexpr int MOST_EXTENSIONS = 3;
volatile u64 limit_ns, limit_cpu_started;
volatile int extensions;

void set_limit(u64 ns) {
  itimerval timer{};
  timer.it_value.tv_sec = static_cast<time_t>(ns / 1000000000u);
  timer.it_value.tv_usec = static_cast<suseconds_t>(ns / 1000u % 1000000u);
  setitimer(ITIMER_REAL, &timer, nullptr);
}

void on_alarm(int) {
  const u64 used = now(CLOCK_PROCESS_CPUTIME_ID) - limit_cpu_started;
  if (used < limit_ns / 10 * 9 && extensions < MOST_EXTENSIONS) {
    extensions = extensions + 1;
    set_limit(limit_ns);
    return;
  }
  state->phase = OUT_OF_TIME;
  _exit(4);
}

}  // namespace

#endif
