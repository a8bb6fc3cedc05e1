// One program over the whole public API, compared between the embedded headers, upstream ParlayLib, the
// standard library, any number of threads and every runtime. Prints nothing but one line per failed check.
#include <algorithm>
#include <atomic>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <numeric>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <parlay/delayed.h>
#include <parlay/monoid.h>
#include <parlay/parallel.h>
#include <parlay/primitives.h>
#include <parlay/random.h>
#include <parlay/sequence.h>
#include <parlay/slice.h>
#include <parlay/utilities.h>

static int failures = 0;
static size_t current = 0;

static void check(bool ok, const char* what, int line) {
  if (ok) return;
  ++failures;
  std::printf("line %d, n = %zu: %s\n", line, current, what);
}
#define CHECK(...) check(static_cast<bool>(__VA_ARGS__), #__VA_ARGS__, __LINE__)

static uint64_t value(size_t i) { return parlay::hash64(i + 1); }

template <typename A, typename B>
static bool same(const A& a, const B& b) {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin());
}

static void loops(size_t n) {
  std::vector<int> seen(n, 0);
  parlay::parallel_for(0, n, [&](size_t i) { seen[i] += 1; });
  parlay::parallel_for(0, n, [&](size_t i) { seen[i] += 1; }, 7);
  parlay::parallel_for(0, n, [&](size_t i) { seen[i] += 1; }, 1, true);
  parlay::blocked_for(0, n, 10, [&](size_t b, size_t s, size_t e) {
    for (size_t i = s; i < e; ++i) seen[i] += i / 10 == b;
  });
  CHECK(std::all_of(seen.begin(), seen.end(), [](int x) { return x == 4; }));
  std::atomic<size_t> nested{0};
  parlay::parallel_for(0, n < 50 ? n : 50, [&](size_t i) {
    parlay::parallel_for(0, i, [&](size_t) { nested.fetch_add(1); });
  });
  const size_t m = n < 50 ? n : 50;
  CHECK(nested == m * (m - (m > 0)) / 2);
  int a = 0, b = 0, c = 0;
  parlay::par_do([&] { a = 1; }, [&] { b = 2; });
  parlay::par_do3([&] { a += 1; }, [&] { b += 1; }, [&] { c = 1; });
  parlay::par_do_if(n > 10, [&] { a += 1; }, [&] { b += 1; });
  CHECK(a == 3 && b == 4 && c == 1);
  CHECK(parlay::num_workers() >= 1 && parlay::worker_id() < parlay::num_workers());
}

struct Item {
  uint32_t key;
  uint32_t place;
};

