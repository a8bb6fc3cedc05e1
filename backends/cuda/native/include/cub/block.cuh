// Stand-ins for CUB's algorithms for a block and for a warp. They use their storage as CUB's do: a block that uses it
// again must wait first.
#ifndef UNSEQ_CUB_BLOCK_H_
#define UNSEQ_CUB_BLOCK_H_

#include "cub/library.cuh"

namespace cub {

enum BlockReduceAlgorithm { BLOCK_REDUCE_RAKING_COMMUTATIVE_ONLY, BLOCK_REDUCE_RAKING, BLOCK_REDUCE_WARP_REDUCTIONS };
enum BlockScanAlgorithm { BLOCK_SCAN_RAKING, BLOCK_SCAN_RAKING_MEMOIZE, BLOCK_SCAN_WARP_SCANS };

namespace detail {

template <class T, int Threads>
struct Storage {
  T values[Threads];
};
UNSEQ_CUDA_CALL unsigned thread_of_block() {
  return threadIdx.x + blockDim.x * (threadIdx.y + blockDim.y * threadIdx.z);
}

}  // namespace detail

template <class T, int X, BlockReduceAlgorithm = BLOCK_REDUCE_WARP_REDUCTIONS, int Y = 1, int Z = 1>
class BlockReduce {
 public:
  using TempStorage = detail::Storage<T, X * Y * Z>;
  explicit BlockReduce(TempStorage &storage) : storage_(storage) {}

  // The result is thread 0's.
  template <class Op>
  T Reduce(T value, Op op, int valid = X * Y * Z) {
    const int me = static_cast<int>(detail::thread_of_block());
    storage_.values[me] = value;
    __syncthreads();
    for (int i = 1; me == 0 && i < valid; i++) value = op(value, storage_.values[i]);
    return value;
  }
  T Sum(T value) { return Reduce(value, cub::Sum()); }
  T Sum(T value, int valid) { return Reduce(value, cub::Sum(), valid); }

 private:
  TempStorage &storage_;
};

template <class T, int X, BlockScanAlgorithm = BLOCK_SCAN_RAKING, int Y = 1, int Z = 1>
class BlockScan {
 public:
  using TempStorage = detail::Storage<T, X * Y * Z>;
  explicit BlockScan(TempStorage &storage) : storage_(storage) {}

  template <class Op>
  void InclusiveScan(T in, T &out, Op op, T &all) {
    const int me = static_cast<int>(detail::thread_of_block());
    storage_.values[me] = in;
    __syncthreads();
    all = storage_.values[0];
    if (me == 0) out = all;
    for (int i = 1; i < X * Y * Z; i++) {
      all = op(all, storage_.values[i]);
      if (i == me) out = all;
    }
  }
  template <class Op>
  void ExclusiveScan(T in, T &out, T initial, Op op, T &all) {
    const int me = static_cast<int>(detail::thread_of_block());
    storage_.values[me] = in;
    __syncthreads();
    T sum = initial;
    for (int i = 0; i < X * Y * Z; i++) {
      if (i == me) out = sum;
      sum = op(sum, storage_.values[i]);
      all = i == 0 ? storage_.values[0] : op(all, storage_.values[i]);
    }
  }
  template <class Op>
  void InclusiveScan(T in, T &out, Op op) {
    T all;
    InclusiveScan(in, out, op, all);
  }
  template <class Op>
  void ExclusiveScan(T in, T &out, T initial, Op op) {
    T all;
    ExclusiveScan(in, out, initial, op, all);
  }
  void InclusiveSum(T in, T &out) { InclusiveScan(in, out, cub::Sum()); }
  void InclusiveSum(T in, T &out, T &all) { InclusiveScan(in, out, cub::Sum(), all); }
  void ExclusiveSum(T in, T &out) { ExclusiveScan(in, out, T{}, cub::Sum()); }
  void ExclusiveSum(T in, T &out, T &all) { ExclusiveScan(in, out, T{}, cub::Sum(), all); }

 private:
  TempStorage &storage_;
};

template <class T, int Lanes = 32>
class WarpReduce {
 public:
  struct TempStorage {};
  explicit WarpReduce(TempStorage &) {}
  // The result is the first lane's.
  template <class Op>
  T Reduce(T value, Op op) {
    const unsigned first = unseq_cuda::lane() / Lanes * Lanes;
    const unsigned mask = (Lanes == 32 ? ~0u : (1u << Lanes % 32) - 1) << first;
    return unseq_cuda::fold(mask, value, op);
  }
  T Sum(T value) { return Reduce(value, cub::Sum()); }
};

}  // namespace cub

#endif
