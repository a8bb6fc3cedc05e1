// CUDA's small vectors: int2, float4 and so on, with its alignments, and dim3.
#ifndef UNSEQ_CUDA_VECTORS_H_
#define UNSEQ_CUDA_VECTORS_H_

#include "unseq_cuda/runtime.h"

#define UNSEQ_CUDA_VECTORS(name, T, two, four)                                                         \
  struct name##1 { T x; };                                                                             \
  struct alignas(two) name##2 { T x, y; };                                                             \
  struct name##3 { T x, y, z; };                                                                       \
  struct alignas(four) name##4 { T x, y, z, w; };                                                      \
  constexpr name##1 make_##name##1(T x) { return {x}; }                                                \
  constexpr name##2 make_##name##2(T x, T y) { return {x, y}; }                                        \
  constexpr name##3 make_##name##3(T x, T y, T z) { return {x, y, z}; }                                \
  constexpr name##4 make_##name##4(T x, T y, T z, T w) { return {x, y, z, w}; }

UNSEQ_CUDA_VECTORS(char, signed char, 2, 4)
UNSEQ_CUDA_VECTORS(uchar, unsigned char, 2, 4)
UNSEQ_CUDA_VECTORS(short, short, 4, 8)
UNSEQ_CUDA_VECTORS(ushort, unsigned short, 4, 8)
UNSEQ_CUDA_VECTORS(int, int, 8, 16)
UNSEQ_CUDA_VECTORS(long, long, 16, 16)
UNSEQ_CUDA_VECTORS(ulong, unsigned long, 16, 16)
UNSEQ_CUDA_VECTORS(longlong, long long, 16, 16)
UNSEQ_CUDA_VECTORS(ulonglong, unsigned long long, 16, 16)
UNSEQ_CUDA_VECTORS(float, float, 8, 16)
UNSEQ_CUDA_VECTORS(double, double, 16, 16)
#undef UNSEQ_CUDA_VECTORS

struct uint1 { unsigned x; };
struct alignas(8) uint2 { unsigned x, y; };
using uint3 = unseq_cuda::Index;
struct alignas(16) uint4 { unsigned x, y, z, w; };
constexpr uint1 make_uint1(unsigned x) { return {x}; }
constexpr uint2 make_uint2(unsigned x, unsigned y) { return {x, y}; }
constexpr uint3 make_uint3(unsigned x, unsigned y, unsigned z) { return {x, y, z}; }
constexpr uint4 make_uint4(unsigned x, unsigned y, unsigned z, unsigned w) { return {x, y, z, w}; }

struct dim3 {
  unsigned x, y, z;
  constexpr dim3(unsigned a = 1, unsigned b = 1, unsigned c = 1) : x(a), y(b), z(c) {}
  constexpr dim3(uint3 v) : x(v.x), y(v.y), z(v.z) {}
  constexpr operator uint3() const { return {x, y, z}; }
};

#endif
