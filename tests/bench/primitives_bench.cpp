// Times one primitive. Arguments: name, number of elements, repetitions. Prints the median and the least
// time of a call in nanoseconds, then a checksum.
#include <parlay/primitives.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

struct Record {
  uint64_t key, payload;
};

static std::vector<double> times;
static uint64_t checksum = 0;

template <typename F>
static void measure(size_t repetitions, F&& f) {
  for (size_t r = 0; r < repetitions + 2; ++r) {
    const auto start = std::chrono::steady_clock::now();
    checksum += f();
    const auto end = std::chrono::steady_clock::now();
    if (r >= 2) times.push_back(std::chrono::duration<double, std::nano>(end - start).count());
  }
}

int main(int argc, char** argv) {
  if (argc != 4) return 2;
  const std::string name = argv[1];
  const size_t n = std::strtoul(argv[2], nullptr, 10);
  const size_t reps = std::strtoul(argv[3], nullptr, 10);
  const auto ints = parlay::tabulate(n, [](size_t i) { return static_cast<int>(parlay::hash64(i) % 1000); });
  const auto longs = parlay::tabulate(n, [](size_t i) { return parlay::hash64(i + 1); });
  const auto doubles = parlay::tabulate(n, [](size_t i) { return static_cast<double>(parlay::hash64(i + 2) >> 12); });
  const size_t k = n / 2;
  if (name == "map") {
    measure(reps, [&] { return parlay::map(longs, [](uint64_t x) { return x * 3 + 1; })[k]; });
  } else if (name == "map_double") {
    measure(reps, [&] { return parlay::map(doubles, [](double x) { return x * 1.5 + 2; })[k]; });
  } else if (name == "reduce") {
    measure(reps, [&] { return static_cast<uint64_t>(parlay::reduce(doubles)); });
  } else if (name == "reduce_int") {
    measure(reps, [&] { return parlay::reduce(ints); });
  } else if (name == "scan") {
    measure(reps, [&] { return parlay::scan(ints).first[k]; });
  } else if (name == "scan_double") {
    measure(reps, [&] { return static_cast<uint64_t>(parlay::scan_inclusive(doubles)[k]); });
  } else if (name == "filter") {
    measure(reps, [&] { return parlay::filter(ints, [](int x) { return x % 2 == 0; }).size(); });
  } else if (name == "filter_long") {
    measure(reps, [&] { return parlay::filter(longs, [](uint64_t x) { return x % 8 == 0; }).size(); });
  } else if (name == "sort") {
    measure(reps, [&] { return parlay::sort(longs)[k]; });
  } else if (name == "sort_double") {
    measure(reps, [&] { return static_cast<uint64_t>(parlay::sort(doubles)[k]); });
  } else if (name == "sort_int") {
    measure(reps, [&] { return parlay::sort(ints)[k]; });
  } else if (name == "sort_less") {
    measure(reps, [&] { return parlay::sort(longs, [](uint64_t a, uint64_t b) { return a > b; })[k]; });
  } else if (name == "sort_record") {
    const auto records = parlay::map(longs, [](uint64_t x) { return Record{x, x}; });
    measure(reps, [&] {
      return parlay::sort(records, [](const Record& a, const Record& b) { return a.key < b.key; })[k].payload;
    });
  } else if (name == "integer_sort") {
    measure(reps, [&] { return parlay::integer_sort(longs)[k]; });
  } else if (name == "histogram") {
    const auto keys = parlay::map(ints, [](int x) { return static_cast<unsigned>(x) % 256; });
    measure(reps, [&] { return parlay::histogram_by_index(keys, 256)[7]; });
  } else if (name == "histogram_large") {
    const auto keys = parlay::map(longs, [](uint64_t x) { return static_cast<unsigned>(x % (1 << 20)); });
    measure(reps, [&] { return parlay::histogram_by_index(keys, 1 << 20)[7]; });
  } else {
    return 2;
  }
  std::sort(times.begin(), times.end());
  std::printf("%.0f %.0f %lu\n", times[times.size() / 2], times[0], static_cast<unsigned long>(checksum));
}
