// Device memory with a state for every byte, and what is found out by it.

#include <link.h>
#include <sys/mman.h>

#include <cstdio>
#include <cstdlib>

#include "device_addresses.h"
#include "findings.h"
#include "memory.h"
#include "race/detector.h"
#include "race/objects.h"
#include "race/pages.h"
#include "threads.h"
#include "unwritten.h"
#include "unseq_cuda/runtime.h"

namespace unseq::cuda {

std::uintptr_t arena = 0;
unsigned char* states = nullptr;
bool touched = false;

namespace {

constexpr std::size_t kPage = 4096, kLeastGap = std::size_t{64} << 10, kMostGap = std::size_t{64} << 20;
constexpr std::size_t kWholeBlock = std::size_t{1} << 20;  // freed blocks of this size give their pages back

enum class Kind : unsigned char { device, both, shared };

struct Block {
  std::uintptr_t begin;
  std::size_t bytes;
  const void* pc;  // who allocated it
  const void* freed_pc;
  Kind kind;
  bool live, of_this_call;
};

race::Pages<Block> blocks;  // by address
std::size_t blocks_used = 0;
constexpr std::size_t kMostSlots = 4096;
unseq_cuda::SharedSlot slots[kMostSlots];
std::size_t slots_used = 0;
std::uintptr_t next_free = 0;

unsigned char* state_of(std::uintptr_t address) { return states + (address - arena); }
bool in_arena(std::uintptr_t address) { return address - arena < kArenaBytes; }

void fill(void* to, int value, std::size_t n) {
#if defined(__x86_64__)
  asm volatile("rep stosb" : "+D"(to), "+c"(n) : "a"(value) : "memory");
#else
  for (auto* t = static_cast<volatile unsigned char*>(to); n > 0; --n) *t++ = static_cast<unsigned char>(value);
#endif
}
void move(void* to, const void* from, std::size_t n) {
  if (reinterpret_cast<std::uintptr_t>(to) - reinterpret_cast<std::uintptr_t>(from) < n) {
    while (n-- > 0) static_cast<volatile unsigned char*>(to)[n] = static_cast<const volatile unsigned char*>(from)[n];
    return;
  }
#if defined(__x86_64__)
  asm volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(n) : : "memory");
#else
  for (std::size_t i = 0; i < n; ++i) static_cast<volatile unsigned char*>(to)[i] = static_cast<const volatile unsigned char*>(from)[i];
#endif
}

// The block at or next before an address, or the first one; null when there are none.
Block* near(std::uintptr_t address) {
  std::size_t lo = 0, hi = blocks_used;
  while (hi - lo > 1) {
    const std::size_t mid = lo + (hi - lo) / 2;
    (blocks[mid].begin <= address ? lo : hi) = mid;
  }
  return blocks_used == 0 ? nullptr : &blocks[lo];
}

// Of two neighbours the one that an address outside of both is nearer to.
Block* meant(std::uintptr_t address) {
  Block* const block = near(address);
  if (block == nullptr) return nullptr;
  if (block + 1 >= &blocks[0] + blocks_used || address < block->begin + block->bytes) return block;
  return block[1].begin - address < address - (block->begin + block->bytes) ? block + 1 : block;
}

const char* kind_of(const Block& b) { return b.kind == Kind::shared ? "shared memory" : b.kind == Kind::both ? "managed memory" : "device memory"; }

void* allocate(std::size_t bytes, Kind kind, const void* pc) {
  const std::size_t gap = bytes < kLeastGap ? kLeastGap : bytes > kMostGap ? kMostGap : (bytes + kPage - 1) / kPage * kPage;
  const std::uintptr_t begin = next_free + gap - kLeastGap;
  if (bytes > kArenaBytes / 2 || begin + bytes + gap > arena + kArenaBytes - kPage) return nullptr;
  next_free = (begin + bytes + gap + kPage - 1) / kPage * kPage;
  blocks.reserve(blocks_used + 1);
  blocks[blocks_used++] = Block{begin, bytes, pc, nullptr, kind, true, true};
  fill(state_of(begin), kind == Kind::both ? kAllocated | kHost : kAllocated, bytes);
  auto* const block = reinterpret_cast<void*>(begin);
  race::detector.fresh(block, bytes);
  race::remember_block(block, bytes, pc);
  return block;
}

// The first block of all is dynamic shared memory. Before the first call of the host libraries add what their kernels
// declare as shared.
__attribute__((constructor)) void reserve_arena() {
  states = static_cast<unsigned char*>(race::map_pages(kArenaBytes));
  arena = reinterpret_cast<std::uintptr_t>(race::map_pages(kArenaBytes));
  next_free = arena + kLeastGap;
  allocate(kMostShared, Kind::shared, nullptr);
}

bool all_have(std::uintptr_t address, std::size_t bytes, unsigned char needed) {
  const unsigned char* const at = state_of(address);
  for (std::size_t i = 0; i < bytes; ++i) {
    if ((at[i] & needed) != needed) return false;
  }
  return true;
}

void mark_written(std::uintptr_t address, std::size_t bytes) {
  unsigned char* const at = state_of(address);
  for (std::size_t i = 0; i < bytes; ++i) at[i] |= kWritten;
}

// The host's side of a copy: where it lies in a block of the heap it must end there too.
bool host_side(const void* p, std::size_t bytes, const void* pc) {
  const race::Object object = race::object_at(reinterpret_cast<std::uintptr_t>(p), 0, 0);
  const std::size_t rest = object.base + object.size - reinterpret_cast<std::uintptr_t>(p);
  if (object.kind != UNSEQ_OBJECT_HEAP || bytes <= rest) return true;
  find(UNSEQ_OUT_OF_BOUNDS, pc, object.pc, "it copies %zu bytes, of which the host's block has %zu", bytes, rest);
  return false;
}

constexpr int kHostSide = 0, kDeviceSide = 1, kSymbol = 2, kEither = 3;

bool side_fits(const void* p, int wanted, const char* which, const void* pc) {
  const auto address = reinterpret_cast<std::uintptr_t>(p);
  if (wanted == kSymbol || wanted == kEither) return true;
  const bool both = in_arena(address) && (*state_of(address) & kHost);
  if (both || in_arena(address) == (wanted == kDeviceSide)) return true;
  find(UNSEQ_MEMORY_FAULT, pc, nullptr, "the copy's %s is said to be %s memory, and is %s's", which,
       wanted == kDeviceSide ? "device" : "host", in_arena(address) ? "the device" : "the host");
  return false;
}

struct Module {
  std::uintptr_t address, begin, bytes;
};
int find_module(dl_phdr_info* info, std::size_t, void* argument) {
  auto* m = static_cast<Module*>(argument);
  for (int i = 0; i < info->dlpi_phnum; ++i) {
    const auto& segment = info->dlpi_phdr[i];
    const std::uintptr_t begin = info->dlpi_addr + segment.p_vaddr;
    if (segment.p_type == PT_LOAD && m->address - begin < segment.p_memsz) {
      m->begin = begin;
      m->bytes = segment.p_memsz;
      return 1;
    }
  }
  return 0;
}

Module last_modules[2];

}  // namespace

