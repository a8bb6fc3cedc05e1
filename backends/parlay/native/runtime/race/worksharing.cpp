// What the compiler calls for OpenMP constructs (GOMP_*): teams, loops, sections, single, critical, ordered, barriers.
// Which member gets which piece of work is decided by its number alone, so members never wait for one another
// outside of barriers. Constructs that are not here (doacross loops, task reductions, target) are missing symbols.

#include <cstddef>
#include <cstdint>

#include "team.h"

#define HOOK extern "C" __attribute__((visibility("default")))

using namespace unseq::race;  // NOLINT

namespace {

using i64 = long;
using u64 = unsigned long long;
using Body = void (*)(void*);

// ---- pieces of loops -----------------------------------------------------------------------------------

// Iterations start, start + step, ... up to end, which is not one of them; chunk 0 where none was given.
Pieces pieces_of(bool up, bool none, u64 start, u64 end, u64 step, u64 chunk, Pieces::Rule rule) {
  const u64 distance = up ? end - start : start - end, stride = up ? step : -step;
  return Pieces{start, end, step, none ? 0 : (distance + stride - 1) / stride, chunk == 0 ? 1 : chunk, 0, 0, rule};
}
Pieces pieces_of(bool up, u64 start, u64 end, u64 step, u64 chunk, Pieces::Rule rule) {
  return pieces_of(up, up ? start >= end : start <= end, start, end, step, chunk, rule);
}
Pieces pieces_of(i64 start, i64 end, i64 step, i64 chunk, Pieces::Rule rule) {
  const bool up = step > 0;
  return pieces_of(up, up ? start >= end : start <= end, static_cast<u64>(start), static_cast<u64>(end),
                   static_cast<u64>(step), static_cast<u64>(chunk), rule);
}

// The next piece of the running member's as iterations [first, last); false when there is none.
bool next_iterations(u64* first, u64* last) {
  Member& m = member();
  Pieces& p = m.pieces;
  const u64 size = m.team->size;
  if (p.rule == Pieces::kInBlocks) {
    const u64 from = p.iterations * m.number / size, to = p.iterations * (m.number + 1) / size;
    if (p.number == 0) p.at = from, p.number = 1;
    if (p.at >= to) return false;
    *first = p.at;
    p.at = to - p.at < p.chunk ? to : p.at + p.chunk;
    *last = p.at;
    return true;
  }
  while (p.at < p.iterations) {
    const u64 left = p.iterations - p.at;
    const u64 fair = p.rule == Pieces::kGuided ? (left + size - 1) / size : 0;
    const u64 wanted = fair > p.chunk ? fair : p.chunk;
    *first = p.at;
    p.at += wanted < left ? wanted : left;
    *last = p.at;
    if (p.number++ % size == m.number) return true;
  }
  return false;
}

template <typename T>
bool next_piece(T* first, T* last) {
  u64 from, to;
  if (!next_iterations(&from, &to)) return false;
  const Pieces& p = member().pieces;
  *first = static_cast<T>(p.start + from * p.step);
  *last = static_cast<T>(to == p.iterations ? p.end : p.start + to * p.step);
  return true;
}

template <typename T>
bool start_pieces(const Pieces& pieces, T* first, T* last) {
  member().pieces = pieces;
  return next_piece(first, last);
}

char critical_lock, atomic_lock, ordered_lock;

}  // namespace

// ---- teams ---------------------------------------------------------------------------------------------

HOOK void GOMP_parallel(Body body, void* data, unsigned size, unsigned) { run_team(body, data, size, Pieces{}); }
HOOK void GOMP_barrier() { barrier(); }
HOOK bool GOMP_barrier_cancel() { return barrier(), false; }
HOOK bool GOMP_cancel(int, bool) { return false; }  // as with OMP_CANCELLATION unset
HOOK bool GOMP_cancellation_point(int) { return false; }

// ---- loops ---------------------------------------------------------------------------------------------

#define LOOP(name, rule)                                                                                   \
  HOOK bool GOMP_loop_##name##_start(i64 start, i64 end, i64 step, i64 chunk, i64* first, i64* last) {     \
    return start_pieces(pieces_of(start, end, step, chunk, Pieces::rule), first, last);                    \
  }                                                                                                        \
  HOOK bool GOMP_loop_##name##_next(i64* first, i64* last) { return next_piece(first, last); }             \
  HOOK bool GOMP_loop_ull_##name##_start(bool up, u64 start, u64 end, u64 step, u64 chunk, u64* first, u64* last) { \
    return start_pieces(pieces_of(up, start, end, step, chunk, Pieces::rule), first, last);                \
  }                                                                                                        \
  HOOK bool GOMP_loop_ull_##name##_next(u64* first, u64* last) { return next_piece(first, last); }
