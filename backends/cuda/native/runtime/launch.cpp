// Runs kernels: blocks one after another, and each of a block's threads until it waits or ends. A thread gets a stack to
// itself only when it waits; up to there threads run one after another on the same one.
//
// To the race detector a launch is a fork whose children are blocks; in a block what runs between two barriers of the
// block is a fork of warps; in a warp what runs between two of its own synchronisations is a fork of lanes.

#include "launch.h"

#include <cstdio>
#include <cstdlib>

#include "findings.h"
#include "memory.h"
#include "order.h"
#include "stats.h"
#include "tracking.h"
#include "threads.h"

namespace unseq::cuda {

Side side = Side::host;
const unseq_cuda::Launch* running = nullptr;

namespace {

int last_error = unseq_cuda::success;
int lasting_error = unseq_cuda::success;
std::size_t allowed_shared = kMostSharedAtFirst;

constexpr unsigned kMostThreads = 1024, kMostAlongZ = 64, kMostBlocksAcross = 65535;

const char* refused(const unseq_cuda::Launch& l, char (&text)[160]) {
  const auto &g = l.grid, &b = l.block;
  if (g.x == 0 || g.y == 0 || g.z == 0) {
    std::snprintf(text, sizeof text, "the grid is empty: %u x %u x %u", g.x, g.y, g.z);
  } else if (b.x == 0 || b.y == 0 || b.z == 0) {
    std::snprintf(text, sizeof text, "the block is empty: %u x %u x %u", b.x, b.y, b.z);
  } else if (std::uint64_t{b.x} * b.y > kMostThreads || std::uint64_t{b.x} * b.y * b.z > kMostThreads) {
    std::snprintf(text, sizeof text, "%llu threads in a block, more than %u",
                  static_cast<unsigned long long>(std::uint64_t{b.x} * b.y * b.z), kMostThreads);
  } else if (b.z > kMostAlongZ) {
    std::snprintf(text, sizeof text, "%u threads along z, more than %u", b.z, kMostAlongZ);
  } else if (g.y > kMostBlocksAcross || g.z > kMostBlocksAcross || g.x > 0x7fffffffu) {
    std::snprintf(text, sizeof text, "a grid of %u x %u x %u, more than %u along y or z", g.x, g.y, g.z, kMostBlocksAcross);
  } else if (l.shared > kMostShared) {
    std::snprintf(text, sizeof text, "%zu bytes of shared memory, more than the %zu that there are", l.shared, kMostShared);
  } else if (l.shared > allowed_shared) {
    std::snprintf(text, sizeof text, "%zu bytes of dynamic shared memory, more than the %zu that cudaFuncSetAttribute allowed",
                  l.shared, allowed_shared);
  } else {
    return nullptr;
  }
  return text;
}

}  // namespace

void abort_kernel() {
  if (side != Side::kernel) return;
  lasting_error = unseq_cuda::illegal_address;
  leave_kernel();
}

void forget_errors() { last_error = lasting_error = unseq_cuda::success; }
bool failed_for_good() { return lasting_error != unseq_cuda::success; }

}  // namespace unseq::cuda

using namespace unseq::cuda;  // NOLINT

#define EXPORT extern "C" __attribute__((visibility("default")))

EXPORT int unseq_cuda_cutoff() {
  static const char* const text = std::getenv("UNSEQ_CUDA_CUTOFF");
  return text == nullptr ? 0 : std::atoi(text);
}

EXPORT void unseq_cuda_launch(const unseq_cuda::Launch* launch) {
  char text[160];
  if (failed_for_good()) return;
  if (const char* why = refused(*launch, text)) {
    last_error = unseq_cuda::invalid_configuration;
    unseq_finding* f = find(UNSEQ_LAUNCH_FAILURE, __builtin_return_address(0), nullptr, "%s", why);
    f->note = 0;
    std::snprintf(f->kernel, sizeof f->kernel, "%s", launch->kernel);
    return;
  }
  const std::size_t threads = std::size_t{launch->block.x} * launch->block.y * launch->block.z;
  const std::size_t blocks = std::size_t{launch->grid.x} * launch->grid.y * launch->grid.z;
  const unseq_cuda::Launch* const before = running;
  running = launch;
  side = Side::kernel;
  const std::size_t working = run_grid(*launch, blocks, static_cast<unsigned>(threads));
  side = Side::host;
  running = before;
  if (unseq::counting.load(std::memory_order_relaxed)) {
    const void* const site = reinterpret_cast<const void*>(launch->threads);
    unseq::count_strand(unseq::count_execution(site, working, working >= 2), false, working);
  }
}

EXPORT int unseq_cuda_allow_shared(int bytes) {
  if (bytes < 0 || static_cast<std::size_t>(bytes) > kMostShared) return unseq_cuda::invalid_value;
  if (static_cast<std::size_t>(bytes) > allowed_shared) allowed_shared = static_cast<std::size_t>(bytes);
  return unseq_cuda::success;
}

EXPORT int unseq_cuda_error(int clear) {
  if (failed_for_good() || clear < 0) return lasting_error;
  const int error = last_error;
  if (error != unseq_cuda::success) failures_were_seen();
  if (clear) last_error = unseq_cuda::success;
  return error;
}

EXPORT void unseq_cuda_set_error(int status) {
  if (status != unseq_cuda::success) last_error = status;
}

EXPORT void unseq_cuda_library_begin(const void* site, std::size_t n) {
  if (unseq::counting.load(std::memory_order_relaxed)) {
    unseq::count_strand(unseq::count_execution(site, n, n >= 2), false, n);
  }
  side = Side::library;
}
EXPORT void unseq_cuda_library_end(void) { side = Side::host; }

#if !UNSEQ_CUDA_RACE
#include "unseq/runtime.h"
EXPORT int unseq_runtime_abi(void) { return UNSEQ_RUNTIME_ABI; }
EXPORT int unseq_runtime_get_kind(void) { return UNSEQ_PLAIN; }
EXPORT std::size_t unseq_num_workers(void) { return 1; }
EXPORT std::size_t unseq_worker_id(void) { return 0; }
#endif
