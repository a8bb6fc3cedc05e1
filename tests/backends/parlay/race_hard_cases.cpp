// Programs that a detector is likely to get wrong: locks of every kind, atomics, memory that changes its owner,
// library code, exceptions, and what a worker or a thread has for itself.
#include "race_harness.h"

#include <parlay/primitives.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <pthread.h>
#include <shared_mutex>
#include <sstream>
#include <stdexcept>
#include <string>
#include <unordered_map>
#include <vector>

using parlay::par_do;
using parlay::parallel_for;

static size_t n;
static int total;

// ---- locks --------------------------------------------------------------------------------------------

struct SpinLock {
  std::atomic_flag flag = ATOMIC_FLAG_INIT;
  void lock() {
    while (flag.test_and_set(std::memory_order_acquire)) {
    }
  }
  void unlock() { flag.clear(std::memory_order_release); }
};
struct CasLock {
  std::atomic<int> state{0};
  void lock() {
    int open = 0;
    while (!state.compare_exchange_weak(open, 1)) open = 0;
  }
  void unlock() { state.store(0); }
};
struct FencedLock {
  std::atomic<bool> state{false};
  void lock() {
    while (state.exchange(true, std::memory_order_relaxed)) {
    }
    std::atomic_thread_fence(std::memory_order_acquire);
  }
  void unlock() {
    std::atomic_thread_fence(std::memory_order_release);
    state.store(false, std::memory_order_relaxed);
  }
};
struct RelaxedLock {
  std::atomic<bool> state{false};
  void lock() {
    while (state.exchange(true, std::memory_order_acquire)) {
    }
  }
  void unlock() { state.store(false, std::memory_order_relaxed); }
};
struct BuiltinLock {
  int state = 0;
  void lock() {
    while (__sync_lock_test_and_set(&state, 1)) {
    }
  }
  void unlock() { __sync_lock_release(&state); }
};

template <typename Lock>
static void guarded_sum() {
  Lock lock;
  parallel_for(0, n, [&](size_t) {
    std::lock_guard<Lock> hold(lock);
    ++total;
  });
}

static void locks(std::vector<int>& b) {
  CLEAN("spin_flag", { guarded_sum<SpinLock>(); });
  CLEAN("spin_compare_exchange", { guarded_sum<CasLock>(); });
  CLEAN("spin_fences", { guarded_sum<FencedLock>(); });
  CLEAN("spin_builtin", { guarded_sum<BuiltinLock>(); });
  RACY("spin_released_relaxed", { guarded_sum<RelaxedLock>(); });
  CLEAN("recursive_mutex", { guarded_sum<std::recursive_mutex>(); });
  CLEAN("timed_mutex", {
    std::timed_mutex lock;
    parallel_for(0, n, [&](size_t) {
      std::unique_lock<std::timed_mutex> hold(lock, std::chrono::seconds(1));
      ++total;
    });
  });
  CLEAN("try_shared", {
    std::shared_mutex lock;
    parallel_for(0, n, [&](size_t i) {
      if (i % 2 == 0) {
        std::unique_lock<std::shared_mutex> hold(lock, std::try_to_lock);
        ++total;
      } else {
        std::shared_lock<std::shared_mutex> hold(lock, std::try_to_lock);
        b[i] = total;
      }
    });
  });
  CLEAN("pthread_spinlock", {
    pthread_spinlock_t lock;
    pthread_spin_init(&lock, 0);
    parallel_for(0, n, [&](size_t) {
      if (pthread_spin_trylock(&lock) == 0) {
        ++total;
        pthread_spin_unlock(&lock);
      }
    });
  });
  CLEAN("scoped_lock", {
    std::mutex x, y;
    parallel_for(0, n, [&](size_t i) {
      if (i % 2 == 0) {
        std::scoped_lock hold(x, y);
        ++total;
      } else {
        std::scoped_lock hold(y);
        ++total;
      }
    });
  });
  RACY("scoped_locks_disjoint", {
    std::mutex x, y, z;
    parallel_for(0, n, [&](size_t i) {
      if (i % 3 == 0) {
        std::scoped_lock hold(x, y);
        ++total;
      } else {
        std::scoped_lock hold(z);
        ++total;
      }
    });
  });
  CLEAN("lock_striped", {
    std::vector<std::mutex> stripes(64);
    parallel_for(0, n, [&](size_t i) {
      std::lock_guard<std::mutex> hold(stripes[i % 64]);
      ++b[i % 64];
    });
  });
  RACY("lock_striped_wrongly", {
    std::vector<std::mutex> stripes(64);
    parallel_for(0, n, [&](size_t i) {
      std::lock_guard<std::mutex> hold(stripes[i % 64]);
      ++b[i % 8];
    });
  });
  RACY("mutex_of_its_own", {
    parallel_for(0, n, [&](size_t) {
      std::mutex mine;
      std::lock_guard<std::mutex> hold(mine);
      ++total;
    });
  });
  RACY("mutex_of_its_own_on_heap", {
    parallel_for(0, n, [&](size_t) {
      auto mine = std::make_unique<std::mutex>();
      std::lock_guard<std::mutex> hold(*mine);
      ++total;
    });
  });
  RACY("mutex_around_the_fork", {
    std::mutex lock;
    std::lock_guard<std::mutex> hold(lock);
    parallel_for(0, n, [&](size_t) { ++total; });
  });
  CLEAN("mutex_around_an_inner_fork", {
    std::mutex lock;
    parallel_for(0, n, [&](size_t i) {
      std::lock_guard<std::mutex> hold(lock);
      par_do([&] { b[0] = static_cast<int>(i); }, [&] { b[1] = static_cast<int>(i); });
    });
  });
  RACY("mutex_never_released", {
    std::mutex lock;
    parallel_for(0, 2, [&](size_t i) {
      if (i == 0) lock.lock();
      ++total;
    });
    lock.unlock();
  });
  RACY("spin_not_released", {
    std::atomic<int> state{0};
    parallel_for(0, n, [&](size_t i) {
      int open = static_cast<int>(i);
      state.compare_exchange_strong(open, static_cast<int>(i) + 1);
      ++total;
    });
  });
  RACY("spin_taken_too_late", {
    SpinLock lock;
    parallel_for(0, n, [&](size_t) {
      ++total;
      std::lock_guard<SpinLock> hold(lock);
    });
  });
  RACY("lock_once_ignored", {
    CasLock lock;
    parallel_for(0, n, [&](size_t i) {
      if (i + 1 == n) {
        ++total;
        lock.unlock();
      } else {
        std::lock_guard<CasLock> hold(lock);
        ++total;
      }
    });
  });
}

