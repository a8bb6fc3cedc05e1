// Racy and race-free programs for the exact detector.
#include "race_harness.h"

#include <parlay/primitives.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <stdexcept>
#include <string>
#include <vector>

static size_t n;
static int total;
static std::atomic<int> counter;
static std::mutex mutex_a, mutex_b;
static std::shared_mutex shared;

using parlay::parallel_for;
using parlay::par_do;

struct Base {
  virtual ~Base() = default;
  virtual int value() const { return 1; }
};
struct Derived : Base {
  explicit Derived(int x) : x(x) {}
  int value() const override { return x; }
  int x;
};
struct Pair {
  int x, y;
};
struct Closure {
  int* out;
  Closure* self;
  size_t writer;
  int value;
  void operator()(size_t i) const {
    if (i == writer) self->value = 2;
    out[i] = value;
  }
};

__attribute__((noinline)) static int sum_of_squares(int k) {
  int squares[16];
  for (int i = 0; i < 16; ++i) squares[i] = i * k;
  int s = 0;
  for (volatile int& q : reinterpret_cast<volatile int(&)[16]>(squares)) s += q * q;
  return s;
}

static size_t fib(size_t k) {
  if (k < 2) return k;
  size_t a, b;
  par_do([&] { a = fib(k - 1); }, [&] { b = fib(k - 2); });
  return a + b;
}

static void deep(size_t depth, int* leaf) {
  if (depth == 0) {
    ++*leaf;
    return;
  }
  par_do([&] { deep(depth - 1, leaf); }, [] {});
}

static void loops(std::vector<int>& a, std::vector<int>& b, std::vector<char>& c, std::vector<double>& d) {
  CLEAN("map", { parallel_for(0, n, [&](size_t i) { b[i] = a[i] + 1; }); });
  CLEAN("in_place", { parallel_for(0, n, [&](size_t i) { a[i] += 1; }); });
  RACY("shift", { parallel_for(0, n - 1, [&](size_t i) { a[i] = a[i + 1]; }); });
  RACY("stencil_in_place", { parallel_for(1, n - 1, [&](size_t i) { d[i] = d[i - 1] + d[i + 1]; }); });
  RACY("sum", { parallel_for(0, n, [&](size_t i) { total += a[i]; }); });
  RACY("private_missing", {
    int t = 0;
    parallel_for(0, n, [&](size_t i) { t = a[i], b[i] = t; });
  });
  CLEAN("private", {
    parallel_for(0, n, [&](size_t i) {
      int t = a[i];
      b[i] = t;
    });
  });
  RACY("same_value_write", { parallel_for(0, n, [&](size_t) { b[0] = 7; }); });
  CLEAN("bytes", { parallel_for(0, n, [&](size_t i) { c[i] = static_cast<char>(i); }); });
  RACY("bytes_shift", { parallel_for(0, n - 1, [&](size_t i) { c[i] = c[i + 1]; }); });
  RACY("bits", {
    std::vector<bool> bits(n);
    parallel_for(0, n, [&](size_t i) { bits[i] = true; });
  });
  RACY("one_collision", { parallel_for(0, n, [&](size_t i) { b[i == n - 1 ? 3 : i] = 1; }); });
  RACY("two_iterations", { parallel_for(0, 2, [&](size_t) { total = 1; }); });
  CLEAN("one_iteration", { parallel_for(0, 1, [&](size_t) { total = 1; }); });
  RACY("granular", { parallel_for(0, n, [&](size_t) { total += 1; }, 1 << 20); });
  CLEAN("read_only", { parallel_for(0, n, [&](size_t i) { b[i] = a[0] + a[n - 1]; }); });
  RACY("reader_then_writer", { parallel_for(0, n, [&](size_t i) { i == n - 1 ? void(a[0] = 1) : void(b[i] = a[0]); }); });
  RACY("closure_state", {
    parallel_for(0, n, [k = 0](size_t) mutable { ++k; });
  });
  CLEAN("fields", {
    std::vector<Pair> p(1);
    par_do([&] { p[0].x = 1; }, [&] { p[0].y = 2; });
  });
  RACY("wide_and_narrow", {
    par_do([&] { std::memset(c.data(), 1, 16); }, [&] { c[7] = 2; });
  });
  RACY("struct_copy", {
    std::vector<Pair> p(n + 1);
    parallel_for(0, n, [&](size_t i) { p[i] = p[i + 1]; });
  });
  RACY("histogram_collides", { parallel_for(0, n, [&](size_t i) { b[i % 2] += 1; }); });
  CLEAN("histogram_distinct", { parallel_for(0, n, [&](size_t i) { b[i * 1] += 1; }); });
  CLEAN("after_join", {
    parallel_for(0, n, [&](size_t i) { a[i] = 1; });
    parallel_for(0, n, [&](size_t i) { a[n - 1 - i] += 1; });
    total = a[0];
  });
}

