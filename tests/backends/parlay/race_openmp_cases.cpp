// Racy and race-free OpenMP programs. Argument: n; the team's size comes from OMP_NUM_THREADS.
#include "race_harness.h"

#include <atomic>
#include <cstdlib>
#include <omp.h>
#include <vector>

static long n;
static int total;
static int per_member;
#pragma omp threadprivate(per_member)

static void loops(std::vector<long>& a, std::vector<long>& b) {
  run("map", 0, [&] {
#pragma omp parallel for
    for (long i = 0; i < n; ++i) b[i] = a[i] + 1;
  });
  run("sum", 1, [&] {
#pragma omp parallel for
    for (long i = 0; i < n; ++i) total += 1;
  });
  run("shift", 1, [&] {
#pragma omp parallel for
    for (long i = 0; i < n - 1; ++i) a[i] = a[i + 1];
  });
  run("shift_dynamic", 1, [&] {
#pragma omp parallel for schedule(dynamic)
    for (long i = 0; i < n - 1; ++i) a[i] = a[i + 1];
  });
  run("shift_dynamic_chunks", 1, [&] {
#pragma omp parallel for schedule(dynamic, 4)
    for (long i = 0; i < n - 1; ++i) a[i] = a[i + 1];
  });
  run("shift_guided", 1, [&] {
#pragma omp parallel for schedule(guided)
    for (long i = 0; i < n - 1; ++i) a[i] = a[i + 1];
  });
  run("shift_runtime", 1, [&] {
#pragma omp parallel for schedule(runtime)
    for (long i = 0; i < n - 1; ++i) a[i] = a[i + 1];
  });
  run("shift_cyclic", 1, [&] {
#pragma omp parallel for schedule(static, 1)
    for (long i = 0; i < n - 1; ++i) a[i] = a[i + 1];
  });
  run("dynamic_down", 0, [&] {
#pragma omp parallel for schedule(dynamic, 3)
    for (long i = n - 1; i >= 0; i -= 2) b[i] = i;
    for (long i = n - 1; i >= 0; i -= 2) total += b[i] == i ? 0 : 1 / (int)(n - n);
  });
  run("unsigned_loop", 0, [&] {
#pragma omp parallel for schedule(guided, 2)
    for (unsigned long i = 3; i < (unsigned long)n; i += 3) b[i] = 1;
  });
  run("reduction", 0, [&] {
    long s = 0;
#pragma omp parallel for reduction(+ : s)
    for (long i = 0; i < n; ++i) s += i;
    if (s != n * (n - 1) / 2) std::abort();
  });
  run("reductions", 0, [&] {
    double s = 0, p = 1;
    long m = -1;
#pragma omp parallel for reduction(+ : s) reduction(* : p) reduction(max : m) schedule(dynamic)
    for (long i = 0; i < n; ++i) {
      s += 1;
      p *= 1;
      if (i > m) m = i;
    }
    if (s != (double)n || m != n - 1) std::abort();
  });
  run("private_missing", 1, [&] {
    long t = 0;
#pragma omp parallel for
    for (long i = 0; i < n; ++i) {
      t = a[i];
      b[i] = t;
    }
  });
  run("private_kinds", 0, [&] {
    long t = 5, last = 0, first = 3;
#pragma omp parallel for private(t) firstprivate(first) lastprivate(last)
    for (long i = 0; i < n; ++i) {
      t = i + first;
      b[i] = t;
      last = i;
    }
    if (last != n - 1) std::abort();
  });
  run("lastprivate_dynamic", 0, [&] {
    long last = 0;
#pragma omp parallel for lastprivate(last) schedule(dynamic, 2)
    for (long i = 0; i < n; i += 2) last = i;
    if (last != (n - 1) / 2 * 2) std::abort();
  });
  run("collapse", 0, [&] {
#pragma omp parallel for collapse(2)
    for (long i = 0; i < 8; ++i)
      for (long j = 0; j < n / 8; ++j) b[i * (n / 8) + j] = i;
  });
  run("collapse_racy", 1, [&] {
#pragma omp parallel for collapse(2)
    for (long i = 0; i < 8; ++i)
      for (long j = 0; j < n / 8; ++j) b[j] = i;
  });
  run("simd", 0, [&] {
#pragma omp parallel for simd
    for (long i = 0; i < n; ++i) b[i] = 2 * a[i];
  });
  run("atomic", 0, [&] {
#pragma omp parallel for
    for (long i = 0; i < n; ++i) {
#pragma omp atomic
      ++total;
    }
  });
  run("atomic_double_and_capture", 0, [&] {
    double s = 0;
    long k = 0;
#pragma omp parallel for
    for (long i = 0; i < n; ++i) {
      long mine;
#pragma omp atomic
      s += 0.5;
#pragma omp atomic capture
      mine = k++;
      b[mine] = i;
    }
  });
  run("atomic_and_plain", 1, [&] {
#pragma omp parallel for
    for (long i = 0; i < n; ++i) {
      if (i == 0) {
        total = 1;
      } else {
#pragma omp atomic
        ++total;
      }
    }
  });
  run("critical", 0, [&] {
#pragma omp parallel for
    for (long i = 0; i < n; ++i) {
#pragma omp critical
      ++total;
    }
  });
  run("critical_names", 1, [&] {
#pragma omp parallel for schedule(dynamic)
    for (long i = 0; i < n; ++i) {
      if (i % 2 == 0) {
#pragma omp critical(even)
        ++total;
      } else {
#pragma omp critical(odd)
        ++total;
      }
    }
  });
  run("ordered", 0, [&] {
    long next = 0;
#pragma omp parallel for ordered schedule(dynamic)
    for (long i = 0; i < n; ++i) {
      b[i] = i;
#pragma omp ordered
      {
        if (next != i) std::abort();
        ++next;
      }
    }
  });
  run("one_pair", omp_get_max_threads() >= n, [&] {
#pragma omp parallel for
    for (long i = 0; i < n; ++i) b[i == 1 ? 0 : i] = 1;
  });
}

