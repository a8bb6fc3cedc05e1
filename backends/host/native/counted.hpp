// What the parallel runtime counted, and which races and other findings it has, as the host writes them. Included by host.cpp only.
#ifndef UNSEQ_COUNTED_HPP_
#define UNSEQ_COUNTED_HPP_

#include <dlfcn.h>

#include <vector>

#include "unseq/findings.h"
#include "unseq/runtime.h"
#include "wire.hpp"

// The host for the original has no runtime behind it, and only some know races or other findings.
#pragma weak unseq_race_reset
#pragma weak unseq_race_enable
#pragma weak unseq_race_list
#pragma weak unseq_race_list_ordered
#pragma weak unseq_race_atomics_met
#pragma weak unseq_race_descend
#pragma weak unseq_workspan_begin
#pragma weak unseq_workspan_end
#pragma weak unseq_workspan_get
#pragma weak unseq_stats_enable
#pragma weak unseq_stats_reset
#pragma weak unseq_stats_get
#pragma weak unseq_stats_sites
#pragma weak unseq_finding_reset
#pragma weak unseq_finding_list

namespace {

u64 offset_in_library(const void *code) {
  Dl_info info;
  return dladdr(const_cast<void *>(code), &info) != 0
             ? static_cast<u64>(static_cast<const char *>(code) - static_cast<const char *>(info.dli_fbase))
             : 0;
}

u64 put_races() {
  unseq_race races[MOST_RACES];
  const std::size_t found = unseq_race_list(races, MOST_RACES);
  const std::size_t kept = found < MOST_RACES ? found : MOST_RACES;
  for (std::size_t k = 0; k < kept; k++) {
    unseq_race &race = races[k];
    for (unseq_access *access : {&race.earlier, &race.later}) {
      access->pc = reinterpret_cast<const void *>(offset_in_library(access->pc));
      access->fork_site = offset_in_library(reinterpret_cast<const void *>(access->fork_site));
    }
    // Where in its object the race is, for the object's own address says nothing outside this process.
    race.address = reinterpret_cast<const void *>(static_cast<const char *>(race.address) -
                                                  static_cast<const char *>(race.object_base));
    race.object_pc = reinterpret_cast<const void *>(race.object_pc == nullptr ? 0 : offset_in_library(race.object_pc));
    std::memcpy(reserve(sizeof race), &race, sizeof race);
  }
  return kept;
}

u64 put_findings() {
  unseq_finding findings[MOST_FINDINGS];
  const std::size_t found = unseq_finding_list(findings, MOST_FINDINGS);
  const std::size_t kept = found < MOST_FINDINGS ? found : MOST_FINDINGS;
  for (std::size_t k = 0; k < kept; k++) {
    unseq_finding &one = findings[k];
    for (const void **pc : {&one.pc, &one.other_pc})
      if (*pc != nullptr) *pc = reinterpret_cast<const void *>(offset_in_library(*pc));
    std::memcpy(reserve(sizeof one), &one, sizeof one);
  }
  return kept;
}

void put_sites() {
  entry_header entry{0, SITES, 0, 0, 0, 0, 0, 0};
  char *place = reserve(sizeof entry);
  const std::size_t start = output_used;
  unseq_stats stats{};
  unseq_stats_get(&stats);
  std::memcpy(reserve(sizeof stats), &stats, sizeof stats);
  std::vector<unseq_site> sites(unseq_stats_sites(nullptr, 0));
  sites.resize(unseq_stats_sites(sites.data(), sites.size()));
  for (unseq_site &site : sites) {
    site.code = reinterpret_cast<const void *>(offset_in_library(site.code));
    std::memcpy(reserve(sizeof site), &site, sizeof site);
  }
  entry.payload = output_used - start;
  entry.races = sites.size();
  std::memcpy(place, &entry, sizeof entry);
  state->committed = output_used;
}

void put_spans(u64 call) {
  entry_header entry{call, SPANS, 0, 0, 0, 0, 0, 0};
  char *place = reserve(sizeof entry);
  const std::size_t start = output_used;
  std::vector<unseq_workspan> found(unseq_workspan_get(nullptr, 0));
  unseq_workspan_get(found.data(), found.size());
  for (unseq_workspan &one : found)
    one.code = reinterpret_cast<const void *>(one.code == nullptr ? 0 : offset_in_library(one.code));
  std::memcpy(reserve(found.size() * sizeof found[0]), found.data(), found.size() * sizeof found[0]);
  entry.payload = output_used - start;
  entry.races = found.size();
  std::memcpy(place, &entry, sizeof entry);
  state->committed = output_used;
}

}  // namespace

#endif
