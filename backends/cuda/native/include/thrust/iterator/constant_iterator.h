// Stands in for Thrust where kernels run on the CPU.
#pragma once
#include "cub/library.cuh"
namespace thrust {
template <class T>
cub::ConstantInputIterator<T> make_constant_iterator(T value) { return cub::ConstantInputIterator<T>(value); }
}  // namespace thrust
