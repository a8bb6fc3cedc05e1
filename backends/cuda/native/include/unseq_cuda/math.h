// Arithmetic that CUDA has and C++ has not, or has under other names. The fast versions are as exact as the others here.
#ifndef UNSEQ_CUDA_MATH_H_
#define UNSEQ_CUDA_MATH_H_

#include <assert.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <bit>
#include <cmath>
#include <cstdlib>

#include "unseq_cuda/keywords.h"

#define UNSEQ_CUDA_SMALLER(T)                                         \
  UNSEQ_CUDA_CALL constexpr T min(T a, T b) { return b < a ? b : a; } \
  UNSEQ_CUDA_CALL constexpr T max(T a, T b) { return a < b ? b : a; }
UNSEQ_CUDA_SMALLER(int)
UNSEQ_CUDA_SMALLER(unsigned)
UNSEQ_CUDA_SMALLER(long)
UNSEQ_CUDA_SMALLER(unsigned long)
UNSEQ_CUDA_SMALLER(long long)
UNSEQ_CUDA_SMALLER(unsigned long long)
#undef UNSEQ_CUDA_SMALLER
UNSEQ_CUDA_CALL unsigned min(unsigned a, int b) { return min(a, static_cast<unsigned>(b)); }
UNSEQ_CUDA_CALL unsigned min(int a, unsigned b) { return min(static_cast<unsigned>(a), b); }
UNSEQ_CUDA_CALL unsigned max(unsigned a, int b) { return max(a, static_cast<unsigned>(b)); }
UNSEQ_CUDA_CALL unsigned max(int a, unsigned b) { return max(static_cast<unsigned>(a), b); }
UNSEQ_CUDA_CALL float min(float a, float b) { return fminf(a, b); }
UNSEQ_CUDA_CALL float max(float a, float b) { return fmaxf(a, b); }
UNSEQ_CUDA_CALL double min(double a, double b) { return fmin(a, b); }
UNSEQ_CUDA_CALL double max(double a, double b) { return fmax(a, b); }
UNSEQ_CUDA_CALL double min(float a, double b) { return fmin(a, b); }
UNSEQ_CUDA_CALL double max(float a, double b) { return fmax(a, b); }
UNSEQ_CUDA_CALL double min(double a, float b) { return fmin(a, b); }
UNSEQ_CUDA_CALL double max(double a, float b) { return fmax(a, b); }

// ---- integers ----

UNSEQ_CUDA_CALL int __popc(unsigned x) { return __builtin_popcount(x); }
UNSEQ_CUDA_CALL int __popcll(unsigned long long x) { return __builtin_popcountll(x); }
UNSEQ_CUDA_CALL int __clz(int x) { return x == 0 ? 32 : __builtin_clz(static_cast<unsigned>(x)); }
UNSEQ_CUDA_CALL int __clzll(long long x) { return x == 0 ? 64 : __builtin_clzll(static_cast<unsigned long long>(x)); }
UNSEQ_CUDA_CALL int __ffs(int x) { return __builtin_ffs(x); }
UNSEQ_CUDA_CALL int __ffsll(long long x) { return __builtin_ffsll(x); }
UNSEQ_CUDA_CALL unsigned __brev(unsigned x) {
  x = (x >> 1 & 0x55555555u) | (x & 0x55555555u) << 1;
  x = (x >> 2 & 0x33333333u) | (x & 0x33333333u) << 2;
  x = (x >> 4 & 0x0f0f0f0fu) | (x & 0x0f0f0f0fu) << 4;
  return __builtin_bswap32(x);
}
UNSEQ_CUDA_CALL unsigned long long __brevll(unsigned long long x) {
  return static_cast<unsigned long long>(__brev(static_cast<unsigned>(x))) << 32 | __brev(static_cast<unsigned>(x >> 32));
}
UNSEQ_CUDA_CALL int __mul24(int a, int b) {
  return static_cast<int>(static_cast<unsigned>(a << 8 >> 8) * static_cast<unsigned>(b << 8 >> 8));
}
UNSEQ_CUDA_CALL unsigned __umul24(unsigned a, unsigned b) { return (a & 0xffffffu) * (b & 0xffffffu); }
UNSEQ_CUDA_CALL int __mulhi(int a, int b) { return static_cast<int>(static_cast<long long>(a) * b >> 32); }
UNSEQ_CUDA_CALL unsigned __umulhi(unsigned a, unsigned b) {
  return static_cast<unsigned>(static_cast<unsigned long long>(a) * b >> 32);
}
UNSEQ_CUDA_CALL unsigned long long __umul64hi(unsigned long long a, unsigned long long b) {
  return static_cast<unsigned long long>(static_cast<unsigned __int128>(a) * b >> 64);
}
UNSEQ_CUDA_CALL long long __mul64hi(long long a, long long b) { return static_cast<long long>(static_cast<__int128>(a) * b >> 64); }
UNSEQ_CUDA_CALL unsigned __sad(int a, int b, unsigned c) { return c + static_cast<unsigned>(a < b ? b - a : a - b); }
UNSEQ_CUDA_CALL unsigned __byte_perm(unsigned a, unsigned b, unsigned selector) {
  const unsigned long long all = static_cast<unsigned long long>(b) << 32 | a;
  unsigned found = 0;
  for (int k = 0; k < 4; k++) found |= static_cast<unsigned>(all >> (8 * (selector >> (4 * k) & 7)) & 0xff) << (8 * k);
  return found;
}
UNSEQ_CUDA_CALL unsigned __funnelshift_l(unsigned lo, unsigned hi, unsigned by) {
  return static_cast<unsigned>((static_cast<unsigned long long>(hi) << 32 | lo) << (by & 31) >> 32);
}
UNSEQ_CUDA_CALL unsigned __funnelshift_r(unsigned lo, unsigned hi, unsigned by) {
  return static_cast<unsigned>((static_cast<unsigned long long>(hi) << 32 | lo) >> (by & 31));
}

