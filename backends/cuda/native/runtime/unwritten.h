// Which bytes of a copy nobody wrote.
#ifndef UNSEQ_CUDA_UNWRITTEN_H_
#define UNSEQ_CUDA_UNWRITTEN_H_

#include <cstddef>

#include "device_addresses.h"

namespace unseq::cuda {

// Runs of bytes that nobody wrote in a copy, by their states: whether they are the same in each of many equal elements, as the padding
// of a structure is; `first`: where the first one begins.
struct Unwritten {
  std::size_t first = 0, count = 0;
  bool padding = true;
};
inline Unwritten unwritten(const unsigned char* at, std::size_t bytes) {
  Unwritten found;
  std::size_t period = 0, length = 0, last = 0;
  for (std::size_t i = 0; i < bytes;) {
    if (at[i] & kWritten) {
      ++i;
      continue;
    }
    std::size_t end = i;
    while (end < bytes && !(at[end] & kWritten)) ++end;
    if (found.count == 0) {
      found.first = i;
      length = end - i;
    } else if (found.count == 1) {
      period = i - found.first;
    }
    if (end - i >= 8 || end - i != length || (found.count > 1 && i - last != period)) found.padding = false;
    ++found.count;
    last = i;
    i = end;
  }
  if (found.count > 1 && (found.first >= period || bytes - last > period)) found.padding = false;
  if (found.count == 1 && (bytes > 64 || length == bytes)) found.padding = false;
  return found;
}

}  // namespace unseq::cuda

#endif
