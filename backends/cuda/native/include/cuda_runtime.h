// Stands in for CUDA's header where kernels run on the CPU.
#pragma once
#include "unseq_cuda/keywords.h"
#include "unseq_cuda/math.h"
#include "unseq_cuda/threads.h"
#include "unseq_cuda/api.h"
