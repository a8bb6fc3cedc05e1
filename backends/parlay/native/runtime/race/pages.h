// Zeroed memory straight from the kernel, so that the detector never calls the allocator that it watches.
#ifndef UNSEQ_RACE_PAGES_H_
#define UNSEQ_RACE_PAGES_H_

#include <cstddef>
#include <cstdio>
#include <cstdlib>

#include <sys/mman.h>

namespace unseq::race {

inline void* map_pages(std::size_t bytes) {
  void* memory = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (memory == MAP_FAILED) {
    std::fputs("unseq: no memory left for the race detector\n", stderr);
    std::_Exit(70);
  }
  return memory;
}

// A growing array of plain data.
template <typename T>
class Pages {
 public:
  T& operator[](std::size_t i) { return data_[i]; }
  const T& operator[](std::size_t i) const { return data_[i]; }
  std::size_t capacity() const { return capacity_; }
  void reserve(std::size_t n) {
    if (__builtin_expect(n > capacity_, 0)) grow(n);
  }

 private:
  T* data_ = nullptr;
  std::size_t capacity_ = 0;

  __attribute__((noinline)) void grow(std::size_t n) {
    std::size_t wanted = capacity_ == 0 ? 4096 : 2 * capacity_;
    while (wanted < n) wanted *= 2;
    if (data_ == nullptr) {
      data_ = static_cast<T*>(map_pages(wanted * sizeof(T)));
    } else {
      void* moved = mremap(static_cast<void*>(data_), capacity_ * sizeof(T), wanted * sizeof(T), MREMAP_MAYMOVE);
      if (moved == MAP_FAILED) {
        std::fputs("unseq: no memory left for the race detector\n", stderr);
        std::_Exit(70);
      }
      data_ = static_cast<T*>(moved);
    }
    capacity_ = wanted;
  }
};

}  // namespace unseq::race

#endif
