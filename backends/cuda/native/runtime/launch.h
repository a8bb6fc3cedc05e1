// What runs: the host's code, a thread of a kernel, or a library on the device's behalf.
#ifndef UNSEQ_CUDA_LAUNCH_H_
#define UNSEQ_CUDA_LAUNCH_H_

#include "unseq_cuda/runtime.h"

namespace unseq::cuda {

enum class Side { host, kernel, library };
extern Side side;
extern const unseq_cuda::Launch* running;

// Ends the kernel that runs after an access that a device does not survive; all later calls fail. Returns on the host.
void abort_kernel();
void forget_errors();
// Whether the device has failed for good.
bool failed_for_good();

}  // namespace unseq::cuda

#endif
