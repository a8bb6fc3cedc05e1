// In which order blocks, warps and lanes run: UNSEQ_CUDA_ORDER is "forward" (the default), "reverse", or a number that
// seeds a shuffle.
#ifndef UNSEQ_CUDA_ORDER_H_
#define UNSEQ_CUDA_ORDER_H_

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <numeric>

namespace unseq::cuda {

// The numbers below n, each once: i * step + offset modulo n, where step and n have no common factor.
class Order {
 public:
  constexpr Order() = default;
  Order(std::size_t n, std::uint64_t salt) : n_(n) {
    static const char* const text = std::getenv("UNSEQ_CUDA_ORDER");
    if (n < 2 || text == nullptr || text[0] == 'f') return;
    if (text[0] == 'r') {
      offset_ = step_ = n - 1;
      return;
    }
    std::uint64_t random = (std::strtoull(text, nullptr, 10) + salt + 1) * UINT64_C(0x9e3779b97f4a7c15);
    random ^= random >> 31;
    random *= UINT64_C(0xbf58476d1ce4e5b9);
    random ^= random >> 29;
    offset_ = random % n;
    for (step_ = 1 + (random >> 32) % (n - 1); std::gcd(step_, n) != 1;) step_ = step_ % (n - 1) + 1;
  }
  bool forward() const { return step_ == 1 && offset_ == 0; }
  std::size_t operator[](std::size_t i) const { return forward() ? i : (i * step_ + offset_) % n_; }

 private:
  std::size_t n_ = 0, step_ = 1, offset_ = 0;
};

}  // namespace unseq::cuda

#endif
