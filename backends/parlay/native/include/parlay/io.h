// Files, and text to and from numbers.
#ifndef PARLAY_IO_H_
#define PARLAY_IO_H_

#include <array>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iostream>
#include <limits>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>

#include "internal/pack.h"

#include "sequence.h"
#include "slice.h"

namespace parlay {

// ---- files -------------------------------------------------------------------------------------------------

// A file's bytes from `start` up to `end`; 0 means the end of the file.
inline chars chars_from_file(const std::string& name, bool null_terminate = false, size_t start = 0, size_t end = 0) {
  std::ifstream file(name, std::ios::in | std::ios::binary | std::ios::ate);
  if (!file.is_open()) throw std::runtime_error("chars_from_file: cannot open " + name);
  const size_t length = static_cast<size_t>(file.tellg());
  const size_t first = internal::smaller(start, length);
  const size_t last = end == 0 ? length : internal::smaller(end, length);
  const size_t n = last > first ? last - first : 0;
  chars bytes(n + (null_terminate ? 1 : 0), '\0');
  file.seekg(static_cast<std::streamoff>(first), std::ios::beg);
  file.read(bytes.data(), static_cast<std::streamsize>(n));
  return bytes;
}

// A file's bytes as a range.
class file_map {
 public:
  using value_type = char;
  using iterator = const char*;
  explicit file_map(const std::string& name) : bytes_(chars_from_file(name)) {}
  char operator[](size_t i) const { return bytes_[i]; }
  iterator begin() const { return bytes_.begin(); }
  iterator end() const { return bytes_.end(); }
  size_t size() const { return bytes_.size(); }
  bool empty() const { return bytes_.empty(); }
  void close() { bytes_.clear(); }

 private:
  chars bytes_;
};

inline void chars_to_stream(const chars& s, std::ostream& os) {
  os.write(s.data(), static_cast<std::streamsize>(s.size()));
}
inline void chars_to_file(const chars& s, const std::string& name) {
  std::ofstream file(name, std::ios::out | std::ios::binary);
  if (!file.is_open()) throw std::runtime_error("chars_to_file: cannot open " + name);
  chars_to_stream(s, file);
}
inline std::ostream& operator<<(std::ostream& os, const chars& s) {
  chars_to_stream(s, os);
  return os;
}

// ---- text to numbers ---------------------------------------------------------------------------------------

namespace internal {

// White space, a sign and digits; what follows the digits is ignored. Wraps around when it does not fit.
template <typename Integer, typename R>
Integer parse_integer(const R& s) {
  size_t i = 0;
  const size_t n = s.size();
  while (i < n && (s[i] == ' ' || (s[i] >= '\t' && s[i] <= '\r'))) ++i;
  const bool negative = i < n && s[i] == '-';
  if (i < n && (s[i] == '-' || s[i] == '+')) ++i;
  using Unsigned = std::make_unsigned_t<Integer>;
  Unsigned value = 0;
  for (; i < n && s[i] >= '0' && s[i] <= '9'; ++i) value = static_cast<Unsigned>(value * 10 + (s[i] - '0'));
  return static_cast<Integer>(negative ? Unsigned(0) - value : value);
}

template <typename R, typename Convert>
auto parse_float(const R& s, Convert convert) {
  const std::string text(s.begin(), s.end());
  return convert(text.c_str(), nullptr);
}

}  // namespace internal

#define UNSEQ_PARSE_INTEGER(name, type)                                        \
  inline type name(const chars& s) { return internal::parse_integer<type>(s); } \
  template <typename It, typename S>                                           \
  type name(slice<It, S> s) { return internal::parse_integer<type>(s); }
UNSEQ_PARSE_INTEGER(chars_to_int, int)
UNSEQ_PARSE_INTEGER(chars_to_long, long)
UNSEQ_PARSE_INTEGER(chars_to_long_long, long long)
UNSEQ_PARSE_INTEGER(chars_to_uint, unsigned int)
UNSEQ_PARSE_INTEGER(chars_to_ulong, unsigned long)
UNSEQ_PARSE_INTEGER(chars_to_ulong_long, unsigned long long)
#undef UNSEQ_PARSE_INTEGER

#define UNSEQ_PARSE_FLOAT(name, type, convert)                                        \
  inline type name(const chars& s) { return internal::parse_float(s, convert); }      \
  template <typename It, typename S>                                                  \
  type name(slice<It, S> s) { return internal::parse_float(s, convert); }
UNSEQ_PARSE_FLOAT(chars_to_float, float, std::strtof)
UNSEQ_PARSE_FLOAT(chars_to_double, double, std::strtod)
UNSEQ_PARSE_FLOAT(chars_to_long_double, long double, std::strtold)
#undef UNSEQ_PARSE_FLOAT

// ---- anything to text --------------------------------------------------------------------------------------

inline chars to_chars(const std::string& s) { return chars(s.begin(), s.end()); }
inline chars to_chars(const char* s) { return chars(s, s + std::strlen(s)); }
inline chars to_chars(char c) { return chars(1, c); }
inline chars to_chars(bool v) { return to_chars(v ? '1' : '0'); }
inline chars to_chars(int v) { return to_chars(std::to_string(v)); }
inline chars to_chars(long v) { return to_chars(std::to_string(v)); }
inline chars to_chars(long long v) { return to_chars(std::to_string(v)); }
inline chars to_chars(unsigned int v) { return to_chars(std::to_string(v)); }
inline chars to_chars(unsigned long v) { return to_chars(std::to_string(v)); }
inline chars to_chars(unsigned long long v) { return to_chars(std::to_string(v)); }
inline chars to_chars(double v) {
  char text[64];
  std::snprintf(text, sizeof text, "%.11le", v);
  return to_chars(text);
}
inline chars to_chars(float v) { return to_chars(static_cast<double>(v)); }
inline chars to_chars(const chars& s) { return s; }
inline chars to_chars(chars&& s) { return std::move(s); }

template <typename A, typename B>
chars to_chars(const std::pair<A, B>& p);
template <typename A, size_t N>
chars to_chars(const std::array<A, N>& a);
template <typename It>
chars to_chars(const slice<It, It>& s);
template <typename T>
chars to_chars(const sequence<T>& s);

namespace internal {
template <typename R>
chars bracketed(const R& r, char open, char close) {
  const size_t n = parlay::size(r);
  auto in = std::begin(r);
  sequence<chars> parts = parlay::tabulate<chars>(n == 0 ? 2 : 2 * n + 1, [&](size_t i) -> chars {
    if (i == 0) return to_chars(open);
    if (n == 0 || i == 2 * n) return to_chars(close);
    return i % 2 == 1 ? to_chars(in[i / 2]) : to_chars(", ");
  });
  return parlay::flatten(std::move(parts));
}
}  // namespace internal

template <typename A, typename B>
chars to_chars(const std::pair<A, B>& p) {
  sequence<chars> parts = {to_chars('('), to_chars(p.first), to_chars(", "), to_chars(p.second), to_chars(')')};
  return parlay::flatten(std::move(parts));
}
template <typename A, size_t N>
chars to_chars(const std::array<A, N>& a) {
  return internal::bracketed(a, '(', ')');
}
template <typename It>
chars to_chars(const slice<It, It>& s) {
  return internal::bracketed(s, '[', ']');
}
template <typename T>
chars to_chars(const sequence<T>& s) {
  return internal::bracketed(s, '[', ']');
}

}  // namespace parlay

#endif
