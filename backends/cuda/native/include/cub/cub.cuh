// Stands in for CUB where kernels run on the CPU: device-wide algorithms, run serially on the host and trusted. What they
// read and write is checked like a kernel's accesses.
#pragma once
#include "cub/block.cuh"
#include "cub/device.cuh"
#include "cub/sort.cuh"
