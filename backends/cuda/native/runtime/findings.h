// What goes wrong with kernels besides races: noted once for each place, for the host to hand on.
#ifndef UNSEQ_CUDA_FINDINGS_H_
#define UNSEQ_CUDA_FINDINGS_H_

#include <cstddef>

#include "unseq/findings.h"

namespace unseq::cuda {

// Notes a finding at the place that runs. The text is printf's.
__attribute__((format(printf, 4, 5))) unseq_finding* find(unseq_finding_kind kind, const void* pc, const void* other_pc,
                                                          const char* format, ...);
// Failed launches that nobody has asked about so far are mistakes; from now on these are not.
void failures_were_seen();

}  // namespace unseq::cuda

#endif
