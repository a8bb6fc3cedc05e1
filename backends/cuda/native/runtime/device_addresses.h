// What the hooks of the race detector ask before each access: may it be made there, by whom it is made?
//
// Every byte of device memory has a state. A kernel may use what is allocated and read what was written; the host may
// use what is its own too. Elsewhere a kernel may use its stacks, the program's variables and what it was launched with.
#ifndef UNSEQ_CUDA_DEVICE_ADDRESSES_H_
#define UNSEQ_CUDA_DEVICE_ADDRESSES_H_

#include <cstddef>
#include <cstdint>

#include "launch.h"

namespace unseq::cuda {

inline constexpr unsigned char kAllocated = 1, kWritten = 2, kHost = 4, kFreed = 0x80;

inline constexpr std::size_t kArenaBytes = std::size_t{32} << 30;
extern std::uintptr_t arena;     // all device memory lies in [arena, arena + kArenaBytes)
extern unsigned char* states;    // of each byte of the arena
extern bool touched;             // device memory was used since this was cleared

// The rarer answers. All answers say whether the bytes are the program's, so that races on them mean something.
bool foreign(std::uintptr_t address, std::size_t bytes, bool write, const void* pc);
bool wrong(std::uintptr_t address, std::size_t bytes, bool write, const void* pc);
// For any number of bytes.
bool check_range(std::uintptr_t address, std::size_t bytes, bool write, const void* pc);

template <typename Word>
Word load_word(const void* p) {
  using Anywhere [[gnu::may_alias, gnu::aligned(1)]] = Word;
  return *static_cast<const Anywhere*>(p);
}
template <typename Word>
void store_word(void* p, Word value) {
  using Anywhere [[gnu::may_alias, gnu::aligned(1)]] = Word;
  *static_cast<Anywhere*>(p) = value;
}

template <typename Word, bool Write>
__attribute__((always_inline)) inline bool fine(unsigned char* at) {
  constexpr Word kEach = static_cast<Word>(UINT64_C(0x0101010101010101));
  const unsigned needed = (side == Side::host ? kHost : 0u) | (Write ? kAllocated : kAllocated | kWritten);
  const Word all = static_cast<Word>(kEach * needed), found = load_word<Word>(at);
  if (__builtin_expect((found & all) != all, 0)) return false;
  if (Write) store_word<Word>(at, static_cast<Word>(found | static_cast<Word>(kEach * kWritten)));
  return true;
}

template <std::size_t N, bool Write>
__attribute__((always_inline)) inline bool check(std::uintptr_t address, const void* pc) {
  const std::uintptr_t offset = address - arena;
  if (offset >= kArenaBytes - 16) {
    return side != Side::kernel || foreign(address, N, Write, pc);
  }
  touched = true;
  unsigned char* const at = states + offset;
  bool good;
  if constexpr (N == 1) {
    good = fine<std::uint8_t, Write>(at);
  } else if constexpr (N == 2) {
    good = fine<std::uint16_t, Write>(at);
  } else if constexpr (N == 4) {
    good = fine<std::uint32_t, Write>(at);
  } else if constexpr (N == 8) {
    good = fine<std::uint64_t, Write>(at);
  } else {
    good = fine<std::uint64_t, Write>(at) && fine<std::uint64_t, Write>(at + 8);
  }
  return __builtin_expect(good, 1) || wrong(address, N, Write, pc);
}

}  // namespace unseq::cuda

#endif