// ---- accesses ----

bool foreign(std::uintptr_t address, std::size_t bytes, bool write, const void* pc) {
  if (on_thread_stack(address)) return true;
  for (const Module& m : last_modules) {
    if (address - m.begin < m.bytes) return touched = true;
  }
  if (running != nullptr && address - reinterpret_cast<std::uintptr_t>(running->env) < running->env_bytes) return true;
  Module m{address, 0, 0};
  if (dl_iterate_phdr(find_module, &m) != 0) {
    last_modules[1] = last_modules[0];
    last_modules[0] = m;
    return touched = true;
  }
  const char* const does = write ? "writes" : "reads";
  const race::Object object = race::object_at(address, 0, 0);
  if (address < kPage) {
    find(UNSEQ_MEMORY_FAULT, pc, nullptr, "it %s %zu bytes by a null pointer", does, bytes);
  } else if (object.kind == UNSEQ_OBJECT_HEAP || object.kind == UNSEQ_OBJECT_STACK) {
    find(UNSEQ_MEMORY_FAULT, pc, object.pc, "it %s %zu bytes of the host's memory", does, bytes);
  } else {
    find(UNSEQ_OUT_OF_BOUNDS, pc, nullptr, "it %s %zu bytes where there is no device memory", does, bytes);
  }
  abort_kernel();
  return false;
}