// ---- atomics ------------------------------------------------------------------------------------------

template <typename T>
static void atomic_sum() {
  std::atomic<T> sum{0};
  parallel_for(0, n, [&](size_t i) {
    sum.fetch_add(static_cast<T>(i));
    T seen = sum.load();
    while (!sum.compare_exchange_weak(seen, static_cast<T>(seen + 1))) {
    }
  });
}

static void atomics(std::vector<int>& b) {
  CLEAN("atomic_8", { atomic_sum<unsigned char>(); });
  CLEAN("atomic_16", { atomic_sum<unsigned short>(); });
  CLEAN("atomic_32", { atomic_sum<unsigned>(); });
  CLEAN("atomic_64", { atomic_sum<unsigned long>(); });
  CLEAN("atomic_double", {
    std::atomic<double> sum{0};
    parallel_for(0, n, [&](size_t i) {
      double seen = sum.load();
      while (!sum.compare_exchange_weak(seen, seen + static_cast<double>(i))) {
      }
    });
  });
  RACY("sum_beside_atomic_double", {
    std::atomic<double> sum{0};
    parallel_for(0, n, [&](size_t i) {
      double seen = sum.load();
      while (!sum.compare_exchange_weak(seen, seen + 1)) {
      }
      if (i % 2 == 0) ++total;
    });
  });
  CLEAN("fetch_bits", {
    std::vector<std::atomic<unsigned>> bits(n / 32 + 1);
    parallel_for(0, n, [&](size_t i) { bits[i / 32].fetch_or(1u << (i % 32)); });
  });
  RACY("atomic_ref_and_plain", {
    parallel_for(0, n, [&](size_t i) {
      if (i == 0) b[0] = 1;
      std::atomic_ref<int>(b[0]).fetch_add(1);
    });
  });
  RACY("expected_is_shared", {
    std::atomic<int> state{0};
    int expected = 5;
    parallel_for(0, 2, [&](size_t) { state.compare_exchange_strong(expected, 7); });
  });
  RACY("fence_is_no_lock", {
    parallel_for(0, n, [&](size_t) {
      std::atomic_thread_fence(std::memory_order_seq_cst);
      ++total;
      std::atomic_thread_fence(std::memory_order_seq_cst);
    });
  });
  RACY("counter_is_no_lock", {
    std::atomic<int> in{0};
    parallel_for(0, n, [&](size_t) {
      in.fetch_add(1);
      ++total;
      in.fetch_sub(1);
    });
  });
  RACY("byte_of_an_atomic", {
    std::atomic<unsigned> word{0};
    par_do([&] { word.fetch_add(1); }, [&] { reinterpret_cast<volatile unsigned char*>(&word)[2] = 1; });
  });
  CLEAN("beside_an_atomic", {
    struct {
      std::atomic<unsigned char> a{0};
      unsigned char b = 0;
    } both;
    par_do([&] { both.a.fetch_add(1); }, [&] { both.b = 1; });
  });
  CLEAN("shared_pointers", {
    auto shared = std::make_shared<int>(1);
    parallel_for(0, n, [&](size_t i) {
      std::shared_ptr<int> mine = shared;
      b[i] = *mine;
    });
  });
}

