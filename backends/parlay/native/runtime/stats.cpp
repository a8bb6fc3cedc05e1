#include "stats.h"

#include "unseq/runtime.h"

namespace unseq {

std::atomic<bool> counting{false};

// Padded: two sites that run at once do not share a cache line.
struct alignas(64) SiteCounters {
  std::atomic<const void*> code{nullptr};
  std::atomic<std::uint64_t> executions{0};
  std::atomic<std::uint64_t> forked{0};
  std::atomic<std::uint64_t> strands{0};
  std::atomic<std::uint64_t> stolen{0};
  std::atomic<std::uint64_t> max_children{0};
};

namespace {

constexpr std::size_t kCapacity = 4096;  // a power of two; more sites than any program has
SiteCounters table[kCapacity];

SiteCounters* find(const void* code) {
  std::size_t slot = (reinterpret_cast<std::uintptr_t>(code) * 0x9e3779b97f4a7c15u) >> 52;
  for (std::size_t step = 0; step < kCapacity; ++step, slot = (slot + 1) % kCapacity) {
    const void* seen = table[slot].code.load(std::memory_order_acquire);
    if (seen == code) return &table[slot];
    if (seen == nullptr) {
      if (table[slot].code.compare_exchange_strong(seen, code)) return &table[slot];
      if (seen == code) return &table[slot];
    }
  }
  return nullptr;
}

}  // namespace

SiteCounters* count_execution(const void* code, std::uint64_t children, bool forked) {
  SiteCounters* site = find(code);
  if (site == nullptr) return nullptr;
  site->executions.fetch_add(1, std::memory_order_relaxed);
  if (forked) site->forked.fetch_add(1, std::memory_order_relaxed);
  std::uint64_t most = site->max_children.load(std::memory_order_relaxed);
  while (most < children && !site->max_children.compare_exchange_weak(most, children)) {
  }
  return site;
}

void count_strand(SiteCounters* site, bool stolen, std::uint64_t count) {
  if (site == nullptr) return;
  site->strands.fetch_add(count, std::memory_order_relaxed);
  if (stolen) site->stolen.fetch_add(count, std::memory_order_relaxed);
}

}  // namespace unseq

using unseq::SiteCounters;
using unseq::table;

extern "C" {

__attribute__((visibility("default"))) void unseq_stats_enable(int on) {
  unseq::counting.store(on != 0, std::memory_order_seq_cst);
}

__attribute__((visibility("default"))) void unseq_stats_reset(void) {
  for (SiteCounters& site : table) {
    site.code.store(nullptr);
    site.executions.store(0);
    site.forked.store(0);
    site.strands.store(0);
    site.stolen.store(0);
    site.max_children.store(0);
  }
}

__attribute__((visibility("default"))) void unseq_stats_get(unseq_stats* out) {
  *out = unseq_stats{};
  for (SiteCounters& site : table) {
    if (site.code.load() == nullptr) continue;
    out->sites += 1;
    out->forks += site.forked.load();
    out->strands += site.strands.load();
    out->stolen += site.stolen.load();
  }
  out->workers = unseq_num_workers();
  out->threads = out->workers;
}

__attribute__((visibility("default"))) std::size_t unseq_stats_sites(unseq_site* out, std::size_t capacity) {
  std::size_t count = 0;
  for (SiteCounters& site : table) {
    if (site.code.load() == nullptr) continue;
    if (count < capacity) {
      out[count] = unseq_site{site.code.load(), site.executions.load(), site.forked.load(),
                              site.strands.load(), site.max_children.load()};
    }
    ++count;
  }
  return count;
}

}  // extern "C"
