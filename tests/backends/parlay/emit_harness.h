// What the drives of the emitter's cases use: inputs, and a record of all that a function computed.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <random>
#include <string>
#include <vector>

struct Input {
  std::mt19937 engine;
  explicit Input(unsigned seed) : engine(seed) {}

  template <typename T>
  std::vector<T> reals(int n) {
    std::uniform_real_distribution<T> distribution(-1, 1);
    std::vector<T> v(n);
    for (T &x : v) x = distribution(engine);
    return v;
  }
  std::vector<float> floats(int n) { return reals<float>(n); }
  std::vector<double> doubles(int n) { return reals<double>(n); }
  std::vector<double> doubles_and_nan(int n) {
    auto v = doubles(n);
    for (size_t i = 0; i < v.size(); i += 1 + engine() % 40) v[i] = std::numeric_limits<double>::quiet_NaN();
    return v;
  }
  std::vector<double> few(int n) {  // values that repeat
    std::vector<double> v(n);
    for (double &x : v) x = static_cast<double>(engine() % 4) / 4;
    return v;
  }
  std::vector<int> ints(int n, int low, int high) {
    std::uniform_int_distribution<int> distribution(low, high);
    std::vector<int> v(n);
    for (int &x : v) x = distribution(engine);
    return v;
  }
};

// Values that must be equal (NaN where NaN is), and values that may differ by rounding.
struct Record {
  std::vector<double> values;
  std::vector<bool> rounded;

  void add(double x, bool is_rounded) { values.push_back(x), rounded.push_back(is_rounded); }
};

inline Record *record;

template <typename T>
void out(const std::vector<T> &v) {
  record->add(v.size(), false);
  for (const T &x : v) record->add(static_cast<double>(x), false);
}
template <typename T>
void out(T x) {
  record->add(static_cast<double>(x), false);
}
inline void near(const std::vector<double> &v) {
  for (double x : v) record->add(x, true);
}
inline void near(double x) { record->add(x, true); }

inline int check(const char *name, int n, unsigned seed, const Record &a, const Record &b) {
  if (a.values.size() != b.values.size()) {
    std::printf("%s: n = %d, seed %u: %zu values, %zu expected\n", name, n, seed, b.values.size(), a.values.size());
    return 1;
  }
  for (size_t k = 0; k < a.values.size(); k++) {
    const double x = a.values[k], y = b.values[k];
    bool same = x == y || (std::isnan(x) && std::isnan(y));
    if (!same && a.rounded[k]) same = std::abs(x - y) <= 1e-9 * (1 + std::abs(x) + n * 1e-3);
    if (!same) {
      std::printf("%s: n = %d, seed %u: value %zu is %.17g, expected %.17g\n", name, n, seed, k, y, x);
      return 1;
    }
  }
  return 0;
}
