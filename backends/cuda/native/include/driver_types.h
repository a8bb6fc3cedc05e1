// Stands in for CUDA's header where kernels run on the CPU.
#pragma once
#include "cuda_runtime.h"
