// Runs one program under the exact detector and prints a line:
//   name expected found earlier-child later-child object same-value
// where `expected` is 1 for a race that must be found and 0 for a program that has none.
#ifndef UNSEQ_TESTS_RACE_HARNESS_H_
#define UNSEQ_TESTS_RACE_HARNESS_H_

#include <unseq/runtime.h>

#include <cstddef>
#include <cstdio>
#include <cstring>

static const char* only_case = nullptr;  // the one to run; null: all

template <typename F>
static void run(const char* name, int expected, F&& body) {
  if (only_case != nullptr && std::strcmp(only_case, name) != 0) return;
#ifdef UNSEQ_SAMPLED  // by ThreadSanitizer, which reports by itself
  std::printf("%s %d\n", name, expected);
  body();
#else
  unseq_race_reset();
  unseq_race_enable(1);
  body();
  unseq_race_enable(0);
  unseq_race r[1] = {};
  const size_t found = unseq_race_list(r, 1);
  std::printf("%s %d %zu %lu %lu %d %d\n", name, expected, found, static_cast<unsigned long>(r[0].earlier.child),
              static_cast<unsigned long>(r[0].later.child), r[0].object, r[0].same_value);
#endif
}

#define CLEAN(name, ...) run(name, 0, [&] __VA_ARGS__)
#define RACY(name, ...) run(name, 1, [&] __VA_ARGS__)

#endif
