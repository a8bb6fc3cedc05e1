#include "objects.h"

#include <link.h>
#include <pthread.h>

#include <atomic>

#include "pages.h"
#include "unseq/runtime.h"

extern "C" void* __libc_stack_end;  // where the process's stack begins

namespace unseq::race {

namespace {

// ---- heap blocks: an open-addressed table ----------------------------------------------------------------

struct Block {
  std::uintptr_t base;  // 0: never used; 1: gone
  std::size_t size;
  const void* pc;
};

Block* table = nullptr;
std::size_t capacity = 0, used = 0;
std::atomic_flag busy = ATOMIC_FLAG_INIT;

struct Hold {
  Hold() {
    while (busy.test_and_set(std::memory_order_acquire)) {
    }
  }
  ~Hold() { busy.clear(std::memory_order_release); }
};

std::size_t slot_of(std::uintptr_t base) { return ((base >> 4) * UINT64_C(0x9e3779b97f4a7c15) >> 20) & (capacity - 1); }

void insert(Block block) {
  std::size_t slot = slot_of(block.base);
  while (table[slot].base > 1 && table[slot].base != block.base) slot = (slot + 1) & (capacity - 1);
  if (table[slot].base == 0) ++used;
  table[slot] = block;
}

Block* find(std::uintptr_t base) {
  if (capacity == 0) return nullptr;
  for (std::size_t slot = slot_of(base); table[slot].base != 0; slot = (slot + 1) & (capacity - 1)) {
    if (table[slot].base == base) return &table[slot];
  }
  return nullptr;
}

void grow() {
  Block* const old = table;
  const std::size_t old_capacity = capacity;
  std::size_t live = 0;
  for (std::size_t i = 0; i < old_capacity; ++i) live += old[i].base > 1;
  capacity = 4096;
  while (capacity < 4 * live) capacity *= 2;
  table = static_cast<Block*>(map_pages(capacity * sizeof(Block)));
  used = 0;
  for (std::size_t i = 0; i < old_capacity; ++i) {
    if (old[i].base > 1) insert(old[i]);
  }
  if (old != nullptr) munmap(old, old_capacity * sizeof(Block));
}

struct Search {
  std::uintptr_t address;
  std::uintptr_t base;
  std::size_t size;
  bool code_only;
};

int look_in_module(dl_phdr_info* info, std::size_t, void* argument) {
  auto* search = static_cast<Search*>(argument);
  for (int i = 0; i < info->dlpi_phnum; ++i) {
    const auto& segment = info->dlpi_phdr[i];
    if (segment.p_type != PT_LOAD || (search->code_only && !(segment.p_flags & PF_X))) continue;
    const std::uintptr_t begin = info->dlpi_addr + segment.p_vaddr;
    if (search->address - begin < segment.p_memsz) {
      search->base = info->dlpi_addr;
      search->size = 1;
      return 1;
    }
  }
  return 0;
}

bool in_module(std::uintptr_t address, bool code_only, std::uintptr_t* base) {
  Search search{address, 0, 0, code_only};
  dl_iterate_phdr(look_in_module, &search);
  if (base != nullptr) *base = search.base;
  return search.size != 0;
}

struct Variables {
  std::uintptr_t address, begin, bytes;
};

int look_for_thread_variable(dl_phdr_info* info, std::size_t, void* argument) {
  auto& wanted = *static_cast<Variables*>(argument);
  wanted.begin = reinterpret_cast<std::uintptr_t>(info->dlpi_tls_data);
  for (int i = 0; wanted.begin != 0 && i < info->dlpi_phnum; ++i) {
    const auto& segment = info->dlpi_phdr[i];
    wanted.bytes = segment.p_memsz;
    if (segment.p_type == PT_TLS && wanted.address - wanted.begin < wanted.bytes) return 1;
  }
  return 0;
}

struct CodeSearch {
  std::uint32_t low;
  std::uintptr_t found;
};

int look_for_code(dl_phdr_info* info, std::size_t, void* argument) {
  auto* search = static_cast<CodeSearch*>(argument);
  for (int i = 0; i < info->dlpi_phnum; ++i) {
    const auto& segment = info->dlpi_phdr[i];
    if (segment.p_type != PT_LOAD || !(segment.p_flags & PF_X)) continue;
    const std::uintptr_t begin = info->dlpi_addr + segment.p_vaddr;
    const std::uintptr_t candidate = begin + static_cast<std::uint32_t>(search->low - static_cast<std::uint32_t>(begin));
    if (candidate - begin <= segment.p_memsz) {  // a return address may be one past the end
      search->found = candidate;
      return 1;
    }
  }
  return 0;
}

bool on_stack(std::uintptr_t address, std::uintptr_t low, std::uintptr_t top) {
  constexpr std::uintptr_t kMost = std::uintptr_t{64} << 20;  // bytes of the process's own stack
  return (address >= low && address < top) || reinterpret_cast<std::uintptr_t>(__libc_stack_end) - address < kMost;
}

}  // namespace

void remember_block(const void* block, std::size_t bytes, const void* pc) {
  if (block == nullptr) return;
  Hold hold;
  if (2 * (used + 1) > capacity) grow();
  insert(Block{reinterpret_cast<std::uintptr_t>(block), bytes, pc});
}

void forget_block(const void* block) {
  Hold hold;
  if (Block* found = find(reinterpret_cast<std::uintptr_t>(block))) found->base = 1;
}

std::size_t block_size(const void* block) {
  Hold hold;
  const Block* found = find(reinterpret_cast<std::uintptr_t>(block));
  return found == nullptr ? 0 : found->size;
}

bool is_of_thread(std::uintptr_t address) {
  static Variables last{0, 0, 0};
  if (address - last.begin < last.bytes) return true;
  Variables wanted{address, 0, 0};
  if (dl_iterate_phdr(look_for_thread_variable, &wanted) == 0) return false;
  last = wanted;
  return true;
}

Object object_at(std::uintptr_t address, std::uintptr_t stack_low, std::uintptr_t stack_top) {
  {
    Hold hold;
    for (std::size_t i = 0; i < capacity; ++i) {
      const Block& block = table[i];
      if (block.base > 1 && address - block.base < block.size) {
        return Object{UNSEQ_OBJECT_HEAP, block.base, block.size, block.pc};
      }
    }
  }
  if (on_stack(address, stack_low, stack_top)) return Object{UNSEQ_OBJECT_STACK, 0, 0, nullptr};
  std::uintptr_t base = 0;
  if (in_module(address, false, &base)) return Object{UNSEQ_OBJECT_GLOBAL, base, 0, nullptr};
  return Object{UNSEQ_OBJECT_UNKNOWN, 0, 0, nullptr};
}

const void* full_address(std::uint32_t low, const void* near) {
  const auto guess = (reinterpret_cast<std::uintptr_t>(near) & ~std::uintptr_t{0xffffffff}) | low;
  if (in_module(guess, true, nullptr)) return reinterpret_cast<const void*>(guess);
  CodeSearch search{low, 0};
  dl_iterate_phdr(look_for_code, &search);
  return reinterpret_cast<const void*>(search.found != 0 ? search.found : guess);
}

}  // namespace unseq::race
