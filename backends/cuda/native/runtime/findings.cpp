#include "findings.h"

#include <cstdarg>
#include <cstdio>

#include "launch.h"
#include "memory.h"

namespace unseq::cuda {

namespace {

constexpr std::size_t kMost = 64;
unseq_finding found[kMost];
std::size_t used = 0;

}  // namespace

unseq_finding* find(unseq_finding_kind kind, const void* pc, const void* other_pc, const char* format, ...) {
  for (std::size_t i = 0; i < used; ++i) {
    if (found[i].kind == kind && found[i].pc == pc && found[i].other_pc == other_pc) {
      ++found[i].count;
      return &found[i];
    }
  }
  unseq_finding& f = found[used < kMost ? used++ : kMost - 1];
  f = unseq_finding{};
  f.kind = kind;
  f.pc = pc;
  f.other_pc = other_pc;
  f.count = 1;
  if (running != nullptr) {
    f.in_kernel = side == Side::kernel;
    const unseq_cuda::Index places[2] = {running->self->block, running->self->thread};
    for (int i = 0; i < 2; ++i) {
      std::uint32_t* to = i == 0 ? f.block : f.thread;
      to[0] = places[i].x, to[1] = places[i].y, to[2] = places[i].z;
    }
    std::snprintf(f.kernel, sizeof f.kernel, "%s", running->kernel);
  }
  va_list arguments;
  va_start(arguments, format);
  std::vsnprintf(f.text, sizeof f.text, format, arguments);
  va_end(arguments);
  return &f;
}

void failures_were_seen() {
  for (std::size_t i = 0; i < used; ++i) {
    if (found[i].kind == UNSEQ_LAUNCH_FAILURE) found[i].note = 1;
  }
}

}  // namespace unseq::cuda

extern "C" {

__attribute__((visibility("default"))) void unseq_finding_reset(void) {
  unseq::cuda::used = 0;
  unseq::cuda::forget_errors();
  unseq::cuda::begin_call();
}

__attribute__((visibility("default"))) std::size_t unseq_finding_list(unseq_finding* out, std::size_t capacity) {
  unseq::cuda::note_leaks();
  for (std::size_t i = 0; i < unseq::cuda::used && i < capacity; ++i) out[i] = unseq::cuda::found[i];
  return unseq::cuda::used;
}

}  // extern "C"