// ---- floating point ----

// The C library's headers declare functions of these names.
#define __expf unseq_cuda_expf
#define __exp10f unseq_cuda_exp10f
#define __logf unseq_cuda_logf
#define __log2f unseq_cuda_log2f
#define __log10f unseq_cuda_log10f
#define __sinf unseq_cuda_sinf
#define __cosf unseq_cuda_cosf
#define __tanf unseq_cuda_tanf
#define __sincosf unseq_cuda_sincosf
#define __powf unseq_cuda_powf

#define UNSEQ_CUDA_UNARY(name, T, ...) \
  UNSEQ_CUDA_CALL T name(T x) { return __VA_ARGS__; }
UNSEQ_CUDA_UNARY(rsqrtf, float, 1.0f / sqrtf(x))
UNSEQ_CUDA_UNARY(rsqrt, double, 1.0 / sqrt(x))
UNSEQ_CUDA_UNARY(__frsqrt_rn, float, 1.0f / sqrtf(x))
UNSEQ_CUDA_UNARY(__fsqrt_rn, float, sqrtf(x))
UNSEQ_CUDA_UNARY(__dsqrt_rn, double, sqrt(x))
UNSEQ_CUDA_UNARY(__frcp_rn, float, 1.0f / x)
UNSEQ_CUDA_UNARY(__drcp_rn, double, 1.0 / x)
UNSEQ_CUDA_UNARY(__expf, float, expf(x))
UNSEQ_CUDA_UNARY(__exp10f, float, powf(10.0f, x))
UNSEQ_CUDA_UNARY(__logf, float, logf(x))
UNSEQ_CUDA_UNARY(__log2f, float, log2f(x))
UNSEQ_CUDA_UNARY(__log10f, float, log10f(x))
UNSEQ_CUDA_UNARY(__sinf, float, sinf(x))
UNSEQ_CUDA_UNARY(__cosf, float, cosf(x))
UNSEQ_CUDA_UNARY(__tanf, float, tanf(x))
UNSEQ_CUDA_UNARY(__saturatef, float, x > 0.0f ? x < 1.0f ? x : 1.0f : 0.0f)
UNSEQ_CUDA_UNARY(sinpif, float, static_cast<float>(sin(x * M_PI)))
UNSEQ_CUDA_UNARY(cospif, float, static_cast<float>(cos(x * M_PI)))
UNSEQ_CUDA_UNARY(sinpi, double, sin(x * M_PI))
UNSEQ_CUDA_UNARY(cospi, double, cos(x * M_PI))
UNSEQ_CUDA_UNARY(rcbrtf, float, 1.0f / cbrtf(x))
UNSEQ_CUDA_UNARY(rcbrt, double, 1.0 / cbrt(x))
UNSEQ_CUDA_UNARY(normcdf, double, 0.5 * erfc(-x * M_SQRT1_2))
UNSEQ_CUDA_UNARY(normcdff, float, 0.5f * erfcf(-x * static_cast<float>(M_SQRT1_2)))
#undef UNSEQ_CUDA_UNARY

UNSEQ_CUDA_CALL void __sincosf(float x, float *s, float *c) { *s = sinf(x), *c = cosf(x); }
UNSEQ_CUDA_CALL float __powf(float x, float y) { return powf(x, y); }
UNSEQ_CUDA_CALL float __fdividef(float x, float y) { return x / y; }
UNSEQ_CUDA_CALL float fdividef(float x, float y) { return x / y; }
UNSEQ_CUDA_CALL float __fmaf_rn(float x, float y, float z) { return fmaf(x, y, z); }
UNSEQ_CUDA_CALL double __fma_rn(double x, double y, double z) { return fma(x, y, z); }
#define UNSEQ_CUDA_ROUNDED(name, op)                                    \
  UNSEQ_CUDA_CALL float __f##name##_rn(float x, float y) { return x op y; } \
  UNSEQ_CUDA_CALL double __d##name##_rn(double x, double y) { return x op y; }
