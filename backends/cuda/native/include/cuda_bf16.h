// Stands in for CUDA's header where kernels run on the CPU.
#pragma once
#include "unseq_cuda/small_floats.h"
using __nv_bfloat16 = unseq_cuda::SmallFloat<unseq_cuda::Brain>;
using nv_bfloat16 = __nv_bfloat16;
UNSEQ_CUDA_SMALL(__nv_bfloat16, __nv_bfloat162, bfloat16)
using nv_bfloat162 = __nv_bfloat162;
