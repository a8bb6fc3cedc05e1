// What lies at an address: heap blocks with their sizes and makers, globals, the stack.
#ifndef UNSEQ_RACE_OBJECTS_H_
#define UNSEQ_RACE_OBJECTS_H_

#include <cstddef>
#include <cstdint>

namespace unseq::race {

// Whether every thread has its own variable of that name.
bool is_of_thread(std::uintptr_t address);

struct Object {
  int kind;
  std::uintptr_t base;
  std::size_t size;
  const void* pc;
};

void remember_block(const void* block, std::size_t bytes, const void* pc);
void forget_block(const void* block);
// Bytes of a block that was remembered; 0 when it was not.
std::size_t block_size(const void* block);

Object object_at(std::uintptr_t address, std::uintptr_t stack_low, std::uintptr_t stack_top);

// The code address whose low half is given. `near` is one whose upper half is a good guess.
const void* full_address(std::uint32_t low, const void* near);

}  // namespace unseq::race

#endif