static void teams(std::vector<long>& a, std::vector<long>& b) {
  run("barrier", 0, [&] {
#pragma omp parallel
    {
      const long me = omp_get_thread_num(), all = omp_get_num_threads();
      a[me] = me;
#pragma omp barrier
      b[me] = a[(me + 1) % all];
#pragma omp barrier
      a[me] = 0;
    }
  });
  run("barrier_missing", 1, [&] {
#pragma omp parallel
    {
      const long me = omp_get_thread_num(), all = omp_get_num_threads();
      a[me] = me;
      b[me] = a[(me + 1) % all];
    }
  });
  run("two_loops", 0, [&] {
#pragma omp parallel
    {
#pragma omp for
      for (long i = 0; i < n; ++i) a[i] = i;
#pragma omp for
      for (long i = 0; i < n; ++i) b[i] = a[n - 1 - i];
    }
  });
  run("two_loops_nowait", 1, [&] {
#pragma omp parallel
    {
#pragma omp for nowait
      for (long i = 0; i < n; ++i) a[i] = i;
#pragma omp for
      for (long i = 0; i < n; ++i) b[i] = a[n - 1 - i];
    }
  });
  run("single", 0, [&] {
#pragma omp parallel
    {
#pragma omp single
      total = 1;
#pragma omp single
      ++total;
    }
  });
  run("singles_nowait", 1, [&] {
#pragma omp parallel
    {
#pragma omp single nowait
      total = 1;
#pragma omp single nowait
      ++total;
    }
  });
  run("single_copyprivate", 0, [&] {
#pragma omp parallel
    {
      long x = 0;
#pragma omp single copyprivate(x)
      x = 7;
      if (x != 7) std::abort();
    }
  });
  run("master", 0, [&] {
#pragma omp parallel
    {
#pragma omp master
      total = 3;
#pragma omp barrier
      b[omp_get_thread_num()] = total;
    }
  });
  run("master_without_barrier", 1, [&] {
#pragma omp parallel
    {
#pragma omp master
      total = 3;
      b[omp_get_thread_num()] = total;
    }
  });
  run("sections", 0, [&] {
#pragma omp parallel sections
    {
#pragma omp section
      a[0] = 1;
#pragma omp section
      a[1] = 1;
#pragma omp section
      a[2] = 1;
    }
    if (a[0] + a[1] + a[2] != 3) std::abort();
  });
  run("sections_racy", 1, [&] {
#pragma omp parallel sections
    {
#pragma omp section
      a[0] = 1;
#pragma omp section
      a[0] = 2;
    }
  });
  run("slots", 0, [&] {
    std::vector<long> slots(omp_get_max_threads());
#pragma omp parallel
    {
#pragma omp for schedule(dynamic)
      for (long i = 0; i < n; ++i) slots[omp_get_thread_num()] += 1;
    }
    long all = 0;
    for (long s : slots) all += s;
    if (all != n) std::abort();
  });
  run("threadprivate", 0, [&] {
#pragma omp parallel
    {
      per_member = omp_get_thread_num();
#pragma omp barrier
      if (per_member != omp_get_thread_num()) std::abort();
    }
#pragma omp parallel
    if (per_member != omp_get_thread_num()) std::abort();
  });
  run("nested", 0, [&] {
#pragma omp parallel for
    for (long i = 0; i < 8; ++i) {
#pragma omp parallel for
      for (long j = 0; j < n / 8; ++j) b[i * (n / 8) + j] = 1;
    }
  });
  run("nested_inner", 1, [&] {
#pragma omp parallel for
    for (long i = 0; i < 8; ++i) {
      long s = 0;
#pragma omp parallel for
      for (long j = 0; j < n / 8; ++j) s += 1;
      b[i] = s;
    }
  });
  run("locks", 0, [&] {
    omp_lock_t lock;
    omp_nest_lock_t nest;
    omp_init_lock(&lock);
    omp_init_nest_lock(&nest);
#pragma omp parallel for
    for (long i = 0; i < n; ++i) {
      omp_set_lock(&lock);
      ++total;
      omp_unset_lock(&lock);
      omp_set_nest_lock(&nest);
      omp_set_nest_lock(&nest);
      ++b[0];
      omp_unset_nest_lock(&nest);
      ++b[0];
      omp_unset_nest_lock(&nest);
    }
    omp_destroy_lock(&lock);
    omp_destroy_nest_lock(&nest);
  });
  run("lock_left_too_early", 1, [&] {
    omp_lock_t lock;
    omp_init_lock(&lock);
#pragma omp parallel for
    for (long i = 0; i < n; ++i) {
      omp_set_lock(&lock);
      omp_unset_lock(&lock);
      ++total;
    }
  });
  run("local_arrays", 0, [&] {
#pragma omp parallel for schedule(dynamic)
    for (long i = 0; i < n; ++i) {
      long row[16];
      for (long j = 0; j < 16; ++j) row[j] = i * j;
      b[i] = row[i % 16];
    }
  });
}

