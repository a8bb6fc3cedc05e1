// Stands in for CUDA's header where kernels run on the CPU.
#pragma once
#include "cuda_runtime.h"

typedef float2 cuFloatComplex;
typedef double2 cuDoubleComplex;
typedef cuFloatComplex cuComplex;
UNSEQ_CUDA_CALL float cuCrealf(cuFloatComplex z) { return z.x; }
UNSEQ_CUDA_CALL float cuCimagf(cuFloatComplex z) { return z.y; }
UNSEQ_CUDA_CALL double cuCreal(cuDoubleComplex z) { return z.x; }
UNSEQ_CUDA_CALL double cuCimag(cuDoubleComplex z) { return z.y; }
UNSEQ_CUDA_CALL float cuCabsf(cuFloatComplex z) { return hypotf(z.x, z.y); }
UNSEQ_CUDA_CALL double cuCabs(cuDoubleComplex z) { return hypot(z.x, z.y); }
UNSEQ_CUDA_CALL cuFloatComplex make_cuFloatComplex(float x, float y) { return {x, y}; }
UNSEQ_CUDA_CALL cuDoubleComplex make_cuDoubleComplex(double x, double y) { return {x, y}; }
UNSEQ_CUDA_CALL cuComplex make_cuComplex(float x, float y) { return {x, y}; }
#define UNSEQ_CUDA_COMPLEX(C, suffix)                                                                       \
  UNSEQ_CUDA_CALL C cuConj##suffix(C z) { return {z.x, -z.y}; }                                             \
  UNSEQ_CUDA_CALL C cuCadd##suffix(C a, C b) { return {a.x + b.x, a.y + b.y}; }                             \
  UNSEQ_CUDA_CALL C cuCsub##suffix(C a, C b) { return {a.x - b.x, a.y - b.y}; }                             \
  UNSEQ_CUDA_CALL C cuCmul##suffix(C a, C b) { return {a.x * b.x - a.y * b.y, a.x * b.y + a.y * b.x}; }     \
  UNSEQ_CUDA_CALL C cuCdiv##suffix(C a, C b) {                                                              \
    const auto d = b.x * b.x + b.y * b.y;                                                                   \
    return {(a.x * b.x + a.y * b.y) / d, (a.y * b.x - a.x * b.y) / d};                                      \
  }                                                                                                         \
  UNSEQ_CUDA_CALL C cuCfma##suffix(C a, C b, C c) { return cuCadd##suffix(cuCmul##suffix(a, b), c); }
UNSEQ_CUDA_COMPLEX(cuFloatComplex, f)
UNSEQ_CUDA_COMPLEX(cuDoubleComplex, )
#undef UNSEQ_CUDA_COMPLEX
