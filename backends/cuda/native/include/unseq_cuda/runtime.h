// Between kernels compiled for the CPU and the runtime that runs them. Two runtimes have this interface: a fast one, and
// one that finds races and misuse of memory (UNSEQ_CUDA_RACE is defined where code is compiled for it).
#ifndef UNSEQ_CUDA_RUNTIME_H_
#define UNSEQ_CUDA_RUNTIME_H_

#include <cstddef>
#include <cstdint>

namespace unseq_cuda {

struct Index {
  unsigned x, y, z;
};

// Which thread runs. The same for all that a thread does, whatever ran in between.
struct Self {
  Index thread, block, block_dim, grid_dim;
  unsigned number;  // of the thread in its block
  int waited;       // it has been suspended
};

struct Launch {
  void (*threads)(void* env, std::size_t lo, std::size_t hi);  // runs threads [lo, hi) of the current block; names the fork site
  void* env;
  std::size_t env_bytes;
  Self* self;
  const char* kernel;
  Index grid, block;
  std::size_t shared;  // bytes of dynamic shared memory
};

// Memory of one shared variable of every block in turn; whether one has used it since it was made fresh.
struct SharedSlot {
  void* memory;
  bool used;
};

// Results of cudaGetLastError and its kin that the runtime itself makes.
enum Status { success = 0, invalid_value = 1, memory_allocation = 2, invalid_configuration = 9, illegal_address = 700 };

}  // namespace unseq_cuda

extern "C" {

// ---- kernels ----
void unseq_cuda_launch(const unseq_cuda::Launch* launch);
// Ends the running thread. Does not return if it has waited, for its stack is its own then; else the next one begins.
void unseq_cuda_finished(void);
// What UNSEQ_CUTOFF is where it is set for a run: UNSEQ_CUDA_CUTOFF of the environment, or 0.
int unseq_cuda_cutoff(void);
// Bytes of dynamic shared memory that kernels may have from now on, all of them.
int unseq_cuda_allow_shared(int bytes);

// ---- barriers: `predicate` counts the threads that give a value other than 0 ----
unsigned unseq_cuda_barrier(const char* file, int line, int predicate, unsigned* threads);
// Waits for the lanes of a mask, and gives the value of lane `source`.
// A source of -1: nobody's.
std::uint64_t unseq_cuda_exchange(const char* file, int line, unsigned mask, std::uint64_t value, int source);
// Those of all lanes of the mask, by lane, until the thread waits again; returns which came.
unsigned unseq_cuda_gather(const char* file, int line, unsigned mask, std::uint64_t value, const std::uint64_t** values);
// Lanes of the warp that have not ended.
unsigned unseq_cuda_active(void);

// ---- memory ----
enum unseq_cuda_memory { UNSEQ_CUDA_DEVICE = 0, UNSEQ_CUDA_BOTH = 1 };
void* unseq_cuda_allocate(std::size_t bytes, int kind);
int unseq_cuda_release(void* block);
// A copy within and between device and host memory; `to_device`, `from_device`: which sides are device memory.
int unseq_cuda_copy(void* to, const void* from, std::size_t bytes, int to_device, int from_device);
int unseq_cuda_fill(void* to, int value, std::size_t bytes);
void* unseq_cuda_dynamic_shared(void);
unseq_cuda::SharedSlot* unseq_cuda_shared_slot(std::size_t bytes);
int unseq_cuda_is_device(const void* p);
std::size_t unseq_cuda_block_bytes(const void* p);  // from p to the end of its block; 0: none

// ---- errors ----
// The last one; `clear`: 1 forgets it, -1 asks only for one that has ended the device's work for good.
int unseq_cuda_error(int clear);
void unseq_cuda_set_error(int status);

// ---- what libraries do on the device's behalf: one parallel operation over n elements, trusted ----
void unseq_cuda_library_begin(const void* site, std::size_t n);
void unseq_cuda_library_end(void);

// ---- the detector's side of atomic operations (nothing in the fast runtime) ----
void unseq_cuda_atomic(const volatile void* p, std::size_t bytes);
void unseq_cuda_took(const volatile void* p, std::uint64_t before, std::uint64_t after);
void unseq_cuda_fence(void);
}

#endif