static long fib(int k) {
  if (k < 2) return k;
  long x, y;
#pragma omp task shared(x)
  x = fib(k - 1);
#pragma omp task shared(y)
  y = fib(k - 2);
#pragma omp taskwait
  return x + y;
}
static long fib_without_wait(int k) {
  if (k < 2) return k;
  static long cells[64];
#pragma omp task
  cells[k] = fib_without_wait(k - 1);
  return cells[k];
}
static void grandchild(long* cell, bool wait) {
#pragma omp task
  {
#pragma omp task
    *cell = 1;
    if (wait) {
#pragma omp taskwait
    }
  }
#pragma omp taskwait
  ++*cell;
}

static void tasks(std::vector<long>& a, std::vector<long>& b) {
#define IN_ONE _Pragma("omp parallel") _Pragma("omp single")
  run("task_fib", 0, [&] {
    long result = 0;
    IN_ONE result = fib(12);
    if (result != 144) std::abort();
  });
  run("task_not_awaited", 1, [&] { IN_ONE total = (int)fib_without_wait(6); });
  run("task_each", 0, [&] {
    IN_ONE for (long i = 0; i < n; ++i) {
#pragma omp task firstprivate(i)
      b[i] = i;
    }
    for (long i = 0; i < n; ++i)
      if (b[i] != i) std::abort();
  });
  run("task_each_shares", 1, [&] {
    IN_ONE for (long i = 0; i < n; ++i) {
#pragma omp task
      b[i / 2] = i;
    }
  });
  run("task_each_waited", 0, [&] {
    IN_ONE for (long i = 0; i < n; ++i) {
#pragma omp task
      b[0] = i;
#pragma omp taskwait
    }
  });
  run("task_against_creator", 1, [&] {
    IN_ONE {
#pragma omp task
      a[0] = 1;
      a[0] = 2;
#pragma omp taskwait
    }
  });
  run("task_undeferred", 0, [&] {
    IN_ONE {
#pragma omp task if (0)
      a[0] = 1;
      a[0] = 2;
    }
  });
  run("grandchild_outlives", 1, [&] { IN_ONE grandchild(&a[0], false); });
  run("grandchild_awaited", 0, [&] { IN_ONE grandchild(&a[0], true); });
  run("taskgroup", 0, [&] {
    IN_ONE {
#pragma omp taskgroup
      {
#pragma omp task
        {
#pragma omp task
          a[0] = 1;
        }
      }
      a[0] = 2;
    }
  });
  run("task_before_barrier", 0, [&] {
#pragma omp parallel
    {
#pragma omp single nowait
      {
#pragma omp task
        a[0] = 1;
      }
#pragma omp barrier
      b[omp_get_thread_num()] = a[0];
    }
  });
  run("task_against_member", 1, [&] {
#pragma omp parallel
    {
#pragma omp single nowait
      {
#pragma omp task
        a[0] = 1;
      }
      b[omp_get_thread_num()] = a[0];
    }
  });
  run("taskloop", 0, [&] {
    IN_ONE
#pragma omp taskloop
    for (long i = 0; i < n; ++i) b[i] = 1;
  });
  run("taskloop_shift", 1, [&] {
    IN_ONE
#pragma omp taskloop
    for (long i = 0; i < n - 1; ++i) b[i] = b[i + 1];
  });
  run("taskloop_then_read", 0, [&] {
    IN_ONE {
#pragma omp taskloop grainsize(4)
      for (long i = 0; i < n; ++i) b[i] = i;
      total = (int)b[n - 1];
    }
  });
  run("task_slots", 0, [&] {
    std::vector<long> slots(omp_get_max_threads());
    IN_ONE for (long i = 0; i < n; ++i) {
#pragma omp task
      slots[omp_get_thread_num()] += 1;
    }
  });
}

int main(int argc, char** argv) {
  only_case = argc > 2 ? argv[2] : nullptr;
  n = std::strtol(argv[1], nullptr, 10);
  std::vector<long> a(n + 1024), b(n + 1024);
  loops(a, b);
  teams(a, b);
  tasks(a, b);
  return 0;
}
