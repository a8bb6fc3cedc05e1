// Calls the function under test with the host's items as its arguments, and hands back what it left behind. Which types
// travel, and how, is codec.hpp's.
#ifndef UNSEQ_MARSHAL_HPP_
#define UNSEQ_MARSHAL_HPP_

#include <cxxabi.h>

#include "codec.hpp"

namespace unseq_marshal {

// ---- parameters --------------------------------------------------------------------------------------

// Objects that reference parameters are bound to, by number, for "the same object as".
struct objects {
  void *of[64] = {};
};

// An object, and the bytes that it was made of: an unchanged sequence is told in one word.
template <class T_>
struct object {
  T_ value{};
  const void *before = nullptr;
  std::size_t before_length = 0;
  void take(unseq_io *io) {
    before = io->look(io, &before_length);
    codec<T_>::take(io, value);
  }
  void put(unseq_io *io) {
    if constexpr (requires { codec<T_>::put_from(io, value, before, before_length); }) {
      codec<T_>::put_from(io, value, before, before_length);
    } else {
      codec<T_>::put(io, value);
    }
  }
};

template <class P_>
struct parameter {  // by value: nothing comes back unless it holds pointers
  using T_ = std::remove_cv_t<P_>;
  object<T_> held;
  void take(unseq_io *io, int, objects &) { held.take(io); }
  P_ &&pass() { return static_cast<P_ &&>(held.value); }
  void put(unseq_io *io, int index) {
    if constexpr (requires { codec<T_>::reaches; }) {
      io->put_owner(io, index);
      held.put(io);
    }
  }
};

template <class P_>
struct reference {
  using T_ = std::remove_cv_t<P_>;
  object<T_> held;
  T_ *bound = nullptr;
  void take(unseq_io *io, int index, objects &all) {
    if (io->peek(io) == UNSEQ_SAME) {
      bound = static_cast<T_ *>(all.of[io->same(io) % 64]);
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
template <class P_>
struct parameter<P_ &> : reference<P_> {
  P_ &pass() { return *this->bound; }
};
template <class P_>
struct parameter<P_ &&> : reference<P_> {
  P_ &&pass() { return static_cast<P_ &&>(*this->bound); }
};

template <class T_>
struct pointed : fixed<T_> {};
template <>
struct pointed<void> : std::true_type {};
template <class T_>
struct pointed<T_ *> : std::false_type {};

template <class P_>
struct parameter<P_ *> {
  using T_ = std::remove_cv_t<P_>;
  T_ *value = nullptr;
  std::size_t count = 0;
  bool owns = false;
  void take(unseq_io *io, int index, objects &) {
    if constexpr (pointed<T_>::value) {
      owns = io->peek(io) == UNSEQ_BYTES;
      value = static_cast<T_ *>(io->pointer(io, index, &count));
      if (owns) links<T_>::in(value, count);
    } else if (io->peek(io) == UNSEQ_NULL) {
      io->null(io);
    } else {
      owns = true;
      count = io->list(io);
      value = new T_[count]();
      for (std::size_t k = 0; k < count; k++) codec<T_>::take(io, value[k]);
    }
  }
  P_ *pass() { return value; }
  void put(unseq_io *io, int index) {
    if (!owns) return;
    io->put_owner(io, index);
    if constexpr (pointed<T_>::value) {
      links<T_>::out(value, count);
      io->put_block(io, value);
    } else {
      io->put_list(io, count);
      for (std::size_t k = 0; k < count; k++) codec<T_>::put(io, value[k]);
    }
  }
};
#ifdef _GLIBCXX_SPAN
template <class T_>
struct parameter<std::span<T_>> {
  std::span<T_> value;
  bool owns = false;
  void take(unseq_io *io, int index, objects &) {
    owns = io->peek(io) == UNSEQ_BYTES;
    std::size_t length = 0;
    void *data = io->pointer(io, index, &length);
    value = std::span<T_>(static_cast<T_ *>(data), length / sizeof(T_));
  }
  std::span<T_> pass() { return value; }
  void put(unseq_io *io, int index) {
    if (!owns) return;
    io->put_owner(io, index);
    io->put_block(io, value.data());
  }
};
#endif
#ifdef _GLIBCXX_STRING_VIEW
template <class T_, class R_>
struct parameter<std::basic_string_view<T_, R_>> {
  std::basic_string_view<T_, R_> value;
  void take(unseq_io *io, int index, objects &) {
    std::size_t length = 0;
    void *data = io->pointer(io, index, &length);
    value = std::basic_string_view<T_, R_>(static_cast<T_ *>(data), length / sizeof(T_));
  }
  std::basic_string_view<T_, R_> pass() { return value; }
  void put(unseq_io *, int) {}
};
#endif

// ---- the call ----------------------------------------------------------------------------------------

template <class R_>
void put_result(unseq_io *io, const R_ &value) {
  io->put_owner(io, UNSEQ_RESULT);
  if constexpr (std::is_pointer_v<R_>) {
    io->put_place(io, reinterpret_cast<const void *>(value));
  } else {
    codec<std::remove_cv_t<R_>>::put(io, value);
  }
}

template <class G_>
struct restored {  // a global variable: its value at load time, for calls that do not set it
  G_ &variable;
  std::remove_cv_t<G_> initial;
  std::size_t bytes = 0;
  explicit restored(G_ &v) : variable(v), initial(v) {}
  void reset() { variable = initial; }
  void take(unseq_io *io) {
    if constexpr (std::is_pointer_v<G_>) {
      using T_ = std::remove_cv_t<std::remove_pointer_t<G_>>;
      if constexpr (links<T_>::any) {
        variable = static_cast<T_ *>(io->pointer(io, -1, &bytes));
        return links<T_>::in(const_cast<T_ *>(variable), bytes);
      }
    }
    if (!std::is_pointer_v<G_> && io->peek(io) == UNSEQ_NULL) return io->null(io);  // stays as it is
    codec<std::remove_cv_t<G_>>::take(io, variable);
  }
  void put(unseq_io *io) {
    if constexpr (std::is_pointer_v<G_>) {
      using T_ = std::remove_cv_t<std::remove_pointer_t<G_>>;
      if (bytes != 0) links<T_>::out(const_cast<T_ *>(variable), bytes);
    }
    codec<std::remove_cv_t<G_>>::put(io, variable);
  }
};
template <class T_, std::size_t N_>
struct restored<T_[N_]> {  // an array: calls set its first elements, and only what differs is given back and reset
  using item = std::remove_all_extents_t<T_>;
  T_ (&variable)[N_];
  char initial[sizeof(T_[N_])];
  std::size_t given = 0, changed = sizeof(T_[N_]);
  explicit restored(T_ (&v)[N_]) : variable(v) { std::memcpy(initial, v, sizeof v); }
  void reset() {
    std::memcpy(static_cast<void *>(variable), initial, changed);
    given = 0;
    changed = sizeof variable;
  }
  void take(unseq_io *io) {
    if (io->peek(io) == UNSEQ_NULL) return io->null(io);
    if constexpr (fixed<T_>::value) {
      const void *data = io->bytes(io, &given);
      if (given > sizeof variable) __builtin_trap();
      std::memcpy(static_cast<void *>(variable), data, given);
    } else {
      codec<T_[N_]>::take(io, variable);
    }
  }
  void put(unseq_io *io) {
    if constexpr (fixed<T_>::value) {
      changed = io->put_changed(io, variable, sizeof variable, initial, given, sizeof(item));
    } else {
      codec<T_[N_]>::put(io, variable);
    }
  }
};

template <std::size_t I_, class T_>
struct leaf {
  T_ value;
};
template <class I_, class... T_>
struct pack;
template <std::size_t... I_, class... T_>
struct pack<std::index_sequence<I_...>, T_...> : leaf<I_, T_>... {};
template <std::size_t I_, class T_>
T_ &at(leaf<I_, T_> &held) {
  return held.value;
}

template <class R_, class... P_, std::size_t... I_, class... G_>
void call_with(unseq_io *io, R_ (*function)(P_...), std::index_sequence<I_...>, restored<G_> &...globals) {
  objects bound;
  pack<std::index_sequence<I_...>, parameter<P_>...> values;
  (at<I_>(values).take(io, static_cast<int>(I_), bound), ...);
  (globals.reset(), ...);
  if (io->peek(io) != 0) (globals.take(io), ...);
  try {
    if constexpr (std::is_void_v<R_>) {
      io->begin(io);
      function(at<I_>(values).pass()...);
      io->end(io);
    } else if constexpr (std::is_reference_v<R_>) {
      io->begin(io);
      auto *place = &function(at<I_>(values).pass()...);
      io->end(io);
      io->put_owner(io, UNSEQ_RESULT);
      io->put_place(io, place);
    } else {
      io->begin(io);
      R_ result = function(at<I_>(values).pass()...);
      io->end(io);
      put_result(io, result);
    }
  } catch (...) {
    io->end(io);
    io->put_threw(io, abi::__cxa_current_exception_type()->name());
    return;
  }
  (at<I_>(values).put(io, static_cast<int>(I_)), ...);
  int owner = UNSEQ_GLOBAL;
  ((io->put_owner(io, owner++), globals.put(io)), ...);
}

template <class R_, class... P_, class... G_>
void call(unseq_io *io, R_ (*function)(P_...), restored<G_> &...globals) {
  call_with(io, function, std::index_sequence_for<P_...>{}, globals...);
}

}  // namespace unseq_marshal
#endif