UNSEQ_CUDA_ROUNDED(add, +)
UNSEQ_CUDA_ROUNDED(sub, -)
UNSEQ_CUDA_ROUNDED(mul, *)
UNSEQ_CUDA_ROUNDED(div, /)
#undef UNSEQ_CUDA_ROUNDED
UNSEQ_CUDA_CALL float norm3df(float x, float y, float z) { return sqrtf(x * x + y * y + z * z); }
UNSEQ_CUDA_CALL double norm3d(double x, double y, double z) { return sqrt(x * x + y * y + z * z); }
UNSEQ_CUDA_CALL float rhypotf(float x, float y) { return 1.0f / hypotf(x, y); }

// ---- conversions ----

namespace unseq_cuda {
template <class To, class From>
UNSEQ_CUDA_CALL To same_bits(From from) {
  return std::bit_cast<To>(from);
}
// As a device converts: what does not fit becomes the nearest value that does, and NaN 0.
template <class To, class From>
UNSEQ_CUDA_CALL To clamped(From from) {
  if (from != from) return 0;
  constexpr int bits = static_cast<int>(sizeof(To) * 8);
  constexpr bool is_signed = static_cast<To>(-1) < 0;
  const From top = ldexp(static_cast<From>(1), is_signed ? bits - 1 : bits);
  const To most = is_signed ? static_cast<To>(~static_cast<To>(0) ^ static_cast<To>(1) << (bits - 1)) : static_cast<To>(~static_cast<To>(0));
  if (from >= top) return most;
  if (is_signed ? from < -top : from < 0) return is_signed ? static_cast<To>(-most - 1) : 0;
  return static_cast<To>(from);
}
}  // namespace unseq_cuda

UNSEQ_CUDA_CALL int __float_as_int(float x) { return unseq_cuda::same_bits<int>(x); }
UNSEQ_CUDA_CALL unsigned __float_as_uint(float x) { return unseq_cuda::same_bits<unsigned>(x); }
UNSEQ_CUDA_CALL float __int_as_float(int x) { return unseq_cuda::same_bits<float>(x); }
UNSEQ_CUDA_CALL float __uint_as_float(unsigned x) { return unseq_cuda::same_bits<float>(x); }
UNSEQ_CUDA_CALL long long __double_as_longlong(double x) { return unseq_cuda::same_bits<long long>(x); }
UNSEQ_CUDA_CALL double __longlong_as_double(long long x) { return unseq_cuda::same_bits<double>(x); }
UNSEQ_CUDA_CALL int __float2int_rn(float x) { return unseq_cuda::clamped<int>(nearbyintf(x)); }
UNSEQ_CUDA_CALL int __float2int_rz(float x) { return unseq_cuda::clamped<int>(truncf(x)); }
UNSEQ_CUDA_CALL int __float2int_rd(float x) { return unseq_cuda::clamped<int>(floorf(x)); }
UNSEQ_CUDA_CALL int __float2int_ru(float x) { return unseq_cuda::clamped<int>(ceilf(x)); }
UNSEQ_CUDA_CALL unsigned __float2uint_rn(float x) { return unseq_cuda::clamped<unsigned>(nearbyintf(x)); }
UNSEQ_CUDA_CALL unsigned __float2uint_rz(float x) { return unseq_cuda::clamped<unsigned>(truncf(x)); }
UNSEQ_CUDA_CALL int __double2int_rn(double x) { return unseq_cuda::clamped<int>(nearbyint(x)); }
UNSEQ_CUDA_CALL int __double2int_rz(double x) { return unseq_cuda::clamped<int>(trunc(x)); }
UNSEQ_CUDA_CALL long long __double2ll_rn(double x) { return unseq_cuda::clamped<long long>(nearbyint(x)); }
UNSEQ_CUDA_CALL float __int2float_rn(int x) { return static_cast<float>(x); }
UNSEQ_CUDA_CALL float __uint2float_rn(unsigned x) { return static_cast<float>(x); }
UNSEQ_CUDA_CALL float __double2float_rn(double x) { return static_cast<float>(x); }
UNSEQ_CUDA_CALL double __int2double_rn(int x) { return x; }

UNSEQ_CUDA_CALL long long clock64() { return static_cast<long long>(__builtin_ia32_rdtsc()); }
UNSEQ_CUDA_CALL unsigned long long __globaltimer() { return static_cast<unsigned long long>(clock64()); }
UNSEQ_CUDA_CALL void __nanosleep(unsigned) {}
UNSEQ_CUDA_CALL void __trap() { __builtin_trap(); }

#endif
