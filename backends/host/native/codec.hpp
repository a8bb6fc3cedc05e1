// Moves values of C++ types between the host's items and objects, by type.
//
// A type is `fixed` when its bytes say everything: numbers, complex, plain records, and pairs and arrays of such. It
// travels as bytes, and so does any sequence of it; everything else travels as a list. backends/host/values.py makes
// the same distinction. Included after the file under test, whose library headers decide what is supported here; its
// macros must do no harm, so that template parameters are `T_`, not `T`.
#ifndef UNSEQ_CODEC_HPP_
#define UNSEQ_CODEC_HPP_

#include <cstdint>
#include <cstring>
#include <new>
#include <type_traits>
#include <typeinfo>
#include <utility>

#include "unseq_io.h"

namespace unseq_marshal {

// ---- which types are fixed ---------------------------------------------------------------------------

template <class T_>
struct fixed : std::bool_constant<std::is_arithmetic_v<T_> || std::is_enum_v<T_> ||
                                  (std::is_class_v<T_> && std::is_trivially_copyable_v<T_>)> {};
template <>
struct fixed<__int128> : std::true_type {};
template <>
struct fixed<unsigned __int128> : std::true_type {};
template <class T_, std::size_t N_>
struct fixed<T_[N_]> : fixed<T_> {};
template <class A_, class B_>
struct fixed<std::pair<A_, B_>> : std::bool_constant<fixed<A_>::value && fixed<B_>::value> {};
#ifdef _GLIBCXX_ARRAY
template <class T_, std::size_t N_>
struct fixed<std::array<T_, N_>> : fixed<T_> {};
#endif
#ifdef _GLIBCXX_TUPLE
template <class... T_>
struct fixed<std::tuple<T_...>> : std::false_type {};
#endif
#ifdef _GLIBCXX_OPTIONAL
template <class T_>
struct fixed<std::optional<T_>> : std::false_type {};
#endif
#ifdef _GLIBCXX_SPAN
template <class T_>
struct fixed<std::span<T_>> : std::false_type {};
#endif

// ---- values ------------------------------------------------------------------------------------------

// take fills an object from the next item; put writes it. Records with pointers get a generated specialization.
template <class T_, class = void>
struct codec {
  static_assert(fixed<T_>::value, "a type that the host cannot pass");
  static void take(unseq_io *io, T_ &value) {
    std::size_t length = 0;
    const void *data = io->bytes(io, &length);
    if (length != sizeof(T_)) __builtin_trap();
    std::memcpy(static_cast<void *>(&value), data, sizeof(T_));
  }
  static void put(unseq_io *io, const T_ &value) { io->put_bytes(io, &value, sizeof(T_)); }
};

template <class T_, std::size_t N_>
struct codec<T_[N_], std::enable_if_t<!fixed<T_>::value>> {
  static void take(unseq_io *io, T_ (&value)[N_]) {
    if (io->list(io) != N_) __builtin_trap();
    for (T_ &item : value) codec<T_>::take(io, item);
  }
  static void put(unseq_io *io, const T_ (&value)[N_]) {
    io->put_list(io, N_);
    for (const T_ &item : value) codec<T_>::put(io, item);
  }
};

template <class A_, class B_>
struct codec<std::pair<A_, B_>, std::enable_if_t<!fixed<std::pair<A_, B_>>::value>> {
  static void take(unseq_io *io, std::pair<A_, B_> &value) {
    io->list(io);
    codec<A_>::take(io, value.first);
    codec<B_>::take(io, value.second);
  }
  static void put(unseq_io *io, const std::pair<A_, B_> &value) {
    io->put_list(io, 2);
    codec<A_>::put(io, value.first);
    codec<B_>::put(io, value.second);
  }
};

// A growing sequence: as bytes when its elements are fixed.
template <class C_>
struct sequence_codec {
  using T_ = typename C_::value_type;
  static void take(unseq_io *io, C_ &value) {
    if constexpr (fixed<T_>::value) {
      std::size_t length = 0;
      const char *data = static_cast<const char *>(io->bytes(io, &length));
      const T_ *first = reinterpret_cast<const T_ *>(data);
      value = C_(first, first + length / sizeof(T_));
    } else {
      const std::size_t count = io->list(io);
      value = C_(count);
      for (auto &item : value) codec<T_>::take(io, item);
    }
  }
  static void put(unseq_io *io, const C_ &value) { put_from(io, value, nullptr, 0); }
  static void put_from(unseq_io *io, const C_ &value, const void *before, std::size_t before_length) {
    if constexpr (fixed<T_>::value) {
      if constexpr (requires { value.data(); }) {
        io->put_compared(io, value.data(), value.size() * sizeof(T_), before, before_length);
      } else {
        T_ *flat = static_cast<T_ *>(::operator new(value.size() * sizeof(T_) + 1));
        std::size_t k = 0;
        for (const T_ &item : value) std::memcpy(static_cast<void *>(flat + k++), &item, sizeof(T_));
        io->put_compared(io, flat, k * sizeof(T_), before, before_length);
        ::operator delete(flat);
      }
    } else {
      io->put_list(io, value.size());
      for (const T_ &item : value) codec<T_>::put(io, item);
    }
  }
};

#ifdef _GLIBCXX_VECTOR
template <class T_, class A_>
struct codec<std::vector<T_, A_>> : sequence_codec<std::vector<T_, A_>> {};
template <class A_>
struct codec<std::vector<bool, A_>> {
  static void take(unseq_io *io, std::vector<bool, A_> &value) {
    std::size_t length = 0;
    const char *data = static_cast<const char *>(io->bytes(io, &length));
    value = std::vector<bool, A_>(data, data + length);
  }
  static void put(unseq_io *io, const std::vector<bool, A_> &value) {
    char *flat = static_cast<char *>(::operator new(value.size() + 1));
    for (std::size_t k = 0; k < value.size(); k++) flat[k] = value[k];
    io->put_bytes(io, flat, value.size());
    ::operator delete(flat);
  }
};
#endif
#ifdef _GLIBCXX_DEQUE
template <class T_, class A_>
struct codec<std::deque<T_, A_>> : sequence_codec<std::deque<T_, A_>> {};
#endif
#ifdef _GLIBCXX_LIST
template <class T_, class A_>
struct codec<std::list<T_, A_>> : sequence_codec<std::list<T_, A_>> {};
#endif
#ifdef _GLIBCXX_STRING
template <class T_, class R_, class A_>
struct codec<std::basic_string<T_, R_, A_>> : sequence_codec<std::basic_string<T_, R_, A_>> {};
#endif
#ifdef _GLIBCXX_ARRAY
template <class T_, std::size_t N_>
struct codec<std::array<T_, N_>, std::enable_if_t<!fixed<T_>::value>> {
  static void take(unseq_io *io, std::array<T_, N_> &value) {
    if (io->list(io) != N_) __builtin_trap();
    for (T_ &item : value) codec<T_>::take(io, item);
  }
  static void put(unseq_io *io, const std::array<T_, N_> &value) {
    io->put_list(io, N_);
    for (const T_ &item : value) codec<T_>::put(io, item);
  }
};
#endif
#ifdef _GLIBCXX_TUPLE
template <class... T_>
struct codec<std::tuple<T_...>> {
  static void take(unseq_io *io, std::tuple<T_...> &value) {
    io->list(io);
    std::apply([io](T_ &...item) { (codec<T_>::take(io, item), ...); }, value);
  }
  static void put(unseq_io *io, const std::tuple<T_...> &value) {
    io->put_list(io, sizeof...(T_));
    std::apply([io](const T_ &...item) { (codec<T_>::put(io, item), ...); }, value);
  }
};
#endif
#ifdef _GLIBCXX_OPTIONAL
template <class T_>
struct codec<std::optional<T_>> {
  static void take(unseq_io *io, std::optional<T_> &value) {
    if (io->peek(io) == UNSEQ_NULL) {
      io->null(io);
    } else {
      codec<T_>::take(io, value.emplace());
    }
  }
  static void put(unseq_io *io, const std::optional<T_> &value) {
    if (value) {
      codec<T_>::put(io, *value);
    } else {
      io->put_null(io);
    }
  }
};
#endif
// Inside another value, such as a record's member; parameters that are pointers are below.
template <class T_>
struct codec<T_ *> {
  static constexpr bool reaches = true;
  static void take(unseq_io *io, T_ *&value) { value = static_cast<T_ *>(io->pointer(io, -1, nullptr)); }
  static void put(unseq_io *io, T_ *const &value) { io->put_block(io, value); }
};

// Records that point to others of their kind travel with numbers in place of the pointers: which element of the block
// it is, -1 for none, -2 for something else. A generated specialization converts a block in place.
template <class T_>
struct links {
  static constexpr bool any = false;
  static void in(T_ *, std::size_t) {}
  static void out(T_ *, std::size_t) {}
};
template <class T_>
T_ *linked(T_ *first, const void *number) {
  const auto k = reinterpret_cast<std::intptr_t>(number);
  return k < 0 ? nullptr : first + k;
}
template <class T_, class Q_>
Q_ *numbered(const T_ *first, std::size_t bytes, Q_ *place) {
  const bool inside = place >= first && place < first + bytes / sizeof(T_);
  return reinterpret_cast<Q_ *>(place == nullptr ? std::intptr_t{-1} : inside ? place - first : std::intptr_t{-2});
}

}  // namespace unseq_marshal
#endif
