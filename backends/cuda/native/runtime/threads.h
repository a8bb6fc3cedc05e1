// The threads of one grid: how they are suspended and resumed.
#ifndef UNSEQ_CUDA_THREADS_H_
#define UNSEQ_CUDA_THREADS_H_

#include <cstddef>

#include "unseq_cuda/runtime.h"

namespace unseq::cuda {

// How many threads used device memory, as far as that is tracked; else all.
std::size_t run_grid(const unseq_cuda::Launch& launch, std::size_t blocks, unsigned threads);
// Gives up all threads of the grid; does not return.
[[noreturn]] void leave_kernel();
bool on_thread_stack(std::uintptr_t address);

}  // namespace unseq::cuda

#endif