static void bulk(size_t n) {
  const auto a = parlay::tabulate(n, [](size_t i) { return static_cast<long>(value(i) % 1000) - 500; });
  const std::vector<long> v(a.begin(), a.end());
  const auto doubled = parlay::map(a, [](long x) { return x * 2; });
  CHECK(doubled.size() == n);
  CHECK(parlay::reduce(a) == std::accumulate(v.begin(), v.end(), 0L));
  CHECK(parlay::reduce(a, parlay::maximum<long>()) ==
        std::accumulate(v.begin(), v.end(), std::numeric_limits<long>::lowest(),
                        [](long x, long y) { return std::max(x, y); }));
  CHECK(parlay::reduce(v, parlay::minm<long>()) ==
        std::accumulate(v.begin(), v.end(), std::numeric_limits<long>::max(),
                        [](long x, long y) { return std::min(x, y); }));
  CHECK(parlay::reduce(a, parlay::addm<long>()) == parlay::reduce(a));
  CHECK(parlay::reduce(a, parlay::make_monoid([](long x, long y) { return x ^ y; }, 0L)) ==
        parlay::reduce(a, parlay::bit_xor<long>()));
  // A monoid that does not commute: composition of affine maps.
  using Affine = std::pair<uint64_t, uint64_t>;
  const auto compose = parlay::binary_op(
      [](Affine f, Affine g) { return Affine(f.first * g.first, f.second * g.first + g.second); }, Affine(1, 0));
  const auto maps = parlay::tabulate(n, [](size_t i) { return Affine(value(i) | 1, value(i + 7)); });
  Affine whole(1, 0);
  std::vector<Affine> prefixes;
  for (const Affine& f : maps) {
    prefixes.push_back(whole);
    whole = compose(whole, f);
  }
  CHECK(parlay::reduce(maps, compose) == whole);
  auto [before, total] = parlay::scan(maps, compose);
  CHECK(total == whole && same(before, prefixes));
  std::vector<long> inclusive(n);
  std::partial_sum(v.begin(), v.end(), inclusive.begin());
  CHECK(same(parlay::scan_inclusive(a), inclusive));
  auto b = a;
  CHECK(parlay::scan_inplace(b) == std::accumulate(v.begin(), v.end(), 0L));
  bool shifted = true;
  for (size_t i = 0; i < n; ++i) shifted &= b[i] == inclusive[i] - v[i];
  CHECK(shifted);
  b = a;
  parlay::scan_inclusive_inplace(b, parlay::plus<long>());
  CHECK(same(b, inclusive));
  std::vector<std::string> words(n < 300 ? n : 300);
  for (size_t i = 0; i < words.size(); ++i) words[i] = std::to_string(value(i) % 100);
  std::string joined;
  for (const auto& w : words) joined += w;
  CHECK(parlay::reduce(words, parlay::make_monoid([](std::string x, std::string y) { return x + y; },
                                                  std::string())) == joined);
  parlay::sequence<long> c(n);
  parlay::copy(a, c);
  CHECK(c == a);
  std::vector<int> hits(n, 0);
  parlay::for_each(parlay::iota(n), [&](size_t i) { hits[i] = 1; });
  CHECK(std::count(hits.begin(), hits.end(), 1) == static_cast<long>(n));
  CHECK(parlay::append(a, v).size() == 2 * n);
}

static void packing(size_t n) {
  const auto a = parlay::tabulate(n, [](size_t i) { return static_cast<int>(value(i) % 100); });
  const auto odd = [](int x) { return x % 2 == 1; };
  std::vector<int> expected;
  std::vector<size_t> places;
  for (size_t i = 0; i < n; ++i) {
    if (odd(a[i])) expected.push_back(a[i]), places.push_back(i);
  }
  CHECK(same(parlay::filter(a, odd), expected));
  const auto flags = parlay::map(a, odd);
  CHECK(same(parlay::pack(a, flags), expected));
  CHECK(same(parlay::pack_index(flags), places));
  CHECK(same(parlay::pack_index<unsigned>(parlay::delayed_map(a, odd)), places));
  std::vector<int> into(n);
  CHECK(parlay::filter_into_uninitialized(a, into, odd) == expected.size());
  into.resize(expected.size());
  CHECK(same(into, expected));
  const auto names = parlay::map(a, [](int x) { return std::to_string(x) + " is a number"; });
  const auto long_names = parlay::filter(names, [](const std::string& s) { return s.size() > 13; });
  CHECK(long_names.size() == static_cast<size_t>(std::count_if(a.begin(), a.end(), [](int x) { return x > 9; })));
  CHECK(same(parlay::remove_if(a, odd), parlay::filter(a, [&](int x) { return !odd(x); })));
  CHECK(parlay::map_maybe(a, [&](int x) { return odd(x) ? std::optional<long>(x) : std::nullopt; }).size() ==
        expected.size());
  const auto nested = parlay::tabulate(n < 200 ? n : 200, [](size_t i) {
    return parlay::tabulate(i % 7, [i](size_t j) { return i * 10 + j; });
  });
  std::vector<size_t> flat;
  for (const auto& s : nested) flat.insert(flat.end(), s.begin(), s.end());
  CHECK(same(parlay::flatten(nested), flat));
  auto gone = nested;
  CHECK(same(parlay::flatten(std::move(gone)), flat));
  CHECK(parlay::unique(parlay::sort(a)).size() == std::set<int>(a.begin(), a.end()).size());
}