// ---- memory -------------------------------------------------------------------------------------------

struct Three {
  double x, y, z;
};

static void memory(std::vector<int>& b) {
  RACY("constant_copy", {
    std::vector<Three> v(n + 1);
    parallel_for(0, n, [&](size_t i) { std::copy(&v[i + 1].x, &v[i + 1].x + 3, &v[i].x); });
  });
  RACY("constant_fill", {
    std::vector<char> v(2 * n + 16);
    parallel_for(0, n, [&](size_t i) { std::fill_n(v.data() + 2 * i, 3, 'x'); });
  });
  CLEAN("constant_fill_apart", {
    std::vector<char> v(3 * n);
    parallel_for(0, n, [&](size_t i) { std::fill_n(v.data() + 3 * i, 3, 'x'); });
  });
  RACY("builtin_copy", {
    std::vector<char> v(7 * n + 16);
    parallel_for(0, n, [&](size_t i) { __builtin_memcpy(&v[7 * i], &v[7 * i + 7], 7); });
  });
  RACY("struct_assignment", {
    std::vector<Three> v(n + 1);
    parallel_for(0, n, [&](size_t i) { v[i] = v[i + 1]; });
  });
  RACY("array_assignment", {
    std::vector<std::array<char, 5>> v(n + 1);
    parallel_for(0, n, [&](size_t i) { v[i] = v[i + 1]; });
  });
  RACY("use_after_free_later", {
    int* p = new int(1);
    par_do([&] { delete p; }, [&] { b[0] = *const_cast<volatile int*>(p); });
  });
  RACY("use_after_free_and_reuse", {
    int* volatile p = new int(1);
    par_do([&] { delete p; }, [&] {
      int* volatile q = new int(2);
      b[0] = *p + *q;
      delete q;
    });
  });
  RACY("use_after_realloc", {
    char* p = static_cast<char*>(std::malloc(64));
    p[0] = 1;
    par_do([&] { p = static_cast<char*>(std::realloc(p, 48)); }, [&] { b[0] = static_cast<volatile char*>(p)[0]; });
  });
  CLEAN("realloc_of_its_own", {
    parallel_for(0, n, [&](size_t i) {
      auto* p = static_cast<int*>(std::malloc(16));
      p[0] = static_cast<int>(i);
      p = static_cast<int*>(std::realloc(p, 4096));
      b[i] = p[0];
      std::free(p);
    });
  });
  CLEAN("stack_arrays", {
    parallel_for(0, n, [&](size_t i) {
      volatile char buffer[300];
      for (size_t k = 0; k < 300; k += 1 + i % 7) buffer[k] = static_cast<char>(k);
      b[i] = buffer[0];
    });
  });
  RACY("stack_of_the_parent", {
    parallel_for(0, n, [&](size_t i) {
      int mine[4] = {};
      par_do([&] { mine[i % 4] = 1; }, [&] { mine[i % 4] = 2; });
      b[i] = mine[0];
    });
  });
  CLEAN("stack_after_a_join", {
    parallel_for(0, n, [&](size_t i) {
      int mine[4] = {};
      par_do([&] { mine[0] = 1; }, [&] { mine[1] = 2; });
      mine[0] += mine[1];
      par_do([&] { mine[2] = mine[0]; }, [&] { mine[3] = mine[0]; });
      b[i] = mine[3];
    });
  });
}

// ---- the library --------------------------------------------------------------------------------------

