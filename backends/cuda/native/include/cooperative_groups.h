// Stands in for cooperative groups where kernels run on the CPU: the block, tiles of at most a warp, and what of a warp
// runs together. A grid cannot wait as a whole, for its blocks run one after another.
#pragma once
#include "cuda_runtime.h"

namespace cooperative_groups {

struct thread_block {
  __attribute__((always_inline)) void sync(UNSEQ_CUDA_SITE) const { __syncthreads(UNSEQ_CUDA_HERE); }
  static unsigned thread_rank() { return threadIdx.x + blockDim.x * (threadIdx.y + blockDim.y * threadIdx.z); }
  static unsigned size() { return blockDim.x * blockDim.y * blockDim.z; }
  static unsigned num_threads() { return size(); }
  static dim3 group_index() { return blockIdx; }
  static dim3 thread_index() { return threadIdx; }
  static dim3 group_dim() { return blockDim; }
  static dim3 dim_threads() { return blockDim; }
};
UNSEQ_CUDA_CALL thread_block this_thread_block() { return {}; }

struct grid_group {
  static unsigned long long thread_rank() {
    return (blockIdx.x + static_cast<unsigned long long>(gridDim.x) * (blockIdx.y + static_cast<unsigned long long>(gridDim.y) * blockIdx.z)) *
               thread_block::size() + thread_block::thread_rank();
  }
  static unsigned long long size() {
    return static_cast<unsigned long long>(gridDim.x) * gridDim.y * gridDim.z * thread_block::size();
  }
  static unsigned long long num_threads() { return size(); }
  template <class T = void>
  void sync() const {
    static_assert(!std::is_void_v<T>, "blocks run one after another on the CPU: a grid cannot wait as a whole");
  }
};
UNSEQ_CUDA_CALL grid_group this_grid() { return {}; }

// Lanes of one warp, by their mask.
class lanes {
 public:
  explicit lanes(unsigned mask) : mask_(mask) {}
  unsigned thread_rank() const { return static_cast<unsigned>(__popc(mask_ & ((1u << unseq_cuda::lane()) - 1))); }
  unsigned size() const { return static_cast<unsigned>(__popc(mask_)); }
  unsigned num_threads() const { return size(); }
  unsigned mask() const { return mask_; }
  __attribute__((always_inline)) void sync(UNSEQ_CUDA_SITE) const { __syncwarp(mask_, UNSEQ_CUDA_HERE); }
  template <class T>
  __attribute__((always_inline)) T shfl(T value, int rank, UNSEQ_CUDA_SITE) const {
    return unseq_cuda::exchange(mask_, value, lane_of(rank), UNSEQ_CUDA_HERE);
  }
  template <class T>
  __attribute__((always_inline)) T shfl_down(T value, unsigned by, UNSEQ_CUDA_SITE) const {
    return moved(value, static_cast<long long>(thread_rank()) + by, UNSEQ_CUDA_HERE);
  }
  template <class T>
  __attribute__((always_inline)) T shfl_up(T value, unsigned by, UNSEQ_CUDA_SITE) const {
    return moved(value, static_cast<long long>(thread_rank()) - by, UNSEQ_CUDA_HERE);
  }
  template <class T>
  __attribute__((always_inline)) T shfl_xor(T value, unsigned by, UNSEQ_CUDA_SITE) const {
    return moved(value, static_cast<long long>(thread_rank() ^ by), UNSEQ_CUDA_HERE);
  }
  __attribute__((always_inline)) int any(int predicate, UNSEQ_CUDA_SITE) const { return __any_sync(mask_, predicate, UNSEQ_CUDA_HERE); }
  __attribute__((always_inline)) int all(int predicate, UNSEQ_CUDA_SITE) const { return __all_sync(mask_, predicate, UNSEQ_CUDA_HERE); }
  __attribute__((always_inline)) unsigned ballot(int predicate, UNSEQ_CUDA_SITE) const {
    return ranks(__ballot_sync(mask_, predicate, UNSEQ_CUDA_HERE));
  }
  template <class T>
  __attribute__((always_inline)) unsigned match_any(T value, UNSEQ_CUDA_SITE) const {
    return ranks(__match_any_sync(mask_, value, UNSEQ_CUDA_HERE));
  }

 private:
  unsigned mask_;
  int lane_of(int rank) const {
    unsigned left = mask_;
    for (; rank > 0 && left != 0; rank--) left &= left - 1;
    return left == 0 ? static_cast<int>(unseq_cuda::lane()) : __builtin_ctz(left);
  }
  unsigned ranks(unsigned found) const {
    unsigned packed = 0, k = 0;
    for (unsigned left = mask_; left != 0; left &= left - 1) packed |= (found >> __builtin_ctz(left) & 1) << k++;
    return packed;
  }
  template <class T>
  __attribute__((always_inline)) T moved(T value, long long rank, UNSEQ_CUDA_SITE) const {
    const bool inside = rank >= 0 && rank < static_cast<long long>(size());
    return unseq_cuda::exchange(mask_, value, inside ? lane_of(static_cast<int>(rank)) : static_cast<int>(unseq_cuda::lane()), UNSEQ_CUDA_HERE);
  }
};

template <unsigned Size, class Parent = thread_block>
class thread_block_tile : public lanes {
  static_assert(Size <= 32 && (Size & (Size - 1)) == 0, "tiles of more than a warp are not modelled");

 public:
  thread_block_tile() : lanes((Size == 32 ? ~0u : (1u << Size % 32) - 1) << unseq_cuda::lane() / Size * Size) {}
  static constexpr unsigned size() { return Size; }
  static constexpr unsigned num_threads() { return Size; }
  static unsigned thread_rank() { return unseq_cuda::lane() % Size; }
  static unsigned meta_group_rank() { return thread_block::thread_rank() / Size; }
  static unsigned meta_group_size() { return (thread_block::size() + Size - 1) / Size; }
};
template <unsigned Size, class Group>
UNSEQ_CUDA_CALL thread_block_tile<Size> tiled_partition(const Group &) { return {}; }

using coalesced_group = lanes;
UNSEQ_CUDA_CALL coalesced_group coalesced_threads() { return lanes(__activemask()); }

template <class Group>
UNSEQ_CUDA_CALL void sync(const Group &group, UNSEQ_CUDA_SITE) { group.sync(UNSEQ_CUDA_HERE); }

template <class T> struct plus { T operator()(T a, T b) const { return a + b; } };
template <class T> struct less { T operator()(T a, T b) const { return b < a ? b : a; } };
template <class T> struct greater { T operator()(T a, T b) const { return a < b ? b : a; } };
template <class T> struct bit_and { T operator()(T a, T b) const { return a & b; } };
template <class T> struct bit_or { T operator()(T a, T b) const { return a | b; } };
template <class T> struct bit_xor { T operator()(T a, T b) const { return a ^ b; } };

template <class T, class Op>
UNSEQ_CUDA_CALL T reduce(const lanes &group, T value, Op op, UNSEQ_CUDA_SITE) {
  return unseq_cuda::fold(group.mask(), value, op, UNSEQ_CUDA_HERE);
}

}  // namespace cooperative_groups