static void sorting(size_t n) {
  const auto a = parlay::tabulate(n, [](size_t i) { return value(i) % (i % 3 == 0 ? 10 : 100000); });
  std::vector<uint64_t> v(a.begin(), a.end());
  std::sort(v.begin(), v.end());
  CHECK(same(parlay::sort(a), v));
  CHECK(same(parlay::stable_sort(a), v));
  CHECK(same(parlay::integer_sort(a), v));
  CHECK(parlay::is_sorted(v, std::less<>()));
  auto b = a;
  parlay::sort_inplace(b);
  CHECK(same(b, v));
  std::vector<uint64_t> w(a.begin(), a.end());
  parlay::integer_sort_inplace(w);
  CHECK(w == v);
  std::reverse(v.begin(), v.end());
  CHECK(same(parlay::sort(a, std::greater<>()), v));
  auto items = parlay::tabulate(n, [](size_t i) {
    return Item{static_cast<uint32_t>(value(i) % 17), static_cast<uint32_t>(i)};
  });
  std::vector<Item> model(items.begin(), items.end());
  std::stable_sort(model.begin(), model.end(), [](Item x, Item y) { return x.key < y.key; });
  const auto by_key = [](const Item& x, const Item& y) { return x.key < y.key; };
  const auto identical = [&](const auto& s) {
    return s.size() == n && std::equal(s.begin(), s.end(), model.begin(),
                                       [](Item x, Item y) { return x.key == y.key && x.place == y.place; });
  };
  CHECK(identical(parlay::stable_sort(items, by_key)));
  CHECK(identical(parlay::integer_sort(items, [](const Item& x) { return x.key; })));
  auto in_place = items;
  parlay::stable_sort_inplace(in_place, by_key);
  CHECK(identical(in_place));
  CHECK(identical(parlay::counting_sort(items, 17, [](const Item& x) { return x.key; }).first));
  auto words = parlay::map(a, [](uint64_t x) { return std::to_string(x); });
  std::vector<std::string> sorted(words.begin(), words.end());
  std::sort(sorted.begin(), sorted.end());
  CHECK(same(parlay::sort(words), sorted));
  const auto backwards = parlay::tabulate(n, [n](size_t i) { return static_cast<double>(n - i); });
  CHECK(parlay::is_sorted(parlay::sort(backwards), std::less<>()));
  const auto merged = parlay::merge(parlay::sort(a), parlay::sort(parlay::map(a, [](uint64_t x) { return x + 5; })));
  CHECK(merged.size() == 2 * n && std::is_sorted(merged.begin(), merged.end()));
}