static void library(std::vector<int>& b) {
  RACY("string_append", {
    std::string s;
    parallel_for(0, n, [&](size_t) { s += "ab"; });
  });
  RACY("string_assign", {
    std::string s;
    parallel_for(0, n, [&](size_t i) { s = i % 2 == 0 ? "even" : "odd"; });
  });
  RACY("string_clear", {
    std::string s = "text";
    parallel_for(0, n, [&](size_t) { s.clear(); });
  });
  RACY("map_insert", {
    std::map<size_t, int> m;
    parallel_for(0, n, [&](size_t i) { m[i] = 1; });
  });
  CLEAN("map_lookup", {
    std::map<size_t, int> m;
    for (size_t i = 0; i < n; ++i) m[i] = 1;
    parallel_for(0, n, [&](size_t i) { b[i] = m.find(i)->second; });
  });
  RACY("unordered_map_insert", {
    std::unordered_map<size_t, int> m;
    parallel_for(0, n, [&](size_t i) { m.emplace(i, 1); });
  });
  RACY("deque_push", {
    std::deque<size_t> d;
    parallel_for(0, n, [&](size_t i) { d.push_back(i); });
  });
  CLEAN("stream_of_its_own", {
    parallel_for(0, n, [&](size_t i) {
      std::ostringstream out;
      out << i << " and more than fits into the string's own buffer";
      b[i] = static_cast<int>(out.str().size());
    });
  });
  RACY("strcpy_shared", {
    char text[32];
    parallel_for(0, n, [&](size_t) { std::strcpy(text, "the same"); });
  });
  RACY("sort_shared", { par_do([&] { std::sort(b.begin(), b.begin() + 10); }, [&] { b[9] = 1; }); });
  CLEAN("call_once", {
    std::once_flag once;
    int value = 0;
    parallel_for(0, n, [&](size_t i) {
      std::call_once(once, [&] { value = 7; });
      b[i] = value;
    });
  });
}

// ---- workers, threads, exceptions, depth --------------------------------------------------------------

static thread_local int per_thread;

static void deep(size_t depth, int* leaf) {
  if (depth == 0) {
    ++*leaf;
    return;
  }
  par_do([&] { deep(depth - 1, leaf); }, [] {});
}
static void deep_right(size_t depth, int* leaf) {
  if (depth == 0) return;
  par_do([&] { leaf[depth] = 1; }, [&] { deep_right(depth - 1, leaf); });
  leaf[depth] += leaf[depth - 1];
}

static void control(std::vector<int>& b) {
  CLEAN("thread_local", {
    parallel_for(0, n, [&](size_t i) {
      per_thread = static_cast<int>(i);
      b[i] = per_thread;
    });
  });
  RACY("worker_id_in_two_iterations", {
    parallel_for(0, n, [&](size_t i) {
      if (i != 1 && i + 1 != n) return;
      (void)parlay::worker_id();
      ++total;
    });
  });
  RACY("worker_slot_of_a_neighbour", {
    std::vector<long> slots(parlay::num_workers() + 1);
    parallel_for(0, n, [&](size_t i) { slots[parlay::worker_id() + i % 2] += 1; });
  });
  CLEAN("worker_slots_nested", {
    std::vector<long> slots(parlay::num_workers());
    parallel_for(0, 20, [&](size_t) {
      parallel_for(0, 20, [&](size_t) { slots[parlay::worker_id()] += 1; });
      slots[parlay::worker_id()] += 1;
    });
  });
  RACY("worker_kept_over_a_fork", {
    std::vector<long> slots(parlay::num_workers());
    parallel_for(0, 20, [&](size_t) {
      const size_t id = parlay::worker_id();
      parallel_for(0, 20, [&](size_t) { slots[id] += 1; });
    });
  });
  RACY("left_throws_right_races", {
    try {
      par_do([&] { b[0] = 1; throw std::runtime_error("left"); }, [&] { b[0] = 2; });
    } catch (const std::runtime_error&) {
    }
  });
  RACY("all_throw", {
    try {
      parallel_for(0, n, [&](size_t i) {
        b[0] = static_cast<int>(i);
        throw i;
      });
    } catch (size_t) {
    }
  });
  CLEAN("nested_exceptions", {
    try {
      par_do([&] { par_do([&] { throw 1; }, [&] { b[0] = 1; }); }, [&] { b[1] = 1; });
    } catch (int) {
      b[0] = b[1] = 2;
    }
    parallel_for(0, 2, [&](size_t i) { b[i] = 3; });
  });
  CLEAN("deep_left", {
    int leaf = 0;
    deep(10000, &leaf);
  });
  CLEAN("deep_right", {
    std::vector<int> leaf(10001);
    deep_right(10000, leaf.data());
  });
  RACY("deep_both", {
    int leaf = 0;
    par_do([&] { deep(10000, &leaf); }, [&] { deep(10000, &leaf); });
  });
}

int main(int argc, char** argv) {
  only_case = argc > 2 ? argv[2] : nullptr;
  n = std::strtoul(argv[1], nullptr, 10);
  std::vector<int> b(n + 64);
  locks(b);
  atomics(b);
  memory(b);
  library(b);
  control(b);
  return 0;
}
