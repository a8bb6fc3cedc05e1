// Device memory: blocks apart from the host's, with space between them that belongs to nobody, and for every byte
// whether it may be used, was written, and is the host's too. The fast runtime takes the host's heap and knows nothing.
#ifndef UNSEQ_CUDA_MEMORY_H_
#define UNSEQ_CUDA_MEMORY_H_

#include <cstddef>
#include <cstdint>

namespace unseq::cuda {

inline constexpr std::size_t kMostShared = 227 << 10;  // bytes of a block on sm_90, opted in
inline constexpr std::size_t kMostSharedAtFirst = 48 << 10;

void begin_call();
void note_leaks();
// Shared memory as a block finds it: nobody has written it.
void fresh_shared(std::size_t dynamic_bytes);

}  // namespace unseq::cuda

#endif