bool wrong(std::uintptr_t address, std::size_t bytes, bool write, const void* pc) {
  std::size_t good = 0;  // bytes of it that may be used
  while (good < bytes && (*state_of(address + good) & kAllocated)) ++good;
  const std::uintptr_t at = address + (good < bytes ? good : 0);
  const Block* const block = meant(at);
  const char* const does = write ? "writes" : "reads";
  const unsigned char state = *state_of(at);
  if (block == nullptr) {
    find(UNSEQ_OUT_OF_BOUNDS, pc, nullptr, "it %s %zu bytes where there is no device memory", does, bytes);
  } else if (state & kFreed) {
    find(UNSEQ_MEMORY_FAULT, pc, block->freed_pc, "it %s %zu bytes of a block of %zu bytes that was freed", does, bytes,
         block->bytes);
  } else if (side == Side::host && !(state & kHost) && (state & kAllocated)) {
    find(UNSEQ_MEMORY_FAULT, pc, block->pc, "the host %s %zu bytes of device memory", does, bytes);
  } else if (!(state & kAllocated)) {
    const bool before = at < block->begin;
    const std::size_t far = before ? block->begin - at : at - (block->begin + block->bytes);
    find(UNSEQ_OUT_OF_BOUNDS, pc, block->pc, "it %s %zu bytes, %zu bytes %s a block of %zu bytes of %s", does, bytes,
         far, before ? "before" : "behind the end of", block->bytes, kind_of(*block));
  } else {
    std::size_t offset = 0;
    while (offset + 1 < bytes && (*state_of(address + offset) & kWritten)) ++offset;
    find(UNSEQ_UNINITIALISED, pc, block->pc, "it reads bytes that nobody wrote, %zu bytes from the start of a block of %zu bytes of %s",
         address + offset - block->begin, block->bytes, kind_of(*block));
    return true;
  }
  return false;
}

bool check_range(std::uintptr_t address, std::size_t bytes, bool write, const void* pc) {
  if (bytes == 0) return true;
  if (!in_arena(address)) {
    return side != Side::kernel || foreign(address, bytes, write, pc);
  }
  touched = true;
  const auto needed = static_cast<unsigned char>((side == Side::host ? kHost : 0) | kAllocated | (write ? 0 : kWritten));
  if (bytes < arena + kArenaBytes - address && all_have(address, bytes, needed)) {
    if (write) mark_written(address, bytes);
    return true;
  }
  std::size_t i = 0;  // the first byte that is wrong speaks for all
  while (address + i < arena + kArenaBytes - 1 && i + 1 < bytes && (*state_of(address + i) & needed) == needed) ++i;
  return wrong(address + i, bytes - i < 16 ? bytes - i : 16, write, pc);
}

// ---- a call of the host ----

void begin_call() {
  std::size_t kept = 0;
  for (std::size_t i = 0; i < blocks_used; ++i) {
    blocks[i].of_this_call = false;
    if (blocks[i].kind == Kind::shared || blocks[i].live) kept = i + 1;
  }
  if (kept == blocks_used) return;  // else what stands behind the last block that lasts is free
  const Block& last = blocks[kept - 1];
  const std::uintptr_t from = (last.begin + last.bytes + kLeastGap + kPage - 1) / kPage * kPage;
  for (std::size_t i = kept; i < blocks_used; ++i) {
    const Block& b = blocks[i];
    if (b.bytes < kWholeBlock) {
      fill(state_of(b.begin), 0, b.bytes);
    } else {
      madvise(state_of(b.begin / kPage * kPage), b.bytes + kPage, MADV_DONTNEED);
    }
  }
  next_free = from + kMostGap;
  blocks_used = kept;
}

void note_leaks() {
  for (std::size_t i = 0; i < blocks_used; ++i) {
    const Block& b = blocks[i];
    if (!b.live || !b.of_this_call || b.kind == Kind::shared) continue;
    find(UNSEQ_LEAK, b.pc, nullptr, "%zu bytes of device memory are not freed", b.bytes)->note = 1;
  }
}

void fresh_shared(std::size_t bytes) {
  static std::size_t before = kMostShared;  // that the last block had
  const auto fresh = [](std::uintptr_t begin, std::size_t n) {
    fill(state_of(begin), kAllocated, n);
    race::detector.fresh(reinterpret_cast<const void*>(begin), n);
  };
  if (before > bytes) fill(state_of(blocks[0].begin + bytes), 0, before - bytes);
  fresh(blocks[0].begin, bytes);
  before = bytes;
  for (std::size_t i = 0; i < slots_used; ++i) {
    unseq_cuda::SharedSlot& slot = slots[i];
    if (!slot.used) continue;
    slot.used = false;
    const auto begin = reinterpret_cast<std::uintptr_t>(slot.memory);
    fresh(begin, near(begin)->bytes);
  }
}

}  // namespace unseq::cuda

using namespace unseq::cuda;  // NOLINT

#define EXPORT extern "C" __attribute__((visibility("default")))
#define CALLER __builtin_return_address(0)

EXPORT void* unseq_cuda_allocate(std::size_t bytes, int kind) {
  if (failed_for_good()) return nullptr;
  return allocate(bytes, static_cast<Kind>(kind), CALLER);
}

