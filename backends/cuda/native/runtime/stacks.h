// The stacks of threads that wait. Included by threads.cpp only.
#ifndef UNSEQ_CUDA_STACKS_H_
#define UNSEQ_CUDA_STACKS_H_

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>

#include <sys/mman.h>

#include "fiber.h"

namespace unseq::cuda {
namespace {

constexpr std::size_t kStackBytes = std::size_t{512} << 10, kGuard = 4096;
constexpr std::size_t kFibers = 1024 + 1;  // threads of a block, and one that begins

struct Fiber {
  Suspended suspended;
  char* stack;
  Fiber* next;  // that is free
};

Fiber fibers[kFibers];
char* stacks = nullptr;
Fiber* free_fibers = nullptr;
std::size_t fibers_made = 0;

Fiber* take_fiber() {
  if (free_fibers != nullptr) {
    Fiber* const f = free_fibers;
    free_fibers = f->next;
    return f;
  }
  if (stacks == nullptr) {
    void* const memory = mmap(nullptr, kFibers * kStackBytes, PROT_READ | PROT_WRITE,
                              MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED) {
      std::fputs("unseq: no memory left for the threads of a block\n", stderr);
      std::_Exit(70);
    }
    stacks = static_cast<char*>(memory);
  }
  Fiber& f = fibers[fibers_made];
  f.stack = stacks + fibers_made++ * kStackBytes;
  mprotect(f.stack, kGuard, PROT_NONE);
  return &f;
}

void give_fiber(Fiber* f) {
  f->next = free_fibers;
  free_fibers = f;
}

// Stacks begin at different offsets in a page, or all would lie in the same lines of the cache.
std::uintptr_t top_of(const Fiber* f) {
  return reinterpret_cast<std::uintptr_t>(f->stack) + kStackBytes - static_cast<std::size_t>(f - fibers) % 61 * 64;
}

void give_all_fibers() {
  free_fibers = nullptr;
  for (std::size_t i = 0; i < fibers_made; ++i) give_fiber(&fibers[i]);
}

bool on_stack_of_fiber(std::uintptr_t address) {
  return address - reinterpret_cast<std::uintptr_t>(stacks) < kFibers * kStackBytes;
}

}  // namespace
}  // namespace unseq::cuda

#endif
