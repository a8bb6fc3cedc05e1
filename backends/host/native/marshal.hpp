// Moves values of C++ types between the host's items and objects, by type.
//
// A type is `fixed` when its bytes say everything: numbers, complex, plain records, and pairs and arrays of such. It
// travels as bytes, and so does any sequence of it; everything else travels as a list. backends/host/values.py makes
// the same distinction. Included after the file under test, whose library headers decide what is supported here.
#ifndef UNSEQ_MARSHAL_HPP_
#define UNSEQ_MARSHAL_HPP_

#include <cxxabi.h>

#include <cstring>
#include <new>
#include <type_traits>
#include <typeinfo>
#include <utility>

#include "unseq_io.h"

namespace unseq_marshal {

// ---- which types are fixed ---------------------------------------------------------------------------

template <class T>
struct fixed : std::bool_constant<std::is_arithmetic_v<T> || std::is_enum_v<T> ||
                                  (std::is_class_v<T> && std::is_trivially_copyable_v<T>)> {};
template <>
struct fixed<__int128> : std::true_type {};
template <>
struct fixed<unsigned __int128> : std::true_type {};
template <class T, std::size_t N>
struct fixed<T[N]> : fixed<T> {};
template <class A, class B>
struct fixed<std::pair<A, B>> : std::bool_constant<fixed<A>::value && fixed<B>::value> {};
#ifdef _GLIBCXX_ARRAY
template <class T, std::size_t N>
struct fixed<std::array<T, N>> : fixed<T> {};
#endif
#ifdef _GLIBCXX_TUPLE
template <class... T>
struct fixed<std::tuple<T...>> : std::false_type {};
#endif
#ifdef _GLIBCXX_OPTIONAL
template <class T>
struct fixed<std::optional<T>> : std::false_type {};
#endif
#ifdef _GLIBCXX_SPAN
template <class T>
struct fixed<std::span<T>> : std::false_type {};
#endif

// ---- values ------------------------------------------------------------------------------------------

// take fills an object from the next item; put writes it. Records with pointers get a generated specialization.
template <class T, class = void>
struct codec {
  static_assert(fixed<T>::value, "a type that the host cannot pass");
  static void take(unseq_io *io, T &value) {
    std::size_t length = 0;
    const void *data = io->bytes(io, &length);
    if (length != sizeof(T)) __builtin_trap();
    std::memcpy(static_cast<void *>(&value), data, sizeof(T));
  }
  static void put(unseq_io *io, const T &value) { io->put_bytes(io, &value, sizeof(T)); }
};

template <class T, std::size_t N>
struct codec<T[N], std::enable_if_t<!fixed<T>::value>> {
  static void take(unseq_io *io, T (&value)[N]) {
    if (io->list(io) != N) __builtin_trap();
    for (T &item : value) codec<T>::take(io, item);
  }
  static void put(unseq_io *io, const T (&value)[N]) {
    io->put_list(io, N);
    for (const T &item : value) codec<T>::put(io, item);
  }
};

template <class A, class B>
struct codec<std::pair<A, B>, std::enable_if_t<!fixed<std::pair<A, B>>::value>> {
  static void take(unseq_io *io, std::pair<A, B> &value) {
    io->list(io);
    codec<A>::take(io, value.first);
    codec<B>::take(io, value.second);
  }
  static void put(unseq_io *io, const std::pair<A, B> &value) {
    io->put_list(io, 2);
    codec<A>::put(io, value.first);
    codec<B>::put(io, value.second);
  }
};

// A growing sequence: as bytes when its elements are fixed.
template <class C>
struct sequence_codec {
  using T = typename C::value_type;
  static void take(unseq_io *io, C &value) {
    if constexpr (fixed<T>::value) {
      std::size_t length = 0;
      const char *data = static_cast<const char *>(io->bytes(io, &length));
      const T *first = reinterpret_cast<const T *>(data);
      value = C(first, first + length / sizeof(T));
    } else {
      const std::size_t count = io->list(io);
      value = C(count);
      for (auto &item : value) codec<T>::take(io, item);
    }
  }
  static void put(unseq_io *io, const C &value) { put_from(io, value, nullptr, 0); }
  static void put_from(unseq_io *io, const C &value, const void *before, std::size_t before_length) {
    if constexpr (fixed<T>::value) {
      if constexpr (requires { value.data(); }) {
        io->put_compared(io, value.data(), value.size() * sizeof(T), before, before_length);
      } else {
        T *flat = static_cast<T *>(::operator new(value.size() * sizeof(T) + 1));
        std::size_t k = 0;
        for (const T &item : value) std::memcpy(static_cast<void *>(flat + k++), &item, sizeof(T));
        io->put_compared(io, flat, k * sizeof(T), before, before_length);
        ::operator delete(flat);
      }
    } else {
      io->put_list(io, value.size());
      for (const T &item : value) codec<T>::put(io, item);
    }
  }
};

#ifdef _GLIBCXX_VECTOR
template <class T, class A>
struct codec<std::vector<T, A>> : sequence_codec<std::vector<T, A>> {};
template <class A>
struct codec<std::vector<bool, A>> {
  static void take(unseq_io *io, std::vector<bool, A> &value) {
    std::size_t length = 0;
    const char *data = static_cast<const char *>(io->bytes(io, &length));
    value = std::vector<bool, A>(data, data + length);
  }
  static void put(unseq_io *io, const std::vector<bool, A> &value) {
    char *flat = static_cast<char *>(::operator new(value.size() + 1));
    for (std::size_t k = 0; k < value.size(); k++) flat[k] = value[k];
    io->put_bytes(io, flat, value.size());
    ::operator delete(flat);
  }
};
#endif
#ifdef _GLIBCXX_DEQUE
template <class T, class A>
struct codec<std::deque<T, A>> : sequence_codec<std::deque<T, A>> {};
#endif
#ifdef _GLIBCXX_LIST
template <class T, class A>
struct codec<std::list<T, A>> : sequence_codec<std::list<T, A>> {};
#endif
#ifdef _GLIBCXX_STRING
template <class T, class R, class A>
struct codec<std::basic_string<T, R, A>> : sequence_codec<std::basic_string<T, R, A>> {};
#endif
#ifdef _GLIBCXX_ARRAY
template <class T, std::size_t N>
struct codec<std::array<T, N>, std::enable_if_t<!fixed<T>::value>> {
  static void take(unseq_io *io, std::array<T, N> &value) {
    if (io->list(io) != N) __builtin_trap();
    for (T &item : value) codec<T>::take(io, item);
  }
  static void put(unseq_io *io, const std::array<T, N> &value) {
    io->put_list(io, N);
    for (const T &item : value) codec<T>::put(io, item);
  }
};
#endif
#ifdef _GLIBCXX_TUPLE
template <class... T>
struct codec<std::tuple<T...>> {
  static void take(unseq_io *io, std::tuple<T...> &value) {
    io->list(io);
    std::apply([io](T &...item) { (codec<T>::take(io, item), ...); }, value);
  }
  static void put(unseq_io *io, const std::tuple<T...> &value) {
    io->put_list(io, sizeof...(T));
    std::apply([io](const T &...item) { (codec<T>::put(io, item), ...); }, value);
  }
};
#endif
#ifdef _GLIBCXX_OPTIONAL
template <class T>
struct codec<std::optional<T>> {
  static void take(unseq_io *io, std::optional<T> &value) {
    if (io->peek(io) == UNSEQ_NULL) {
      io->null(io);
    } else {
      codec<T>::take(io, value.emplace());
    }
  }
  static void put(unseq_io *io, const std::optional<T> &value) {
    if (value) {
      codec<T>::put(io, *value);
    } else {
      io->put_null(io);
    }
  }
};
#endif
// Inside another value, such as a record's member; parameters that are pointers are below.
template <class T>
struct codec<T *> {
  static constexpr bool reaches = true;
  static void take(unseq_io *io, T *&value) { value = static_cast<T *>(io->pointer(io, -1, nullptr)); }
  static void put(unseq_io *io, T *const &value) { io->put_block(io, value); }
};

// ---- parameters --------------------------------------------------------------------------------------

// Objects that reference parameters are bound to, by number, for "the same object as".
struct objects {
  void *of[64] = {};
};

// An object, and the bytes that it was made of: an unchanged sequence is told in one word.
template <class T>
struct object {
  T value{};
  const void *before = nullptr;
  std::size_t before_length = 0;
  void take(unseq_io *io) {
    before = io->look(io, &before_length);
    codec<T>::take(io, value);
  }
  void put(unseq_io *io) {
    if constexpr (requires { codec<T>::put_from(io, value, before, before_length); }) {
      codec<T>::put_from(io, value, before, before_length);
    } else {
      codec<T>::put(io, value);
    }
  }
};

template <class P>
struct parameter {  // by value: nothing comes back unless it holds pointers
  using T = std::remove_cv_t<P>;
  object<T> held;
  void take(unseq_io *io, int, objects &) { held.take(io); }
  P &&pass() { return static_cast<P &&>(held.value); }
  void put(unseq_io *io, int index) {
    if constexpr (requires { codec<T>::reaches; }) {
      io->put_owner(io, index);
      held.put(io);
    }
  }
};

template <class P>
struct reference {
  using T = std::remove_cv_t<P>;
  object<T> held;
  T *bound = nullptr;
  void take(unseq_io *io, int index, objects &all) {
    if (io->peek(io) == UNSEQ_SAME) {
      bound = static_cast<T *>(all.of[io->same(io) % 64]);
      if (bound == nullptr) __builtin_trap();
    } else {
      held.take(io);
      bound = &held.value;
      all.of[index % 64] = bound;
    }
  }
  void put(unseq_io *io, int index) {
    if (bound != &held.value) return;
    io->put_owner(io, index);
    held.put(io);
  }
};
template <class P>
struct parameter<P &> : reference<P> {
  P &pass() { return *this->bound; }
};
template <class P>
struct parameter<P &&> : reference<P> {
  P &&pass() { return static_cast<P &&>(*this->bound); }
};

template <class T>
struct pointed : fixed<T> {};
template <>
struct pointed<void> : std::true_type {};
template <class T>
struct pointed<T *> : std::false_type {};

template <class P>
struct parameter<P *> {
  using T = std::remove_cv_t<P>;
  T *value = nullptr;
  std::size_t count = 0;
  bool owns = false;
  void take(unseq_io *io, int index, objects &) {
    if constexpr (pointed<T>::value) {
      owns = io->peek(io) == UNSEQ_BYTES;
      value = static_cast<T *>(io->pointer(io, index, nullptr));
    } else if (io->peek(io) == UNSEQ_NULL) {
      io->null(io);
    } else {
      owns = true;
      count = io->list(io);
      value = new T[count]();
      for (std::size_t k = 0; k < count; k++) codec<T>::take(io, value[k]);
    }
  }
  P *pass() { return value; }
  void put(unseq_io *io, int index) {
    if (!owns) return;
    io->put_owner(io, index);
    if constexpr (pointed<T>::value) {
      io->put_block(io, value);
    } else {
      io->put_list(io, count);
      for (std::size_t k = 0; k < count; k++) codec<T>::put(io, value[k]);
    }
  }
};
#ifdef _GLIBCXX_SPAN
template <class T>
struct parameter<std::span<T>> {
  std::span<T> value;
  bool owns = false;
  void take(unseq_io *io, int index, objects &) {
    owns = io->peek(io) == UNSEQ_BYTES;
    std::size_t length = 0;
    void *data = io->pointer(io, index, &length);
    value = std::span<T>(static_cast<T *>(data), length / sizeof(T));
  }
  std::span<T> pass() { return value; }
  void put(unseq_io *io, int index) {
    if (!owns) return;
    io->put_owner(io, index);
    io->put_block(io, value.data());
  }
};
#endif
#ifdef _GLIBCXX_STRING_VIEW
template <class T, class R>
struct parameter<std::basic_string_view<T, R>> {
  std::basic_string_view<T, R> value;
  void take(unseq_io *io, int index, objects &) {
    std::size_t length = 0;
    void *data = io->pointer(io, index, &length);
    value = std::basic_string_view<T, R>(static_cast<T *>(data), length / sizeof(T));
  }
  std::basic_string_view<T, R> pass() { return value; }
  void put(unseq_io *, int) {}
};
#endif

// ---- the call ----------------------------------------------------------------------------------------

template <class R>
void put_result(unseq_io *io, const R &value) {
  io->put_owner(io, UNSEQ_RESULT);
  if constexpr (std::is_pointer_v<R>) {
    io->put_place(io, reinterpret_cast<const void *>(value));
  } else {
    codec<std::remove_cv_t<R>>::put(io, value);
  }
}

template <class G>
struct restored {  // a global variable: its value at load time, for calls that do not set it
  G &variable;
  std::remove_cv_t<G> initial;
  explicit restored(G &v) : variable(v), initial(v) {}
  void reset() { variable = initial; }
  void put(unseq_io *io) { codec<std::remove_cv_t<G>>::put(io, variable); }
};
template <class T, std::size_t N>
struct restored<T[N]> {
  T (&variable)[N];
  char initial[sizeof(T[N])];
  explicit restored(T (&v)[N]) : variable(v) { std::memcpy(initial, v, sizeof v); }
  void reset() { std::memcpy(static_cast<void *>(variable), initial, sizeof variable); }
  void put(unseq_io *io) { codec<T[N]>::put(io, variable); }
};

template <std::size_t I, class T>
struct leaf {
  T value;
};
template <class I, class... T>
struct pack;
template <std::size_t... I, class... T>
struct pack<std::index_sequence<I...>, T...> : leaf<I, T>... {};
template <std::size_t I, class T>
T &at(leaf<I, T> &held) {
  return held.value;
}

template <class R, class... P, std::size_t... I, class... G>
void call_with(unseq_io *io, R (*function)(P...), std::index_sequence<I...>, restored<G> &...globals) {
  objects bound;
  pack<std::index_sequence<I...>, parameter<P>...> values;
  (at<I>(values).take(io, static_cast<int>(I), bound), ...);
  (globals.reset(), ...);
  if (io->peek(io) != 0) (codec<G>::take(io, globals.variable), ...);
  try {
    if constexpr (std::is_void_v<R>) {
      io->begin(io);
      function(at<I>(values).pass()...);
      io->end(io);
    } else if constexpr (std::is_reference_v<R>) {
      io->begin(io);
      auto *place = &function(at<I>(values).pass()...);
      io->end(io);
      io->put_owner(io, UNSEQ_RESULT);
      io->put_place(io, place);
    } else {
      io->begin(io);
      R result = function(at<I>(values).pass()...);
      io->end(io);
      put_result(io, result);
    }
  } catch (...) {
    io->end(io);
    io->put_threw(io, abi::__cxa_current_exception_type()->name());
    return;
  }
  (at<I>(values).put(io, static_cast<int>(I)), ...);
  int owner = UNSEQ_GLOBAL;
  ((io->put_owner(io, owner++), globals.put(io)), ...);
}

template <class R, class... P, class... G>
void call(unseq_io *io, R (*function)(P...), restored<G> &...globals) {
  call_with(io, function, std::index_sequence_for<P...>{}, globals...);
}

}  // namespace unseq_marshal
#endif