static void collecting(size_t n) {
  const auto a = parlay::tabulate(n, [](size_t i) { return static_cast<unsigned>(value(i) % 37); });
  std::vector<size_t> counts(40, 0);
  for (unsigned x : a) ++counts[x];
  CHECK(same(parlay::histogram_by_index(a, static_cast<size_t>(40)), counts));
  const auto small = parlay::histogram_by_index(a, 40);
  static_assert(std::is_same_v<std::decay_t<decltype(small[0])>, int>);
  CHECK(std::equal(small.begin(), small.end(), counts.begin(), [](int x, size_t y) { return static_cast<size_t>(x) == y; }));
  const auto pairs = parlay::tabulate(n, [&](size_t i) { return std::make_pair(a[i], static_cast<long>(i)); });
  std::vector<long> sums(40, 0), greatest(40, -1);
  for (const auto& [k, x] : pairs) sums[k] += x, greatest[k] = std::max(greatest[k], x);
  CHECK(same(parlay::reduce_by_index(pairs, 40), sums));
  CHECK(same(parlay::reduce_by_index(pairs, 40, parlay::make_monoid([](long x, long y) { return std::max(x, y); }, -1L)),
             greatest));
  std::map<unsigned, long> by_key;
  for (const auto& [k, x] : pairs) by_key[k] += x;
  const auto reduced = parlay::reduce_by_key(pairs);
  CHECK(std::map<unsigned, long>(reduced.begin(), reduced.end()) == by_key && reduced.size() == by_key.size());
  const auto histogram = parlay::histogram_by_key(a);
  CHECK(histogram.size() == by_key.size());
  CHECK(std::all_of(histogram.begin(), histogram.end(), [&](const auto& p) { return counts[p.first] == p.second; }));
  CHECK(parlay::remove_duplicates(a).size() == by_key.size());
  const auto distinct = parlay::remove_duplicates_ordered(a);
  CHECK(std::equal(distinct.begin(), distinct.end(), by_key.begin(),
                   [](unsigned x, const auto& p) { return x == p.first; }));
  const auto integers = parlay::remove_duplicate_integers(a, 40u);
#ifdef PARLAY_EMBEDDED  // upstream gets this wrong at n = 100000
  CHECK(same(parlay::sort(integers), distinct));
#endif
  const auto groups = parlay::group_by_key(pairs);
  CHECK(groups.size() == by_key.size());
  CHECK(std::all_of(groups.begin(), groups.end(), [&](const auto& g) { return parlay::reduce(g.second) == sums[g.first]; }));
  const auto ordered = parlay::group_by_key_ordered(pairs);
  CHECK(std::is_sorted(ordered.begin(), ordered.end(), [](const auto& x, const auto& y) { return x.first < y.first; }));
  const auto by_index = parlay::group_by_index(pairs, 40u);
  CHECK(by_index.size() == 40);
  bool in_order = true;
  for (size_t k = 0; k < by_index.size(); ++k) {
    in_order &= by_index[k].size() == counts[k] && std::is_sorted(by_index[k].begin(), by_index[k].end());
  }
  CHECK(in_order);
}

static void searching(size_t n) {
  const auto a = parlay::tabulate(n, [](size_t i) { return static_cast<int>(value(i) % 1000); });
  const std::vector<int> v(a.begin(), a.end());
  CHECK(parlay::find(a, 7) - a.begin() == std::find(v.begin(), v.end(), 7) - v.begin());
  CHECK(parlay::find_if(v, [](int x) { return x > 998; }) == std::find_if(v.begin(), v.end(), [](int x) { return x > 998; }));
  CHECK(parlay::find(a, -1) == a.end());
  CHECK(parlay::count(a, 3) == static_cast<size_t>(std::count(v.begin(), v.end(), 3)));
  CHECK(parlay::count_if(a, [](int x) { return x < 500; }) ==
        static_cast<size_t>(std::count_if(v.begin(), v.end(), [](int x) { return x < 500; })));
  CHECK(parlay::all_of(a, [](int x) { return x >= 0; }) && !parlay::any_of(a, [](int x) { return x < 0; }) &&
        parlay::none_of(a, [](int x) { return x < 0; }));
  CHECK(parlay::min_element(a) - a.begin() == std::min_element(v.begin(), v.end()) - v.begin());
  CHECK(parlay::max_element(v) == std::max_element(v.begin(), v.end()));
  const auto ends = parlay::minmax_element(v);
  CHECK(ends.first == std::min_element(v.begin(), v.end()) && ends.second == std::max_element(v.begin(), v.end()));
  auto b = v;
  CHECK(parlay::equal(a, b) && !parlay::lexicographical_compare(a, b));
  if (n > 0) {
    b[n / 2] += 1;
    CHECK(!parlay::equal(a, b) && parlay::lexicographical_compare(a, b));
    CHECK(static_cast<size_t>(parlay::mismatch(a, b).first - a.begin()) == n / 2);
    CHECK(parlay::adjacent_find(v) == std::adjacent_find(v.begin(), v.end()));
    CHECK(parlay::reverse(a)[0] == a[n - 1] && parlay::rotate(a, n / 3)[0] == a[n / 3]);
    const std::vector<int> part(v.begin() + static_cast<long>(n) / 3, v.begin() + static_cast<long>(n) / 3 + 1);
    CHECK(parlay::search(v, part) == std::search(v.begin(), v.end(), part.begin(), part.end()));
    CHECK(parlay::find_end(v, part) == std::find_end(v.begin(), v.end(), part.begin(), part.end()));
    CHECK(parlay::kth_smallest_copy(a, n / 2) == parlay::sort(a)[n / 2]);
    const auto ranks = parlay::rank(a);
    const auto sorted = parlay::sort(a);
    bool right = true;
    for (size_t i = 0; i < n; ++i) right &= sorted[ranks[i]] == a[i];
    CHECK(right);
  }
  CHECK(parlay::is_partitioned(parlay::sort(a), [](int x) { return x < 500; }));
  const auto shuffled = parlay::random_shuffle(a);
  CHECK(parlay::sort(shuffled) == parlay::sort(a));
  CHECK(same(parlay::sort(parlay::random_permutation(n)), parlay::iota(n)));
}

