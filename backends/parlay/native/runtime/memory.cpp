// Memory of sequences: small blocks come from malloc, large ones from a cache of mapped blocks, because
// mapping and faulting in fresh pages costs more than most primitives do. Under a sanitizer everything
// comes from malloc, so that it is watched.
//
// Large blocks are "coloured": their first byte lies at one of a few different offsets in its page.
// Blocks that all start at the same offset make a load wait for an earlier store to the same offset of
// another page (4K aliasing), which slowed a one-thread map to half its speed.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <new>

#include <sys/mman.h>

#include "unseq/runtime.h"
#include "watch.h"

namespace {

constexpr std::size_t kLarge = std::size_t{64} << 10;      // smaller blocks: malloc
constexpr std::size_t kHeader = 64;                        // before a large block; keeps 64-byte alignment
constexpr std::size_t kHugePage = std::size_t{2} << 20;
constexpr std::size_t kCacheLimit = std::size_t{384} << 20;  // bytes kept for reuse at most
constexpr unsigned kClasses = 4 * 48;

struct Header {
  Header* next;
  std::size_t mapped;   // bytes of the mapping
  void* base;           // its first byte
  unsigned size_class;
};

struct Cache {
  std::mutex lock;
  Header* free[kClasses] = {};
  std::size_t bytes = 0;
  unsigned colour = 0;
};

Cache& cache() {
  static Cache* const instance = new Cache;  // never destroyed: sequences may outlive static destructors
  return *instance;
}

// Classes are powers of two divided in four: 4/4, 5/4, 6/4, 7/4.
unsigned class_of(std::size_t bytes) {
  const unsigned top = 63u - static_cast<unsigned>(__builtin_clzll(bytes));
  const std::size_t quarter = std::size_t{1} << (top - 2);
  const unsigned step = static_cast<unsigned>((bytes - (std::size_t{1} << top) + quarter - 1) / quarter);
  return top * 4 + step;
}

std::size_t class_bytes(unsigned size_class) {
  return (std::size_t{4} + size_class % 4) << (size_class / 4 - 2);
}

bool is_large(std::size_t bytes, std::size_t align) {
#if UNSEQ_SANITIZED
  (void)bytes, (void)align;
  return false;
#else
  return bytes >= kLarge && bytes < (std::size_t{1} << 46) && align <= kHeader;
#endif
}

void unmap_all(Cache& c) {
  for (Header*& list : c.free) {
    while (list != nullptr) {
      Header* block = list;
      list = block->next;
      munmap(block->base, block->mapped);
    }
  }
  c.bytes = 0;
}

void* map_block(std::size_t bytes) {
  void* base = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (base == MAP_FAILED) return nullptr;
  if (bytes >= 2 * kHugePage) madvise(base, bytes, MADV_HUGEPAGE);
  return base;
}

void* allocate_large(std::size_t bytes) {
  Cache& c = cache();
  const unsigned size_class = class_of(bytes);
  unsigned colour = 0;
  {
    std::lock_guard<std::mutex> hold(c.lock);
    if (Header* block = c.free[size_class]) {
      c.free[size_class] = block->next;
      c.bytes -= block->mapped;
      return reinterpret_cast<char*>(block) + kHeader;
    }
    colour = c.colour++;
  }
  const std::size_t mapped = class_bytes(size_class) + 2 * 4096;
  void* base = map_block(mapped);
  if (base == nullptr) {
    std::lock_guard<std::mutex> hold(c.lock);
    unmap_all(c);
    base = map_block(mapped);
    if (base == nullptr) return nullptr;
  }
  // 5 offsets, 832 bytes apart, none of them near the 16 of a block that malloc mapped itself.
  auto* block = reinterpret_cast<Header*>(static_cast<char*>(base) + 448 + (colour % 5) * 832 - kHeader);
  *block = Header{nullptr, mapped, base, size_class};
  return reinterpret_cast<char*>(block) + kHeader;
}

void release_large(void* memory) {
  auto* block = reinterpret_cast<Header*>(static_cast<char*>(memory) - kHeader);
  Cache& c = cache();
  {
    std::lock_guard<std::mutex> hold(c.lock);
    if (c.bytes + block->mapped <= kCacheLimit) {
      block->next = c.free[block->size_class];
      c.free[block->size_class] = block;
      c.bytes += block->mapped;
      return;
    }
  }
  munmap(block->base, block->mapped);
}

}  // namespace

namespace unseq {

void rewrites(void* data, std::size_t bytes, const void*) {
#if UNSEQ_SANITIZED
  void* (*volatile move)(void*, const void*, std::size_t) = std::memmove;  // the sanitizer's, which looks
  move(data, data, bytes);
#else
  (void)data, (void)bytes;
#endif
}

}  // namespace unseq

extern "C" {

__attribute__((visibility("default"))) void* unseq_allocate(std::size_t bytes, std::size_t align) {
  if (is_large(bytes, align)) return allocate_large(bytes);
  if (align <= alignof(std::max_align_t)) return std::malloc(bytes);
  void* block = nullptr;
  return posix_memalign(&block, align, bytes) == 0 ? block : nullptr;
}

__attribute__((visibility("default"))) void unseq_release(void* block, std::size_t bytes, std::size_t align) {
  if (block == nullptr) return;
  if (is_large(bytes, align)) {
    release_large(block);
  } else {
    std::free(block);
  }
}

}  // extern "C"