// `schedule(runtime)`: any schedule may come, so the one that separates most.
#define LOOP_AT_RUN_TIME(name, rule)                                                                       \
  HOOK bool GOMP_loop_##name##_start(i64 start, i64 end, i64 step, i64* first, i64* last) {                \
    return start_pieces(pieces_of(start, end, step, 1, Pieces::rule), first, last);                        \
  }                                                                                                        \
  HOOK bool GOMP_loop_##name##_next(i64* first, i64* last) { return next_piece(first, last); }             \
  HOOK bool GOMP_loop_ull_##name##_start(bool up, u64 start, u64 end, u64 step, u64* first, u64* last) {   \
    return start_pieces(pieces_of(up, start, end, step, 1, Pieces::rule), first, last);                    \
  }                                                                                                        \
  HOOK bool GOMP_loop_ull_##name##_next(u64* first, u64* last) { return next_piece(first, last); }
#define TEAM_LOOP(name, rule)                                                                              \
  HOOK void GOMP_parallel_loop_##name(Body body, void* data, unsigned size, i64 start, i64 end, i64 step, i64 chunk, unsigned) { \
    run_team(body, data, size, pieces_of(start, end, step, chunk, Pieces::rule));                          \
  }
#define TEAM_LOOP_AT_RUN_TIME(name)                                                                        \
  HOOK void GOMP_parallel_loop_##name(Body body, void* data, unsigned size, i64 start, i64 end, i64 step, unsigned) { \
    run_team(body, data, size, pieces_of(start, end, step, 1, Pieces::kInTurn));                           \
  }

LOOP(static, kInTurn)
LOOP(dynamic, kInTurn)
LOOP(guided, kGuided)
LOOP(nonmonotonic_dynamic, kInTurn)
LOOP(nonmonotonic_guided, kGuided)
LOOP(ordered_static, kInBlocks)
LOOP(ordered_dynamic, kInBlocks)
LOOP(ordered_guided, kInBlocks)
LOOP_AT_RUN_TIME(runtime, kInTurn)
LOOP_AT_RUN_TIME(nonmonotonic_runtime, kInTurn)
LOOP_AT_RUN_TIME(maybe_nonmonotonic_runtime, kInTurn)
LOOP_AT_RUN_TIME(ordered_runtime, kInBlocks)
TEAM_LOOP(static, kInTurn)
TEAM_LOOP(dynamic, kInTurn)
TEAM_LOOP(guided, kGuided)
TEAM_LOOP(nonmonotonic_dynamic, kInTurn)
TEAM_LOOP(nonmonotonic_guided, kGuided)
TEAM_LOOP_AT_RUN_TIME(runtime)
TEAM_LOOP_AT_RUN_TIME(nonmonotonic_runtime)
TEAM_LOOP_AT_RUN_TIME(maybe_nonmonotonic_runtime)

HOOK void GOMP_loop_end() { barrier(); }
HOOK bool GOMP_loop_end_cancel() { return barrier(), false; }
HOOK void GOMP_loop_end_nowait() {}

// ---- sections and single -------------------------------------------------------------------------------

HOOK unsigned GOMP_sections_next() {
  u64 first, last;
  return next_iterations(&first, &last) ? static_cast<unsigned>(last) : 0;
}
HOOK unsigned GOMP_sections_start(unsigned count) {
  member().pieces = pieces_of(true, 0, count, 1, 1, Pieces::kInTurn);
  return GOMP_sections_next();
}
HOOK void GOMP_parallel_sections(Body body, void* data, unsigned size, unsigned count, unsigned) {
  run_team(body, data, size, pieces_of(true, 0, count, 1, 1, Pieces::kInTurn));
}
HOOK void GOMP_sections_end() { barrier(); }
HOOK bool GOMP_sections_end_cancel() { return barrier(), false; }
HOOK void GOMP_sections_end_nowait() {}

// Members take turns: no two `single` that nothing separates are run by the same one.
HOOK bool GOMP_single_start() {
  Member& m = member();
  return m.singles++ % m.team->size == m.number;
}
HOOK void* GOMP_single_copy_start() {
  if (GOMP_single_start()) return nullptr;
  barrier();
  return member().team->copied;
}
HOOK void GOMP_single_copy_end(void* data) {
  member().team->copied = data;
  barrier();
}

// ---- exclusion -----------------------------------------------------------------------------------------

HOOK void GOMP_critical_start() { detector.lock(&critical_lock, false); }
HOOK void GOMP_critical_end() { detector.unlock(&critical_lock); }
HOOK void GOMP_critical_name_start(void** name) { detector.lock(name, false); }
HOOK void GOMP_critical_name_end(void** name) { detector.unlock(name); }
HOOK void GOMP_atomic_start() { detector.lock(&atomic_lock, false); }
HOOK void GOMP_atomic_end() { detector.unlock(&atomic_lock); }
// The members run one after another and an ordered loop is dealt out in blocks, so the order comes by itself.
HOOK void GOMP_ordered_start() { detector.lock(&ordered_lock, false); }
HOOK void GOMP_ordered_end() { detector.unlock(&ordered_lock); }