static void nesting(std::vector<int>& a, std::vector<int>& b) {
  const size_t k = n < 40 ? n : 40;
  CLEAN("nested", {
    parallel_for(0, k, [&](size_t i) {
      std::vector<int> row(k);
      parallel_for(0, k, [&](size_t j) { row[j] = static_cast<int>(i * j); });
      b[i] = row[k - 1];
    });
  });
  RACY("nested_outer", { parallel_for(0, k, [&](size_t) { parallel_for(0, k, [&](size_t j) { b[j] = 1; }); }); });
  RACY("nested_inner", {
    parallel_for(0, k, [&](size_t i) {
      int s = 0;
      parallel_for(0, k, [&](size_t j) { s += static_cast<int>(j); });
      b[i] = s;
    });
  });
  CLEAN("fib", { total = static_cast<int>(fib(12)); });
  CLEAN("deep", {
    int leaf = 0;
    deep(2000, &leaf);
  });
  RACY("deep_race", {
    int leaf = 0;
    par_do([&] { deep(2000, &leaf); }, [&] { deep(2000, &leaf); });
  });
  RACY("par_do", { par_do([&] { a[0] = 1; }, [&] { a[0] += 2; }); });
  CLEAN("par_do_sides", { par_do([&] { a[0] = 1; }, [&] { a[1] += 2; }); });
  RACY("uncle", {
    par_do([&] { par_do([&] { a[0] = 1; }, [&] { a[1] = 1; }); a[2] = a[0] + a[1]; }, [&] { a[1] = 3; });
  });
  CLEAN("exception", {
    try {
      parallel_for(0, n, [&](size_t i) {
        if (i == n / 2) throw std::runtime_error("stop");
        b[i] = 1;
      });
    } catch (const std::runtime_error&) {
    }
    b[0] = 2;
  });
  RACY("after_exception", { par_do([&] { b[0] = 1; }, [&] { b[0] = 2; }); });
  RACY("after_inner_forks", {
    parallel_for(0, 10, [&](size_t i) {
      std::vector<int> own(i);
      if (i % 3 == 1) parallel_for(0, i, [&](size_t j) { own[j] = 1; });
      if (i == 3 || i == 8) total = 1;
    });
  });
  RACY("reader_again_then_writer", {
    parallel_for(0, n, [&](size_t i) {
      volatile int& x = total;
      b[i] = x + x;
      if (i == 0) b[i] = x, x = 1;
    });
  });
  RACY("reader_of_an_inner_loop", {
    parallel_for(0, 2, [&](size_t i) {
      if (i != 0) return;
      volatile int& x = total;
      b[0] = x + x + x;
      parallel_for(0, 2, [&](size_t j) { j == 0 ? b[1] = x : x = 3; });
    });
  });
  for (size_t writer : {size_t{0}, n - 1}) {
    Closure closure{b.data(), &closure, writer, 1};
    RACY(writer == 0 ? "first_changes_closure" : "last_changes_closure", { parallel_for(0, n, closure); });
  }
}

static void memory(std::vector<int>& b) {
  CLEAN("stack_reuse", { parallel_for(0, n, [&](size_t i) { b[i] = sum_of_squares(static_cast<int>(i)); }); });
  CLEAN("heap_reuse", {
    parallel_for(0, n, [&](size_t i) {
      std::unique_ptr<int[]> p(new int[1 + i % 50]);
      p[0] = static_cast<int>(i);
      b[i] = p[0];
    });
  });
  CLEAN("strings", {
    parallel_for(0, n, [&](size_t i) {
      std::string s = std::to_string(i) + " and something longer than the small buffer";
      s += s;
      b[i] = static_cast<int>(s.size());
    });
  });
  CLEAN("containers", {
    parallel_for(0, n, [&](size_t i) {
      std::map<int, std::list<int>> m;
      for (int j = 0; j < 4; ++j) m[j % 2].push_back(j);
      b[i] = static_cast<int>(m[1].size());
    });
  });
  CLEAN("sequences", {
    parallel_for(0, n < 100 ? n : 100, [&](size_t i) { b[i] = static_cast<int>(parlay::reduce(parlay::iota(i))); });
  });
  CLEAN("virtual", {
    parallel_for(0, n, [&](size_t i) {
      std::unique_ptr<Base> p = std::make_unique<Derived>(static_cast<int>(i));
      b[i] = p->value();
    });
  });
  CLEAN("static_once", {
    parallel_for(0, n, [&](size_t i) {
      static const std::string text = "made by whoever comes first, and long enough";
      b[i] = static_cast<int>(text.size());
    });
  });
  RACY("use_after_free", {
    int* p = new int(1);
    par_do([&] { b[0] = *p; }, [&] { delete p; });
  });
  RACY("memcpy_overlap", {
    std::vector<int> v(2 * n);
    parallel_for(0, n - 1, [&](size_t i) { std::memcpy(&v[i], &v[i + 1], sizeof(int)); });
  });
  RACY("push_back", {
    std::vector<size_t> v;
    parallel_for(0, n, [&](size_t i) { v.push_back(i); });
  });
}

