// Splittable pseudo-random numbers: independent of the number of threads.
#ifndef PARLAY_RANDOM_H_
#define PARLAY_RANDOM_H_

#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <utility>

#include "internal/merge_sort.h"

#include "sequence.h"
#include "utilities.h"

namespace parlay {

// A generator for the distributions of <random>; gen[i] is the i-th generator split from it.
struct random_generator {
  using result_type = size_t;
  random_generator() = default;
  explicit random_generator(size_t seed) : state(seed) {}
  void seed(result_type value = 0) { state = value; }
  result_type operator()() { return state = hash64(state); }
  static constexpr result_type max() { return ~size_t{0}; }
  static constexpr result_type min() { return 0; }
  random_generator operator[](size_t i) const { return random_generator(hash64((i + 1) * 0x7fffffff + state)); }

 private:
  result_type state = 0;
};

struct random {
  random() = default;
  random(size_t seed) : state(seed) {}
  random fork(uint64_t i) const { return random(hash64(hash64(i + state))); }
  random next() const { return fork(0); }
  size_t ith_rand(uint64_t i) const { return hash64(i + state); }
  size_t operator[](size_t i) const { return ith_rand(i); }
  size_t rand() { return ith_rand(0); }
  size_t max() { return ~size_t{0}; }

 private:
  size_t state = 0;
};

// A random permutation of the elements; the same for the same r.
template <typename R>
auto random_shuffle(const R& in, random r = random()) {
  using Entry = std::pair<size_t, size_t>;
  const size_t n = parlay::size(in);
  auto order = parlay::tabulate<Entry>(n, [&](size_t i) { return Entry(r.ith_rand(i), i); });
  parlay::sort_inplace(order, [](const Entry& a, const Entry& b) { return a.first < b.first; });
  auto from = std::begin(in);
  return parlay::tabulate<range_value_type_t<R>>(n, [&](size_t i) { return from[order[i].second]; });
}

template <typename Integer>
sequence<Integer> random_permutation(Integer n, random r = random()) {
  return parlay::random_shuffle(parlay::to_sequence(iota(n)), r);
}

}  // namespace parlay

#endif