static void delayed(size_t n) {
  const auto squares = parlay::delayed_tabulate(n, [](size_t i) { return i * i; });
  size_t sum = 0;
  for (size_t i = 0; i < n; ++i) sum += i * i;
  CHECK(parlay::reduce(squares) == sum);
  CHECK(parlay::delayed::reduce(parlay::delayed::map(parlay::iota(n), [](size_t i) { return i * i; })) == sum);
  auto a = parlay::tabulate(n, [](size_t i) { return static_cast<long>(value(i) % 50); });
  const auto zipped = parlay::delayed::zip(a, parlay::iota(n));
  CHECK(parlay::delayed::to_sequence(zipped).size() == n);
  CHECK(parlay::reduce(parlay::delayed::map(zipped, [](auto&& t) { return std::get<0>(t) * 0 + 1; })) == static_cast<long>(n));
  const auto kept = parlay::delayed::filter(a, [](long x) { return x < 25; });
  CHECK(parlay::delayed::to_sequence(kept) == parlay::filter(a, [](long x) { return x < 25; }));
  auto [sums, total] = parlay::delayed::scan(a);
  CHECK(total == parlay::reduce(a));
  CHECK(parlay::delayed::to_sequence(sums) == parlay::scan(a).first);
  CHECK(parlay::delayed::to_sequence(parlay::delayed::scan_inclusive(a)) == parlay::scan_inclusive(a));
  const auto flat = parlay::delayed::flatten(parlay::delayed_tabulate(n < 50 ? n : 50, [](size_t i) {
    return parlay::delayed_tabulate(i % 5, [i](size_t j) { return i + j; });
  }));
  CHECK(parlay::size(flat) == parlay::delayed::to_sequence(flat).size());
  size_t through = 0;
  std::atomic<size_t> counter{0};
  parlay::delayed::for_each(a, [&](long) { counter.fetch_add(1); });
  through = counter;
  CHECK(through == n);
  const auto pairs = parlay::delayed::enumerate(a);
  CHECK(parlay::delayed::to_sequence(parlay::delayed::keys_view(pairs)).size() == n);
  const auto maybe = parlay::delayed::map_maybe(a, [](long x) { return x > 25 ? std::optional<long>(-x) : std::nullopt; });
  CHECK(parlay::delayed::to_sequence(maybe).size() == parlay::count_if(a, [](long x) { return x > 25; }));
  const auto products = parlay::delayed::zip_with([](long x, size_t i) { return x * static_cast<long>(i); }, a, parlay::iota(n));
  CHECK(parlay::delayed::to_sequence(products).size() == n);
}

