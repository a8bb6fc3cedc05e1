// Stands in for CUDA's header where kernels run on the CPU.
#pragma once
#include "unseq_cuda/small_floats.h"
using __half = unseq_cuda::SmallFloat<unseq_cuda::Half>;
using half = __half;
UNSEQ_CUDA_SMALL(__half, __half2, half)
using half2 = __half2;
