// OpenMP's own functions (omp_*). They answer for the teams of team.h; locks exclude as far as the detector is
// concerned, and a lock that can never be had ends the run.

#include <cstddef>
#include <cstdint>

#include <time.h>

#include "team.h"

#define HOOK extern "C" __attribute__((visibility("default")))

using namespace unseq::race;  // NOLINT

namespace {

int as_int(std::size_t x) { return static_cast<int>(x); }

// The member `up` teams further out than the running one.
const Member* ancestor(int level) {
  const Member* m = &member();
  if (level < 0 || level > as_int(m->team->level)) return nullptr;
  while (as_int(m->team->level) > level) m = m->team->parent;
  return m;
}

int schedule_kind = 2, schedule_chunk = 1, dynamic_teams = 0, most_levels = 4;

struct PlainLock {
  int held;
};
struct NestedLock {
  int held, count;
  const Member* owner;
};

}  // namespace

// A member's number; a task may run on any member.
HOOK int omp_get_thread_num() {
  const Member& m = member();
  if (m.running != nullptr && m.running->is_explicit) return as_int(detector.worker(m.team->size));
  return as_int(m.number);
}
HOOK int omp_get_num_threads() { return as_int(member().team->size); }
HOOK int omp_get_max_threads() { return as_int(default_team_size()); }
HOOK int omp_get_num_procs() { return as_int(default_team_size()); }
HOOK void omp_set_num_threads(int n) {
  if (n > 0) set_default_team_size(static_cast<std::size_t>(n));
}
HOOK int omp_in_parallel() { return member().team->size > 1; }
HOOK int omp_get_level() { return as_int(member().team->level); }
HOOK int omp_get_active_level() {
  int levels = 0;
  for (const Member* m = &member(); m->team->level > 0; m = m->team->parent) levels += m->team->size > 1;
  return levels;
}
HOOK int omp_get_ancestor_thread_num(int level) {
  const Member* m = ancestor(level);
  return m == nullptr ? -1 : as_int(m->number);
}
HOOK int omp_get_team_size(int level) {
  const Member* m = ancestor(level);
  return m == nullptr ? -1 : as_int(m->team->size);
}
HOOK int omp_in_final() { return member().running != nullptr && member().running->is_final; }
HOOK int omp_get_thread_limit() { return 1024; }
HOOK int omp_get_num_teams() { return 1; }
HOOK int omp_get_team_num() { return 0; }
HOOK int omp_get_num_devices() { return 0; }
HOOK int omp_is_initial_device() { return 1; }
HOOK int omp_get_cancellation() { return 0; }
HOOK int omp_get_proc_bind() { return 0; }
HOOK int omp_get_dynamic() { return dynamic_teams; }
HOOK void omp_set_dynamic(int on) { dynamic_teams = on; }
HOOK int omp_get_nested() { return most_levels > 1; }
HOOK void omp_set_nested(int on) { most_levels = on ? 4 : 1; }
HOOK int omp_get_max_active_levels() { return most_levels; }
HOOK void omp_set_max_active_levels(int n) { most_levels = n; }
HOOK int omp_get_supported_active_levels() { return 4; }
HOOK void omp_set_schedule(int kind, int chunk) { schedule_kind = kind, schedule_chunk = chunk; }
HOOK void omp_get_schedule(int* kind, int* chunk) { *kind = schedule_kind, *chunk = schedule_chunk; }
HOOK double omp_get_wtime() {
  timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}
HOOK double omp_get_wtick() { return 1e-9; }

// ---- locks ---------------------------------------------------------------------------------------------

HOOK int omp_test_lock(PlainLock* lock) {
  if (lock->held) return 0;
  lock->held = 1;
  detector.lock(lock, false);
  return 1;
}
HOOK void omp_set_lock(PlainLock* lock) {
  if (!omp_test_lock(lock)) give_up("a lock is waited for by a member while another one holds it over a barrier");
}
HOOK void omp_unset_lock(PlainLock* lock) {
  lock->held = 0;
  detector.unlock(lock);
}
HOOK void omp_init_lock(PlainLock* lock) { lock->held = 0; }
HOOK void omp_init_lock_with_hint(PlainLock* lock, int) { lock->held = 0; }
HOOK void omp_destroy_lock(PlainLock*) {}

HOOK int omp_test_nest_lock(NestedLock* lock) {
  if (lock->held && lock->owner != &member()) return 0;
  if (lock->count++ == 0) {
    lock->held = 1;
    lock->owner = &member();
    detector.lock(lock, false);
  }
  return lock->count;
}
HOOK void omp_set_nest_lock(NestedLock* lock) {
  if (!omp_test_nest_lock(lock)) give_up("a lock is waited for by a member while another one holds it over a barrier");
}
HOOK void omp_unset_nest_lock(NestedLock* lock) {
  if (--lock->count > 0) return;
  lock->held = 0;
  detector.unlock(lock);
}
HOOK void omp_init_nest_lock(NestedLock* lock) { *lock = NestedLock{0, 0, nullptr}; }
HOOK void omp_init_nest_lock_with_hint(NestedLock* lock, int) { *lock = NestedLock{0, 0, nullptr}; }
HOOK void omp_destroy_nest_lock(NestedLock*) {}
