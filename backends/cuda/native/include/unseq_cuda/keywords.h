// CUDA's keywords for a C++ compiler, and how a kernel is started. `kernel<<<grid, block>>>(x)` has been rewritten to
// `unseq_cuda::launch(...)`, and `__shared__` variables to references to `unseq_cuda::shared<T, number>()`.
#ifndef UNSEQ_CUDA_KEYWORDS_H_
#define UNSEQ_CUDA_KEYWORDS_H_

#include "unseq_cuda/runtime.h"
#include "unseq_cuda/vectors.h"

#define __global__
#define __device__
#define __host__
#define __constant__
#define __managed__
#define __grid_constant__
#define __launch_bounds__(...)
#define __cluster_dims__(...)
#define __forceinline__ inline __attribute__((always_inline))
#define __noinline__
#define __align__(n) __attribute__((aligned(n)))
#define __builtin_align__(n) __align__(n)
#define __inline_hint__
#define __nv_pure__
#define __CUDACC__ 1
#define __NVCC__ 1
#define CUDART_VERSION 13000
#define CUDA_VERSION 13000

// Code that the detector need not watch: it touches no memory of the program's.
#define UNSEQ_CUDA_BARE __attribute__((no_sanitize_thread))
#define UNSEQ_CUDA_CALL static inline __attribute__((always_inline))
#define UNSEQ_CUDA_SITE const char *unseq_file = __builtin_FILE(), int unseq_line = __builtin_LINE()
#define UNSEQ_CUDA_HERE unseq_file, unseq_line

typedef struct CUstream_st *cudaStream_t;

#if UNSEQ_CUDA_RACE
// Constant as far as one thread can tell, so that its accesses are not instrumented.
extern "C" const unseq_cuda::Self unseq_cuda_self;
#else
static unseq_cuda::Self unseq_cuda_self;
#endif
static const unseq_cuda::Index &threadIdx = unseq_cuda_self.thread, &blockIdx = unseq_cuda_self.block,
                               &blockDim = unseq_cuda_self.block_dim, &gridDim = unseq_cuda_self.grid_dim;
static constexpr int warpSize = 32;

namespace unseq_cuda {

struct Config {
  dim3 grid, block;
  std::size_t shared;
  Config(dim3 g, dim3 b, std::size_t bytes = 0, cudaStream_t = nullptr) : grid(g), block(b), shared(bytes) {}
};

#if UNSEQ_CUDA_RACE
#define UNSEQ_CUDA_INLINED  // reports name the kernel
#else
#define UNSEQ_CUDA_INLINED __attribute__((flatten))
#endif

// The fork site of a kernel. Runs threads [lo, hi) of a block; the first one's index is set.
template <class Body>
UNSEQ_CUDA_INLINED UNSEQ_CUDA_BARE void unseq_site_kernel(void *env, std::size_t lo, std::size_t hi) {
  const Body &body = *static_cast<const Body *>(env);
#if UNSEQ_CUDA_RACE
  for (; lo < hi; lo++) {
    body();
    unseq_cuda_finished();
  }
#else
  for (; lo < hi; lo++) {
    body();
    if (__builtin_expect(unseq_cuda_self.waited, 0)) unseq_cuda_finished();
    Index &at = unseq_cuda_self.thread;
    if (lo + 1 == hi) break;
    unseq_cuda_self.number++;
    if (++at.x < unseq_cuda_self.block_dim.x) continue;
    at.x = 0;
    if (++at.y < unseq_cuda_self.block_dim.y) continue;
    at.y = 0;
    at.z++;
  }
#endif
}

template <class Kernel, class... Args>
__attribute__((always_inline)) inline void launch(const char *name, const Kernel &kernel, const Config &config, Args... args) {
  auto body = [kernel, args...]() UNSEQ_CUDA_BARE { kernel(args...); };
  const Launch l{unseq_site_kernel<decltype(body)>, &body, sizeof body, const_cast<Self *>(&unseq_cuda_self), name,
                 {config.grid.x, config.grid.y, config.grid.z}, {config.block.x, config.block.y, config.block.z}, config.shared};
  unseq_cuda_launch(&l);
}

// A block's shared variable; blocks run one after another. `Number` tells variables of one type apart.
#if UNSEQ_CUDA_RACE
template <class T, int Number>
struct Slot {
  static inline SharedSlot &slot = *unseq_cuda_shared_slot(sizeof(T));
};
template <class T, int Number>
UNSEQ_CUDA_BARE inline T &shared() {
  SharedSlot &slot = Slot<T, Number>::slot;
  slot.used = true;
  return *static_cast<T *>(slot.memory);
}
#else
template <class T, int Number>
union Slot {
  alignas(16) unsigned char bytes[sizeof(T)];
  T value;
  constexpr Slot() : bytes{} {}
  ~Slot() {}
  static Slot memory;
};
template <class T, int Number>
Slot<T, Number> Slot<T, Number>::memory;
template <class T, int Number>
inline T &shared() {
  return Slot<T, Number>::memory.value;
}
#endif
template <class T>
UNSEQ_CUDA_BARE inline T &dynamic_shared() {
  return *static_cast<T *>(unseq_cuda_dynamic_shared());
}

}  // namespace unseq_cuda

#endif