EXPORT int unseq_cuda_release(void* p) {
  if (p == nullptr) return unseq_cuda::success;
  const auto address = reinterpret_cast<std::uintptr_t>(p);
  Block* const block = in_arena(address) ? near(address) : nullptr;
  if (block == nullptr || block->begin != address || !block->live) {
    const bool twice = block != nullptr && block->begin == address;
    find(UNSEQ_MEMORY_FAULT, CALLER, twice ? block->freed_pc : nullptr,
         twice ? "it frees a block twice" : "it frees what is no block of device memory");
    return unseq_cuda::invalid_value;
  }
  block->live = false;
  block->freed_pc = CALLER;
  fill(state_of(address), kFreed, block->bytes);
  unseq::race::forget_block(p);
  if (block->bytes >= kWholeBlock) {
    const std::uintptr_t from = (address + kPage - 1) / kPage * kPage, to = (address + block->bytes) / kPage * kPage;
    madvise(reinterpret_cast<void*>(from), to - from, MADV_DONTNEED);
  }
  return unseq_cuda::success;
}

EXPORT int unseq_cuda_copy(void* to, const void* from, std::size_t bytes, int to_side, int from_side) {
  const void* const pc = CALLER;
  if (failed_for_good()) return unseq_cuda::illegal_address;
  if (bytes == 0) return unseq_cuda::success;
  if (!side_fits(to, to_side, "destination", pc) || !side_fits(from, from_side, "source", pc)) return unseq_cuda::invalid_value;
  const auto target = reinterpret_cast<std::uintptr_t>(to), source = reinterpret_cast<std::uintptr_t>(from);
  const Side before = side;
  side = Side::library;
  bool good = in_arena(source) ? bytes < arena + kArenaBytes - source && all_have(source, bytes, kAllocated) : host_side(from, bytes, pc);
  if (!good && in_arena(source)) check_range(source, bytes, false, pc);
  if (good) good = in_arena(target) ? check_range(target, bytes, true, pc) : host_side(to, bytes, pc);
  side = before;
  if (!good) return unseq_cuda::invalid_value;
  move(to, from, bytes);
  if (!in_arena(source)) return unseq_cuda::success;
  if (in_arena(target)) {
    for (std::size_t i = 0; i < bytes; ++i) {
      if (!(*state_of(source + i) & kWritten)) *state_of(target + i) &= static_cast<unsigned char>(~kWritten);
    }
  } else if (const Unwritten u = unwritten(state_of(source), bytes); u.count > 0) {
    find(UNSEQ_UNINITIALISED, pc, near(source)->pc, "it copies %zu bytes to the host, of which some, the first at byte %zu, were never written%s",
         bytes, u.first, u.padding ? " (the same in each element, as padding is)" : "")->note = u.padding;
  }
  return unseq_cuda::success;
}

EXPORT int unseq_cuda_fill(void* to, int value, std::size_t bytes) {
  if (failed_for_good()) return unseq_cuda::illegal_address;
  if (bytes == 0) return unseq_cuda::success;
  if (!side_fits(to, kDeviceSide, "destination", CALLER)) return unseq_cuda::invalid_value;
  const Side before = side;
  side = Side::library;
  const bool good = check_range(reinterpret_cast<std::uintptr_t>(to), bytes, true, CALLER);
  side = before;
  if (!good) return unseq_cuda::invalid_value;
  fill(to, value, bytes);
  return unseq_cuda::success;
}

EXPORT void* unseq_cuda_dynamic_shared(void) { return reinterpret_cast<void*>(blocks[0].begin); }

EXPORT unseq_cuda::SharedSlot* unseq_cuda_shared_slot(std::size_t bytes) {
  if (slots_used == kMostSlots) {
    std::fputs("unseq: more shared variables than a program has\n", stderr);
    std::_Exit(70);
  }
  slots[slots_used] = {allocate(bytes, Kind::shared, nullptr), false};
  return &slots[slots_used++];
}

EXPORT int unseq_cuda_is_device(const void* p) { return in_arena(reinterpret_cast<std::uintptr_t>(p)); }

EXPORT std::size_t unseq_cuda_block_bytes(const void* p) {
  const auto address = reinterpret_cast<std::uintptr_t>(p);
  const Block* const block = in_arena(address) ? near(address) : nullptr;
  return block != nullptr && block->live && address - block->begin < block->bytes ? block->begin + block->bytes - address : 0;
}

EXPORT void unseq_cuda_atomic(const volatile void* p, std::size_t bytes) {
  const auto address = reinterpret_cast<std::uintptr_t>(p);
  if (!check_range(address, bytes, false, CALLER) || !check_range(address, bytes, true, CALLER)) return;
  unseq::race::detector.access(unseq::race::Access{address, bytes, CALLER, true, true});
}
EXPORT void unseq_cuda_took(const volatile void* p, std::uint64_t before, std::uint64_t after) {
  unseq::race::detector.took(p, before, after, __ATOMIC_RELAXED);
}
EXPORT void unseq_cuda_fence(void) { unseq::race::detector.fence(__ATOMIC_ACQ_REL); }
