// Stacks of their own and switches between them, without system calls.
#ifndef UNSEQ_FIBER_H_
#define UNSEQ_FIBER_H_

#include <cstddef>
#include <cstdint>

#if !defined(__x86_64__)
#include <ucontext.h>
#endif

namespace unseq {

// Where a stack was left. The thread's own stack has one too, filled when it is left.
struct Suspended {
#if defined(__x86_64__)
  void* top = nullptr;
#else
  ucontext_t context;
#endif
};

#if defined(__x86_64__)

// System V: what a callee must keep lies on the stack that is left.
__attribute__((naked, noinline)) inline void switch_stacks(void** /*left: rdi*/, void* /*next: rsi*/) {
  asm("pushq %rbp\n pushq %rbx\n pushq %r12\n pushq %r13\n pushq %r14\n pushq %r15\n"
      "movq %rsp, (%rdi)\n movq %rsi, %rsp\n"
      "popq %r15\n popq %r14\n popq %r13\n popq %r12\n popq %rbx\n popq %rbp\n ret");
}

inline void switch_to(Suspended& left, Suspended& next) { switch_stacks(&left.top, next.top); }

// `entry` must not return.
inline void prepare(Suspended& fiber, void* stack, std::size_t bytes, void (*entry)()) {
  auto* top = reinterpret_cast<void**>((reinterpret_cast<std::uintptr_t>(stack) + bytes) & ~std::uintptr_t{15});
  *--top = nullptr;  // as if somebody had called it
  *--top = reinterpret_cast<void*>(entry);
  for (int i = 0; i < 6; ++i) *--top = nullptr;
  fiber.top = top;
}

#else

inline void switch_to(Suspended& left, Suspended& next) { swapcontext(&left.context, &next.context); }

inline void prepare(Suspended& fiber, void* stack, std::size_t bytes, void (*entry)()) {
  getcontext(&fiber.context);
  fiber.context.uc_stack.ss_sp = stack;
  fiber.context.uc_stack.ss_size = bytes;
  fiber.context.uc_link = nullptr;
  makecontext(&fiber.context, entry, 0);
}

#endif

}  // namespace unseq

#endif
