// Allocators over the runtime's memory.
#ifndef PARLAY_ALLOC_H
#define PARLAY_ALLOC_H

#include <cstddef>
#include <new>
#include <type_traits>
#include <utility>

#include "unseq/runtime.h"

#include "utilities.h"

namespace parlay {

template <typename T>
struct allocator {
  using value_type = T;
  using is_always_equal = std::true_type;

  constexpr allocator() noexcept = default;
  template <typename U>
  constexpr allocator(const allocator<U>&) noexcept {}

  T* allocate(size_t n) {
    if (n > static_cast<size_t>(-1) / 2 / sizeof(T)) throw std::bad_array_new_length();
    void* block = unseq_allocate(n * sizeof(T), alignof(T));
    if (block == nullptr && n > 0) throw std::bad_alloc();
    return static_cast<T*>(block);
  }
  void deallocate(T* block, size_t n) noexcept { unseq_release(block, n * sizeof(T), alignof(T)); }
};

template <typename T, typename U>
bool operator==(const allocator<T>&, const allocator<U>&) noexcept {
  return true;
}
template <typename T, typename U>
bool operator!=(const allocator<T>&, const allocator<U>&) noexcept {
  return false;
}

inline void* p_malloc(size_t bytes, size_t align = alignof(std::max_align_t)) {
  return ::operator new(bytes, std::align_val_t{align < 16 ? 16 : align});
}
inline void p_free(void* block) { ::operator delete(block, std::align_val_t{16}); }

// Single objects of one type.
template <typename T>
class type_allocator {
 public:
  static T* alloc() { return allocator<T>().allocate(1); }
  static void free(T* object) { allocator<T>().deallocate(object, 1); }
  template <typename... Args>
  static T* create(Args... args) {
    return new (static_cast<void*>(alloc())) T(std::move(args)...);
  }
  static void destroy(T* object) {
    object->~T();
    free(object);
  }
  template <typename... Args>
  static T* allocate(Args... args) {
    return create(std::move(args)...);
  }
  static void retire(T* object) { destroy(object); }
  static void init() {}
  static void init(size_t, size_t) {}
  static void reserve(size_t = 0) {}
  static void finish() {}
};

}  // namespace parlay

#endif
