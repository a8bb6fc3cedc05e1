// OpenMP tasks (GOMP_task and its kin). A task runs where it is created, as a strand that is parallel to what its
// creator does until somebody waits for it. Dependences between tasks are not known here.

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "team.h"

#define HOOK extern "C" __attribute__((visibility("default")))

using namespace unseq::race;  // NOLINT

namespace {

enum : unsigned {
  kFinal = 1u << 1,
  kDepend = 1u << 3,
  kUp = 1u << 8,
  kGrainsize = 1u << 9,
  kDeferred = 1u << 10,
  kNoGroup = 1u << 11,
  kReduction = 1u << 12,
  kDetach = 1u << 13
};

using Body = void (*)(void*);
using Copy = void (*)(void*, void*);

Pages<std::size_t> groups;  // depths at which open task groups began
std::size_t groups_used = 0;

__attribute__((noipa)) void run(Body body, void* data) { body(data); }

void run_as(OpenTask task, Body body, void* data) {
  OpenTask*& running = member().running;
  task.creator = running;
  running = &task;
  run(body, data);
  running = task.creator;
}

bool inside_team() { return member().team->size > 1; }

// At once, before the creator goes on.
void run_included(Body body, void* data, bool is_final) {
  const std::size_t depth = detector.depth();
  run_as(OpenTask{depth, true, is_final, nullptr}, body, data);
  detector.disown(depth);
}

void run_deferred(Body body, void* data, const void* frame) {
  if (detector.depth() == member().running->depth) detector.open_scope(reinterpret_cast<const void*>(body));
  const Labels::Creator creator = detector.begin_task();
  run_as(OpenTask{detector.depth(), true, false, nullptr}, body, data);
  detector.end_task(creator, frame);
}

// The task's own copy of its arguments in `space`.
void* copied(void* space, std::size_t align, Copy copy, void* data, std::size_t bytes) {
  const auto at = (reinterpret_cast<std::uintptr_t>(space) + align - 1) & ~(align - 1);
  auto* const own = reinterpret_cast<unsigned char*>(at);
  if (copy != nullptr) {
    copy(own, data);
  } else {
    for (std::size_t i = 0; i < bytes; ++i) own[i] = static_cast<const volatile unsigned char*>(data)[i];
  }
  return own;
}

template <typename T>
__attribute__((noinline)) void loop_task(Body body, void* data, Copy copy, long bytes, long align, bool deferred, T first,
                                         T last) {
  void* const space = __builtin_alloca(static_cast<std::size_t>(bytes + align));
  auto* const own = static_cast<T*>(
      copied(space, static_cast<std::size_t>(align), copy, data, static_cast<std::size_t>(bytes)));
  own[0] = first;
  own[1] = last;
  if (deferred && inside_team() && !member().running->is_final) {
    run_deferred(body, own, __builtin_frame_address(0));
  } else {
    run_included(body, own, member().running->is_final);
  }
}

template <typename T>
void task_loop(Body body, void* data, Copy copy, long bytes, long align, unsigned flags, unsigned long tasks, T start,
               T end, T step) {
  if (flags & kReduction) give_up("reductions over tasks are not known");
  const bool up = (flags & kUp) != 0;
  const auto distance = static_cast<std::uint64_t>(up ? end - start : start - end);
  const auto stride = static_cast<std::uint64_t>(up ? step : -step);
  const std::uint64_t n = (up ? start < end : start > end) ? (distance + stride - 1) / stride : 0;
  const std::uint64_t each = tasks == 0 ? 1 : flags & kGrainsize ? tasks : (n + tasks - 1) / tasks;
  const std::size_t depth = detector.depth();
  if (!(flags & kNoGroup) && inside_team()) detector.open_scope(reinterpret_cast<const void*>(body));
  for (std::uint64_t i = 0; i < n; i += each) {
    const std::uint64_t to = n - i < each ? n : i + each;
    loop_task<T>(body, data, copy, bytes, align, (flags & kDeferred) != 0, start + static_cast<T>(i) * step,
                 to == n ? end : start + static_cast<T>(to) * step);
  }
  if (!(flags & kNoGroup)) detector.close_scopes(depth);
}

}  // namespace

HOOK __attribute__((noinline)) void GOMP_task(Body body, void* data, Copy copy, long bytes, long align, bool deferred,
                                              unsigned flags, void** depend, int, void*) {
  if ((flags & kDepend) != 0 && depend != nullptr) give_up("dependences between tasks are not known");
  if (flags & kDetach) give_up("detached tasks are not known");
  const bool is_final = (flags & kFinal) != 0 || member().running->is_final;
  void* const space = __builtin_alloca(static_cast<std::size_t>(bytes + align));
  void* const own = copied(space, static_cast<std::size_t>(align < 1 ? 1 : align), copy, data, static_cast<std::size_t>(bytes));
  if (deferred && !is_final && inside_team()) {
    run_deferred(body, own, __builtin_frame_address(0));
  } else {
    run_included(body, own, is_final);
  }
}

HOOK void GOMP_taskloop(Body body, void* data, Copy copy, long bytes, long align, unsigned flags, unsigned long tasks,
                        int, long start, long end, long step) {
  task_loop<long>(body, data, copy, bytes, align, step > 0 ? flags | kUp : flags & ~kUp, tasks, start, end, step);
}
HOOK void GOMP_taskloop_ull(Body body, void* data, Copy copy, long bytes, long align, unsigned flags,
                            unsigned long tasks, int, unsigned long long start, unsigned long long end,
                            unsigned long long step) {
  task_loop<unsigned long long>(body, data, copy, bytes, align, flags, tasks, start, end, step);
}

HOOK void GOMP_taskwait() { detector.wait(member().running->depth); }
HOOK void GOMP_taskyield() {}
HOOK void GOMP_taskgroup_start() {
  groups.reserve(groups_used + 1);
  groups[groups_used++] = detector.depth();
  if (inside_team()) detector.open_scope(nullptr);
}
HOOK void GOMP_taskgroup_end() { detector.close_scopes(groups[--groups_used]); }
