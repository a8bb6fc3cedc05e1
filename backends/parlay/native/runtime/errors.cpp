// What the headers throw, so that they need not include <stdexcept>.

#include <stdexcept>
#include <string>

#include "unseq/runtime.h"

extern "C" __attribute__((visibility("default"))) void unseq_throw_out_of_range(std::size_t index, std::size_t size) {
  throw std::out_of_range("parlay::sequence: index " + std::to_string(index) + " is out of range, size is " +
                          std::to_string(size));
}
