// The fast runtime's memory: the host's heap, and one buffer for dynamic shared memory. Finds nothing.

#include "memory.h"

#include <malloc.h>

#include <cstdlib>
#include <cstring>

#include "unseq_cuda/runtime.h"

namespace unseq::cuda {

namespace {

alignas(1024) unsigned char dynamic_shared[kMostShared];

}  // namespace

// Blocks that come and go at each call keep their pages.
__attribute__((constructor)) void keep_pages() {
  mallopt(M_MMAP_THRESHOLD, 1 << 30);
  mallopt(M_TRIM_THRESHOLD, 1 << 30);
}

void begin_call() {}
void note_leaks() {}
void fresh_shared(std::size_t) {}

}  // namespace unseq::cuda

#define EXPORT extern "C" __attribute__((visibility("default")))

EXPORT void* unseq_cuda_allocate(std::size_t bytes, int) {
  void* block = nullptr;
  return posix_memalign(&block, 256, bytes) == 0 ? block : nullptr;
}
EXPORT int unseq_cuda_release(void* block) {
  std::free(block);
  return unseq_cuda::success;
}
EXPORT int unseq_cuda_copy(void* to, const void* from, std::size_t bytes, int, int) {
  std::memmove(to, from, bytes);
  return unseq_cuda::success;
}
EXPORT int unseq_cuda_fill(void* to, int value, std::size_t bytes) {
  std::memset(to, value, bytes);
  return unseq_cuda::success;
}
EXPORT void* unseq_cuda_dynamic_shared(void) { return unseq::cuda::dynamic_shared; }
EXPORT unseq_cuda::SharedSlot* unseq_cuda_shared_slot(std::size_t) { return nullptr; }
EXPORT int unseq_cuda_is_device(const void*) { return 1; }
EXPORT std::size_t unseq_cuda_block_bytes(const void*) { return ~std::size_t{0}; }
EXPORT void unseq_cuda_atomic(const volatile void*, std::size_t) {}
EXPORT void unseq_cuda_took(const volatile void*, std::uint64_t, std::uint64_t) {}
EXPORT void unseq_cuda_fence(void) {}