static void containers(size_t n) {
  parlay::sequence<std::string> s;
  std::vector<std::string> v;
  for (size_t i = 0; i < n && i < 1000; ++i) {
    s.push_back(std::to_string(i));
    v.push_back(std::to_string(i));
  }
  CHECK(same(s, v));
  s.insert(s.begin() + static_cast<long>(s.size()) / 2, "new");
  v.insert(v.begin() + static_cast<long>(v.size()) / 2, "new");
  CHECK(same(s, v));
  s.erase(s.begin());
  v.erase(v.begin());
  CHECK(same(s, v));
  s.append(v.begin(), v.end());
  CHECK(s.size() == 2 * v.size());
  s.resize(v.size());
  CHECK(same(s, v));
  auto t = s;
  auto u = std::move(s);
  CHECK(t == u && s.empty());
  t.resize(v.size() + 3, "x");
  CHECK(t.size() == v.size() + 3 && t.back() == "x");
  CHECK(t.pop_tail(3).size() == 3 && same(t, v));
  t.clear();
  CHECK(t.empty());
  const parlay::sequence<int> numbers = {5, 3, 9};
  CHECK(numbers.size() == 3 && numbers.to_vector() == std::vector<int>({5, 3, 9}));
  CHECK(parlay::sequence<double>(3, 1.5)[2] == 1.5 && parlay::sequence<int>(4)[3] == 0);
  const auto view = parlay::make_slice(numbers).cut(1, 3);
  CHECK(view.size() == 2 && view[0] == 3 && same(parlay::to_sequence(view), numbers.subseq(1, 3)));
  parlay::sequence<std::unique_ptr<int>> owners;
  for (int i = 0; i < 100; ++i) owners.push_back(std::make_unique<int>(i));
  CHECK(*owners[57] == 57);
  std::deque<int> queue = {4, 1, 3};
  parlay::sort_inplace(queue);
  CHECK(queue == std::deque<int>({1, 3, 4}));
  parlay::chars text = parlay::to_sequence(std::string(" two  words "));
  CHECK(parlay::tokens(text).size() == 2);
  std::atomic<int> least{100};
  parlay::parallel_for(0, n, [&](size_t i) { parlay::write_min(&least, static_cast<int>(i % 100) + 3, std::less<int>()); });
  CHECK(least == (n > 0 ? 3 : 100));
}

#ifdef PARLAY_EMBEDDED
#pragma weak unseq_race_reset
#pragma weak unseq_race_enable
#pragma weak unseq_race_list

// Under the race runtime, every race is a failure.
static void run(const char* name, void (*part)(size_t), size_t n) {
  const bool races = unseq_race_list != nullptr;
  if (races) unseq_race_reset(), unseq_race_enable(1);
  part(n);
  if (!races) return;
  unseq_race_enable(0);
  unseq_race found[4];
  const size_t count = unseq_race_list(found, 4);
  if (count == 0) return;
  ++failures;
  std::printf("%s, n = %zu: %zu races\n", name, n, count);
  for (size_t i = 0; i < count && i < 4; ++i) {
    std::printf("  %p %s, %p %s\n", found[i].earlier.pc, found[i].earlier.is_write ? "write" : "read",
                found[i].later.pc, found[i].later.is_write ? "write" : "read");
  }
}
#else
static void run(const char*, void (*part)(size_t), size_t n) { part(n); }
#endif

int main(int argc, char** argv) {
  for (int i = 1; i < argc; ++i) {
    const size_t n = current = std::strtoul(argv[i], nullptr, 10);
    run("loops", loops, n);
    run("bulk", bulk, n);
    run("packing", packing, n);
    run("sorting", sorting, n);
    run("collecting", collecting, n);
    run("searching", searching, n);
    run("delayed", delayed, n);
    run("containers", containers, n);
  }
  return failures > 0;
}
