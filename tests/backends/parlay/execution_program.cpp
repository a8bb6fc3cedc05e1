// Parallel algorithms of the standard library with a policy against the same without one. Prints each size at which
// they differ, and that there are races where the runtime looks for them.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <execution>
#include <functional>
#include <numeric>
#include <string>
#include <vector>

#include "unseq/runtime.h"

#pragma weak unseq_race_reset
#pragma weak unseq_race_enable
#pragma weak unseq_race_list

namespace {

struct Mix {
  unsigned long sum = 0;
  template <typename T>
  void operator()(T x) { sum = sum * 1000003 + static_cast<unsigned long>(x); }
  template <typename V>
  void all(const V &v) { for (auto x : v) (*this)(x); }
};

template <typename Policy>
unsigned long run(const Policy &p, int n) {
  std::vector<int> v(n), w(n), out(2 * n + 1), more(2 * n + 1);
  for (int i = 0; i < n; i++) v[i] = (i * 7919) % 1013, w[i] = i % 17;
  Mix mix;
  const auto odd = [](int x) { return x % 2 != 0; };
  const auto small = [](int x) { return x < 300; };

  mix(std::reduce(p, v.begin(), v.end()));
  mix(std::transform_reduce(p, v.begin(), v.end(), w.begin(), 0L));
  mix(std::transform_reduce(p, v.begin(), v.end(), 5L, std::plus<>(), [](int x) { return x * 2L; }));
  mix(std::count_if(p, v.begin(), v.end(), odd));
  mix(std::find_if(p, v.begin(), v.end(), [](int x) { return x == 500; }) - v.begin());
  mix(std::min_element(p, v.begin(), v.end()) - v.begin());
  mix(std::minmax_element(p, v.begin(), v.end()).second - v.begin());
  mix(std::any_of(p, v.begin(), v.end(), [](int x) { return x == 1000; }));
  mix(std::search(p, v.begin(), v.end(), v.begin() + n / 2, v.end()) - v.begin());

  std::inclusive_scan(p, v.begin(), v.end(), out.begin()), mix.all(out);
  std::exclusive_scan(p, v.begin(), v.end(), out.begin(), 5), mix.all(out);
  std::transform_exclusive_scan(p, v.begin(), v.end(), out.begin(), 5, std::plus<>(), [](int x) { return x + 1; });
  mix.all(out);
  std::vector<double> reals(v.begin(), v.end()), sums(n);
  std::inclusive_scan(p, reals.begin(), reals.end(), sums.begin()), mix.all(sums);
  std::adjacent_difference(p, v.begin(), v.end(), out.begin()), mix.all(out);

  mix(std::copy_if(p, v.begin(), v.end(), out.begin(), odd) - out.begin()), mix.all(out);
  auto kept = v;
  kept.erase(std::remove_if(p, kept.begin(), kept.end(), small), kept.end()), mix.all(kept);
  auto parted = v;
  mix(std::stable_partition(p, parted.begin(), parted.end(), small) - parted.begin()), mix.all(parted);

  auto sorted = v, other = w;
  std::sort(p, sorted.begin(), sorted.end()), mix.all(sorted);
  std::stable_sort(p, other.begin(), other.end(), std::greater<>()), mix.all(other);
  std::stable_sort(p, other.begin(), other.end());
  auto first = v;
  std::partial_sort(p, first.begin(), first.begin() + n / 3, first.end());
  for (int i = 0; i < n / 3; i++) mix(first[i]);
  auto middle = v;
  std::nth_element(p, middle.begin(), middle.begin() + n / 2, middle.end());
  if (n > 0) mix(middle[n / 2]);
  std::merge(p, sorted.begin(), sorted.end(), other.begin(), other.end(), more.begin()), mix.all(more);
  mix(std::set_union(p, sorted.begin(), sorted.end(), other.begin(), other.end(), more.begin()) - more.begin());
  mix.all(more);
  mix(std::includes(p, sorted.begin(), sorted.end(), sorted.begin(), sorted.begin() + n / 2));
  auto once = sorted;
  once.erase(std::unique(p, once.begin(), once.end()), once.end()), mix.all(once);

  auto turned = v;
  std::reverse(p, turned.begin(), turned.end());
  std::rotate(p, turned.begin(), turned.begin() + n / 3, turned.end()), mix.all(turned);
  std::replace_if(p, v.begin(), v.end(), small, 7);
  std::for_each(p, v.begin(), v.end(), [](int &x) { x++; });
  std::for_each_n(p, v.begin(), n / 2, [](int &x) { x--; }), mix.all(v);
  std::transform(p, v.begin(), v.end(), w.begin(), out.begin(), std::plus<>()), mix.all(out);
  std::fill(p, out.begin(), out.end(), 3), mix.all(out);

  std::vector<std::string> words;
  for (int x : v) words.push_back(std::to_string(x));
  std::sort(p, words.begin(), words.end());
  for (const auto &word : words) mix(word.size() + word[0]);
  mix(std::reduce(p, words.begin(), words.end(), std::string()).size());
  return mix.sum;
}

}  // namespace

int main(int count, char **sizes) {
  for (int k = 1; k < count; k++) {
    const int n = std::atoi(sizes[k]);
    const unsigned long expected = run(std::execution::seq, n);
    if (unseq_race_reset != nullptr) unseq_race_reset(), unseq_race_enable(1);
    if (run(std::execution::par, n) != expected) std::printf("differs %d\n", n);
    if (unseq_race_enable != nullptr) unseq_race_enable(0);
    if (unseq_race_list != nullptr && unseq_race_list(nullptr, 0) != 0) std::printf("races %d\n", n);
  }
}
