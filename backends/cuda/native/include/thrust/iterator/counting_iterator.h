// Stands in for Thrust where kernels run on the CPU.
#pragma once
#include "cub/library.cuh"
namespace thrust {
template <class T>
using counting_iterator = cub::CountingInputIterator<T>;
template <class T>
counting_iterator<T> make_counting_iterator(T first) { return counting_iterator<T>(first); }
}  // namespace thrust
