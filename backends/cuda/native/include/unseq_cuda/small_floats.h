// Floating-point numbers of two bytes: every operation is one of float, rounded to nearest, ties to even.
#ifndef UNSEQ_CUDA_SMALL_FLOATS_H_
#define UNSEQ_CUDA_SMALL_FLOATS_H_

#include <bit>

#include "cuda_runtime.h"

namespace unseq_cuda {

// IEEE binary16.
struct Half {
  static std::uint16_t pack(float value) {
    const auto bits = std::bit_cast<std::uint32_t>(value);
    const auto sign = static_cast<std::uint16_t>(bits >> 16 & 0x8000);
    const std::uint32_t size = bits & 0x7fffffff;
    if (size > 0x7f800000) return static_cast<std::uint16_t>(sign | 0x7fff);
    if (size >= 0x477ff000) return static_cast<std::uint16_t>(sign | 0x7c00);
    if (size < 0x38800000) {  // no implicit 1: a multiple of 2 to the power of -24
      return static_cast<std::uint16_t>(sign | static_cast<std::uint16_t>(nearbyintf(fabsf(value) * 16777216.0f)));
    }
    const std::uint32_t rounded = size + 0xfff + (size >> 13 & 1);
    return static_cast<std::uint16_t>(sign | ((rounded - 0x38000000) >> 13));
  }
  static float unpack(std::uint16_t bits) {
    const std::uint32_t sign = static_cast<std::uint32_t>(bits & 0x8000) << 16, exponent = bits >> 10 & 31, rest = bits & 1023;
    if (exponent == 0) {
      const float size = static_cast<float>(rest) / 16777216.0f;
      return sign != 0 ? -size : size;
    }
    const std::uint32_t all = exponent == 31 ? 0x7f800000 : (exponent + 112) << 23;
    return std::bit_cast<float>(sign | all | rest << 13);
  }
};

// The upper half of a float.
struct Brain {
  static std::uint16_t pack(float value) {
    const auto bits = std::bit_cast<std::uint32_t>(value);
    if ((bits & 0x7fffffff) > 0x7f800000) return 0x7fff;
    return static_cast<std::uint16_t>((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
  }
  static float unpack(std::uint16_t bits) { return std::bit_cast<float>(static_cast<std::uint32_t>(bits) << 16); }
};

template <class Format>
struct SmallFloat {
  std::uint16_t bits;
  SmallFloat() = default;
  SmallFloat(float value) : bits(Format::pack(value)) {}
  SmallFloat(double value) : SmallFloat(static_cast<float>(value)) {}
  SmallFloat(int value) : SmallFloat(static_cast<float>(value)) {}
  operator float() const { return Format::unpack(bits); }
  friend SmallFloat operator+(SmallFloat a, SmallFloat b) { return static_cast<float>(a) + static_cast<float>(b); }
  friend SmallFloat operator-(SmallFloat a, SmallFloat b) { return static_cast<float>(a) - static_cast<float>(b); }
  friend SmallFloat operator*(SmallFloat a, SmallFloat b) { return static_cast<float>(a) * static_cast<float>(b); }
  friend SmallFloat operator/(SmallFloat a, SmallFloat b) { return static_cast<float>(a) / static_cast<float>(b); }
  friend bool operator<(SmallFloat a, SmallFloat b) { return static_cast<float>(a) < static_cast<float>(b); }
  friend bool operator>(SmallFloat a, SmallFloat b) { return b < a; }
  friend bool operator==(SmallFloat a, SmallFloat b) { return static_cast<float>(a) == static_cast<float>(b); }
  SmallFloat operator-() const { return -static_cast<float>(*this); }
  SmallFloat &operator+=(SmallFloat other) { return *this = *this + other; }
  SmallFloat &operator-=(SmallFloat other) { return *this = *this - other; }
  SmallFloat &operator*=(SmallFloat other) { return *this = *this * other; }
  SmallFloat &operator/=(SmallFloat other) { return *this = *this / other; }
};

}  // namespace unseq_cuda

// Names that both types have, and the pairs of two.
#define UNSEQ_CUDA_SMALL(T, T2, name)                                                         \
  struct alignas(4) T2 { T x, y; };                                                           \
  UNSEQ_CUDA_CALL T __float2##name(float v) { return v; }                                     \
  UNSEQ_CUDA_CALL T __float2##name##_rn(float v) { return v; }                                \
  UNSEQ_CUDA_CALL float __##name##2float(T v) { return v; }                                   \
  UNSEQ_CUDA_CALL T2 __floats2##name##2_rn(float x, float y) { return {T(x), T(y)}; }         \
  UNSEQ_CUDA_CALL float __low2float(T2 v) { return v.x; }                                     \
  UNSEQ_CUDA_CALL float __high2float(T2 v) { return v.y; }                                    \
  UNSEQ_CUDA_CALL T __hadd(T a, T b) { return a + b; }                                        \
  UNSEQ_CUDA_CALL T __hsub(T a, T b) { return a - b; }                                        \
  UNSEQ_CUDA_CALL T __hmul(T a, T b) { return a * b; }                                        \
  UNSEQ_CUDA_CALL T __hdiv(T a, T b) { return a / b; }                                        \
  UNSEQ_CUDA_CALL T __hneg(T a) { return -a; }                                                \
  UNSEQ_CUDA_CALL T __hmax(T a, T b) { return a < b ? b : a; }                                \
  UNSEQ_CUDA_CALL T __hmin(T a, T b) { return b < a ? b : a; }                                \
  UNSEQ_CUDA_CALL bool __hlt(T a, T b) { return a < b; }                                      \
  UNSEQ_CUDA_CALL bool __hgt(T a, T b) { return b < a; }                                      \
  UNSEQ_CUDA_CALL bool __heq(T a, T b) { return a == b; }                                     \
  UNSEQ_CUDA_CALL T __hfma(T a, T b, T c) {                                                   \
    return fmaf(static_cast<float>(a), static_cast<float>(b), static_cast<float>(c));         \
  }                                                                                           \
  UNSEQ_CUDA_CALL T2 __hadd2(T2 a, T2 b) { return {a.x + b.x, a.y + b.y}; }                   \
  UNSEQ_CUDA_CALL T2 __hmul2(T2 a, T2 b) { return {a.x * b.x, a.y * b.y}; }                   \
  UNSEQ_CUDA_CALL T2 __hfma2(T2 a, T2 b, T2 c) { return {__hfma(a.x, b.x, c.x), __hfma(a.y, b.y, c.y)}; }

#endif
