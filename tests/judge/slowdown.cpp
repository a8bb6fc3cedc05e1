// Times small programs, alone and under whatever runtime this is linked with: a line `name seconds` for each, best of three.
#include <parlay/primitives.h>
#include <unseq/runtime.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <vector>

extern "C" {
__attribute__((weak)) void unseq_race_enable(int);
__attribute__((weak)) void unseq_race_reset(void);
}

static volatile long sink;

static double processor_seconds() {
  timespec t;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return static_cast<double>(t.tv_sec) + 1e-9 * static_cast<double>(t.tv_nsec);
}

template <typename F>
static void time_it(const char* name, F f) {
  double best = 1e9;
  for (int round = 0; round < 3; ++round) {
    if (unseq_race_enable) unseq_race_reset(), unseq_race_enable(1);
    const double start = processor_seconds();
    f();
    const double seconds = processor_seconds() - start;
    if (unseq_race_enable) unseq_race_enable(0);
    if (seconds < best) best = seconds;
  }
  std::printf("%s %.9f\n", name, best);
}

static long fib(long k) {
  if (k < 2) return k;
  if (k < 16) return fib(k - 1) + fib(k - 2);
  long a, b;
  parlay::par_do([&] { a = fib(k - 1); }, [&] { b = fib(k - 2); });
  return a + b;
}

int main(int, char** argv) {
  const size_t n = std::strtoul(argv[1], nullptr, 10);
  const auto a = parlay::tabulate(n, [](size_t i) { return static_cast<int>(i * 7919 % 1000003); });
  const auto d = parlay::tabulate(n, [](size_t i) { return static_cast<double>(i); });
  std::vector<double> x(n), y(n);
  std::vector<char> bytes(n);
  std::vector<std::atomic<int>> counts(256);
  time_it("map", [&] { parlay::parallel_for(0, n, [&](size_t i) { y[i] = 2 * d[i] + 1; }); });
  time_it("saxpy", [&] { parlay::parallel_for(0, n, [&](size_t i) { y[i] += 2.5 * x[i]; }); });
  time_it("stencil", [&] { parlay::parallel_for(1, n - 1, [&](size_t i) { y[i] = (x[i - 1] + x[i] + x[i + 1]) / 3; }); });
  time_it("bytes", [&] { parlay::parallel_for(0, n, [&](size_t i) { bytes[i] = static_cast<char>(a[i]); }); });
  time_it("rows", [&] {
    const size_t m = 1000;
    parlay::parallel_for(0, n / m, [&](size_t i) {
      double sum = 0;
      for (size_t j = 0; j < m; ++j) sum += d[i * m + j] * x[j];
      y[i] = sum;
    });
  });
  time_it("matmul", [&] {
    const size_t m = 120;
    parlay::parallel_for(0, m, [&](size_t i) {
      for (size_t j = 0; j < m; ++j) {
        double sum = 0;
        for (size_t k = 0; k < m; ++k) sum += d[i * m + k] * x[k * m + j];
        y[i * m + j] = sum;
      }
    });
  });
  time_it("reduce", [&] { sink = parlay::reduce(a); });
  time_it("min_element", [&] { sink = parlay::min_element(a) - a.begin(); });
  time_it("scan", [&] { sink = parlay::scan(a).second; });
  time_it("map_sequence", [&] { sink = parlay::map(a, [](int v) { return v * 2; })[0]; });
  time_it("filter", [&] { sink = static_cast<long>(parlay::filter(a, [](int v) { return v % 3 == 0; }).size()); });
  time_it("sort", [&] { sink = parlay::sort(a)[0]; });
  time_it("sort_by", [&] { sink = parlay::sort(a, [](int p, int q) { return p > q; })[0]; });
  time_it("histogram", [&] {
    auto keys = parlay::delayed_map(a, [](int v) { return static_cast<unsigned>(v) % 256; });
    sink = static_cast<long>(parlay::histogram_by_index(keys, 256)[0]);
  });
  time_it("flatten", [&] {
    auto rows = parlay::tabulate(n / 100, [](size_t i) {
      return parlay::tabulate(100, [i](size_t j) { return static_cast<int>(i + j); });
    });
    sink = static_cast<long>(parlay::flatten(rows).size());
  });
  time_it("fib", [&] { sink = fib(24); });
  time_it("atomics", [&] {
    parlay::parallel_for(0, n, [&](size_t i) { counts[a[i] % 256].fetch_add(1, std::memory_order_relaxed); });
  });
  time_it("atomics_and_map", [&] {
    parlay::parallel_for(0, n, [&](size_t i) {
      counts[a[i] % 256].fetch_add(1, std::memory_order_relaxed);
      y[i] = x[i] + 1;
    });
  });
}