static void ordering(std::vector<int>& b) {
  CLEAN("atomic", { parallel_for(0, n, [&](size_t) { counter.fetch_add(1, std::memory_order_relaxed); }); });
  RACY("atomic_and_plain", {
    parallel_for(0, n, [&](size_t i) { i == 0 ? void(b[i] = *reinterpret_cast<int*>(&counter)) : void(counter++); });
  });
  RACY("atomic_index_plain_slot", {
    parallel_for(0, n, [&](size_t) { b[static_cast<size_t>(counter.load()) % 2] = 1; });
  });
  CLEAN("write_min", {
    std::atomic<int> least{1 << 30};
    parallel_for(0, n, [&](size_t i) { parlay::write_min(&least, static_cast<int>(i)); });
  });
  CLEAN("mutex", {
    parallel_for(0, n, [&](size_t) {
      std::lock_guard<std::mutex> hold(mutex_a);
      ++total;
    });
  });
  RACY("two_mutexes", {
    parallel_for(0, n, [&](size_t i) {
      std::lock_guard<std::mutex> hold(i % 2 == 0 ? mutex_a : mutex_b);
      ++total;
    });
  });
  RACY("mutex_forgotten_once", {
    parallel_for(0, n, [&](size_t i) {
      std::unique_lock<std::mutex> hold(mutex_a, std::defer_lock);
      if (i != n / 2) hold.lock();
      ++total;
    });
  });
  CLEAN("mutex_nested", {
    parallel_for(0, n, [&](size_t i) {
      std::lock_guard<std::mutex> first(mutex_a);
      if (i % 2 == 0) {
        std::lock_guard<std::mutex> second(mutex_b);
        ++total;
      } else {
        ++total;
      }
    });
  });
  CLEAN("shared_mutex", {
    parallel_for(0, n, [&](size_t i) {
      if (i % 4 == 0) {
        std::unique_lock<std::shared_mutex> hold(shared);
        ++total;
      } else {
        std::shared_lock<std::shared_mutex> hold(shared);
        b[i] = total;
      }
    });
  });
  RACY("writes_under_shared_lock", {
    parallel_for(0, n, [&](size_t) {
      std::shared_lock<std::shared_mutex> hold(shared);
      ++total;
    });
  });
  CLEAN("worker_slots", {
    std::vector<long> slots(parlay::num_workers());
    parallel_for(0, n, [&](size_t i) { slots[parlay::worker_id()] += static_cast<long>(i); });
    total = static_cast<int>(parlay::reduce(slots));
  });
  RACY("worker_id_abused", {
    parallel_for(0, n, [&](size_t) {
      volatile size_t id = parlay::worker_id();
      total += static_cast<int>(id);
    });
  });
  RACY("worker_id_before_fork", {
    std::vector<long> slots(parlay::num_workers());
    const size_t id = parlay::worker_id();
    parallel_for(0, n, [&](size_t i) { slots[id] += static_cast<long>(i); });
  });
}

// A primitive, and another strand that touches its input or what it writes to, before it and after it.
#define BESIDE_A_WRITER(name, ...)                                                                 \
  RACY(name "_of_what_is_written", { par_do([&] { (void)(__VA_ARGS__); }, [&] { a[n - 1] = 1; }); }); \
  RACY(name "_of_what_was_written", { par_do([&] { a[0] = 1; }, [&] { (void)(__VA_ARGS__); }); })
