// Stands in for Thrust where kernels run on the CPU.
#pragma once
#include "cub/library.cuh"
namespace thrust {
template <class Function, class Input>
auto make_transform_iterator(Input in, Function f) {
  using T = std::remove_cvref_t<decltype(f(in[0]))>;
  return cub::TransformInputIterator<T, Function, Input>(in, f);
}
}  // namespace thrust
