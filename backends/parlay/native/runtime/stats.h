// Counts what ran at each fork site. Knows nothing about how strands are scheduled.
#ifndef UNSEQ_STATS_H_
#define UNSEQ_STATS_H_

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace unseq {

struct SiteCounters;

// Read at every fork: false costs one predictable branch.
extern std::atomic<bool> counting;

// Records one execution of the site named by `code`; null when the table is full.
SiteCounters* count_execution(const void* code, std::uint64_t children, bool forked);
void count_strand(SiteCounters* site, bool stolen, std::uint64_t count = 1);

}  // namespace unseq

#endif