#define BESIDE_A_READER(name, result, ...)                                                            \
  RACY(name "_to_what_is_read", { par_do([&] { (void)(__VA_ARGS__); }, [&] { total = result[n - 1]; }); }); \
  RACY(name "_to_what_was_read", { par_do([&] { total = result[0]; }, [&] { (void)(__VA_ARGS__); }); })

static void primitives(std::vector<int>& a) {
  a.assign(n + 2, 1);
  RACY("map_with_side_effect", { (void)parlay::map(a, [&](int x) { return total = x; }); });
  RACY("reduce_with_side_effect", {
    (void)parlay::reduce(a, parlay::make_monoid([&](int x, int y) { return total++, x + y; }, 0));
  });
  RACY("reduce_of_racy_elements", { (void)parlay::reduce(parlay::delayed_map(a, [&](int x) { return total += x; })); });
  RACY("scan_with_side_effect", { (void)parlay::scan(parlay::delayed_map(a, [&](int x) { return total += x; })); });
  RACY("filter_with_side_effect", { (void)parlay::filter(a, [&](int x) { return ++total > x; }); });
  RACY("sort_with_side_effect", { (void)parlay::sort(a, [&](int x, int y) { return ++total, x < y; }); });
  RACY("count_with_side_effect", { (void)parlay::count_if(a, [&](int x) { return ++total > x; }); });
  RACY("find_with_side_effect", { (void)parlay::find_if(a, [&](int) { return ++total < 0; }); });
  RACY("histogram_of_racy_keys", {
    (void)parlay::histogram_by_index(parlay::delayed_map(a, [&](int) { return static_cast<unsigned>(++total) % 4; }), 4);
  });
  const auto positive = [](int x) { return x > 0; };
  const auto flags = parlay::map(a, positive);
  std::vector<int> out(a.size());
  BESIDE_A_WRITER("copy", parlay::to_sequence(a));
  BESIDE_A_WRITER("map", parlay::map(a, positive));
  BESIDE_A_WRITER("reduce", parlay::reduce(a));
  BESIDE_A_WRITER("reduce_by_a_function", parlay::reduce(a, parlay::make_monoid([](int x, int y) { return x + y; }, 0)));
  BESIDE_A_WRITER("scan", parlay::scan(a));
  BESIDE_A_WRITER("filter", parlay::filter(a, positive));
  BESIDE_A_WRITER("pack", parlay::pack(a, flags));
  BESIDE_A_WRITER("pack_index", parlay::pack_index(a));
  BESIDE_A_WRITER("histogram", parlay::histogram_by_index(a, 4));
  BESIDE_A_WRITER("min_element", parlay::min_element(a));
  BESIDE_A_WRITER("minmax_element", parlay::minmax_element(a));
  BESIDE_A_READER("copy_into", out, parlay::copy(a, out));
  BESIDE_A_READER("filter_into", out, parlay::filter_into_uninitialized(a, out, positive));
  BESIDE_A_READER("pack_into", out, parlay::pack_into_uninitialized(a, flags, out));
  BESIDE_A_READER("scan_inplace", out, parlay::scan_inplace(out, parlay::maximum<int>()));
  CLEAN("results_are_read_afterwards", {
    parallel_for(0, 3, [&](size_t) {
      const auto kept = parlay::filter(parlay::iota<int>(20), [](int x) { return x % 2 == 0; });
      parallel_for(0, kept.size(), [&](size_t i) { (void)(kept[i] + parlay::scan(kept).first[i]); });
    });
  });
  // Whatever the shape of the tree, a comparison and all between its two elements are below one node of it.
  CLEAN("min_element_changes_what_it_compares", {
    (void)parlay::min_element(a, [](int& x, int& y) { return ++(&x)[-1], ++y, x < y; });
  });
  RACY("min_element_changes_the_next_one", {
    (void)parlay::min_element(parlay::make_slice(a).cut(0, n), [](int& x, int& y) { return ++(&x)[1], x < y; });
  });
  RACY("min_element_with_side_effect", {
    (void)parlay::min_element(a, [&](int x, int y) { return ++total, x < y; });
  });
}

int main(int argc, char** argv) {
  only_case = argc > 2 ? argv[2] : nullptr;
  n = std::strtoul(argv[1], nullptr, 10);
  std::vector<int> a(n + 2, 1), b(n + 2);
  std::vector<char> c(n + 16);
  std::vector<double> d(n + 2);
  loops(a, b, c, d);
  nesting(a, b);
  memory(b);
  ordering(b);
  primitives(a);
  return 0;
}
