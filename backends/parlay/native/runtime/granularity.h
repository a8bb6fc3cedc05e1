// How real threads cut a loop without a granularity into chunks; who predicts what they do must cut it so, too.
#ifndef UNSEQ_GRANULARITY_H_
#define UNSEQ_GRANULARITY_H_

#include <cstddef>

namespace unseq {

constexpr std::size_t kFew = 64;          // loops up to this long fork before they probe
constexpr double kProbeSeconds = 1e-6;    // how long a probe lasts
constexpr double kSerialSeconds = 3e-6;   // what is left and shorter than this is not worth a task
constexpr double kChunkSeconds = 2e-6;    // least work in a chunk

}  // namespace unseq

#endif
