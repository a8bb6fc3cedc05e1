// Asked before each access that is watched: whether it may be made at all, so that it is worth comparing with others.
// Where device memory is apart from the host's there is somebody to answer.
#ifndef UNSEQ_RACE_ADDRESSES_H_
#define UNSEQ_RACE_ADDRESSES_H_

#include <cstddef>
#include <cstdint>

#if UNSEQ_CUDA_RACE
#include "device_addresses.h"
#endif

namespace unseq::race {

#if UNSEQ_CUDA_RACE
using cuda::check;
using cuda::check_range;
#else
template <std::size_t, bool>
constexpr bool check(std::uintptr_t, const void*) { return true; }
inline bool check_range(std::uintptr_t, std::size_t, bool, const void*) { return true; }
#endif

}  // namespace unseq::race

#endif
