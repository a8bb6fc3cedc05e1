// Runs one program under the exact detector and prints a line:
//   name expected found earlier-child later-child object same-value ordered
// where `expected` is 1 for a race that must be found and 0 for a program that has none. Siblings run in ascending
// order (with DESCENDING in the environment: descending); where they met at atomics and nothing was found, the program
// runs once more in the other order. `ordered`: pairs of the first run that are no races only because of atomics.
#ifndef UNSEQ_TESTS_RACE_HARNESS_H_
#define UNSEQ_TESTS_RACE_HARNESS_H_

#include <unseq/runtime.h>

#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <cstring>

static const char* only_case = nullptr;  // the one to run; null: all

template <typename F>
static void run(const char* name, int expected, F&& body) {
  if (only_case != nullptr && std::strcmp(only_case, name) != 0) return;
#ifdef UNSEQ_SAMPLED  // by ThreadSanitizer, which reports by itself
  std::printf("%s %d\n", name, expected);
  body();
#else
  unseq_race r[1] = {};
  const auto watch = [&](bool descending) {
    unseq_race_reset();
    unseq_race_descend(descending);
    unseq_race_enable(1);
    body();
    unseq_race_enable(0);
    return unseq_race_list(r, 1);
  };
  const bool descending = std::getenv("DESCENDING") != nullptr;
  size_t found = watch(descending);
  const size_t ordered = unseq_race_list_ordered(nullptr, 0);
  if (found == 0 && unseq_race_atomics_met()) found = watch(!descending);
  std::printf("%s %d %zu %lu %lu %d %d %zu\n", name, expected, found, static_cast<unsigned long>(r[0].earlier.child),
              static_cast<unsigned long>(r[0].later.child), r[0].object, r[0].same_value, ordered);
#endif
}

#define CLEAN(name, ...) run(name, 0, [&] __VA_ARGS__)
#define RACY(name, ...) run(name, 1, [&] __VA_ARGS__)

#endif
