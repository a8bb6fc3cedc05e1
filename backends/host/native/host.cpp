// The native host: loads one compiled file behind its shim, calls it once for each entry of a schedule, and writes what
// came out to a shared blob. Trusts nothing that it loaded: inputs are read-only memory, every buffer has a block of its
// own of exactly its size, results are copied out the moment a call returns, and a run counts as complete only when the
// nonce that arrived before loading stands in the blob at the end. Formats: backends/host/blob.py.
//
//   unseq-host LIBRARY INPUT_FD OUTPUT_FD [count]   (the nonce on standard input)
//
// With `count` the library, an instrumented original, may write its counts to a file: then only the sandbox confines it.
#include <dlfcn.h>
#include <fcntl.h>
#include <fenv.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <vector>

#include "call.hpp"
#include "confine.hpp"
#include "counted.hpp"
#include "floating.hpp"
#include "limit.hpp"
#include "statics.hpp"
#include "unseq/runtime.h"
#include "unseq_io.h"
#include "wire.hpp"

namespace {

const call *in_progress = nullptr;

void *pointer(unseq_io *io, int parameter, std::size_t *length) {
  call &c = *of(io);
  const item_header header = header_at(c, c.next);
  const char *item = c.next;
  c.next = behind(c, c.next);
  std::size_t rest = 0;
  char *found = nullptr;
  if (header.kind == BYTES) {
    const block *known = nullptr;
    for (const block &b : c.blocks)
      if (parameter >= 0 && b.parameter == parameter) known = &b;
    found = known != nullptr ? known->memory : new_block(c, item, parameter);
    rest = header.length;
  } else if (header.kind == OVERLAP) {
    const block *owner = block_of_parameter(c, header.length);
    u64 offset;
    std::memcpy(&offset, item + sizeof header, sizeof offset);
    if (offset > owner->size) stop(OUR_FAULT, "an overlap outside its buffer");
    found = owner->memory + offset;
    rest = owner->size - offset;
  } else if (header.kind != NOTHING) {
    stop(OUR_FAULT, "the case does not fit the signature");
  }
  if (length != nullptr) *length = rest;
  return found;
}

void begin(unseq_io *io) {
  call &c = *of(io);
  if (c.flags & RACES) {
    unseq_race_reset();
    unseq_race_descend((c.flags & DESCENDING) != 0);
    unseq_race_enable(1);
  }
  if (unseq_finding_reset != nullptr) unseq_finding_reset();
  if (c.rounding != 0) fesetround(c.rounding == 1 ? FE_UPWARD : c.rounding == 2 ? FE_DOWNWARD : FE_TOWARDZERO);
  c.mode = c.mode_after = floating_mode();
  c.running = true;
  c.cpu_started = now(CLOCK_PROCESS_CPUTIME_ID);
  if (c.call_ns != 0) {
    limit_ns = c.call_ns;
    limit_cpu_started = c.cpu_started;
    extensions = 0;
    set_limit(c.call_ns);
  }
  c.started = now(CLOCK_MONOTONIC);
  if (c.flags & MEASURED) unseq_workspan_begin();
}

void end(unseq_io *io) {
  call &c = *of(io);
  if (c.running && c.flags & MEASURED) unseq_workspan_end();
  const u64 wall = now(CLOCK_MONOTONIC);
  if (!c.running) return;
  c.running = false;
  c.wall_ns = wall - c.started;
  c.cpu_ns = now(CLOCK_PROCESS_CPUTIME_ID) - c.cpu_started;
  if (c.call_ns != 0) set_limit(0);
  c.mode_after = floating_mode();
  fesetenv(FE_DFL_ENV);
  if (c.flags & RACES) unseq_race_enable(0);
}

void put_compared(unseq_io *, const void *data, std::size_t length, const void *before, std::size_t before_length) {
  if (before != nullptr && length == before_length && (length == 0 || std::memcmp(data, before, length) == 0)) {
    put(UNCHANGED, 0);
  } else {
    put(BYTES, length, data, length);
  }
}

void put_block(unseq_io *io, const void *where) {
  if (where == nullptr) return put(NOTHING, 0);
  for (const block &b : of(io)->blocks)
    if (b.memory == where) return put_compared(io, b.memory, b.size, b.before, b.size);
  put(STRANGE, 0);
}

void put_place(unseq_io *io, const void *where) {
  if (where == nullptr) return put(NOTHING, 0);
  const char *place = static_cast<const char *>(where);
  for (const block &b : of(io)->blocks) {
    if (b.parameter < 0 || place < b.memory || place > b.memory + b.size) continue;
    put(OVERLAP, static_cast<u64>(b.parameter));
    const u64 offset[2] = {static_cast<u64>(place - b.memory), 0};
    std::memcpy(reserve(sizeof offset), offset, sizeof offset);
    return;
  }
  put(STRANGE, 0);
}

std::size_t payload_start;
std::size_t owned_start;
u64 owner_now = ~u64{0};

// Results have the form of inputs, so a parameter that is as it was can be told in one word.
void settle(call &c) {
  if (owner_now < c.parameters.size()) {
    const char *before = c.parameters[owner_now];
    const std::size_t length = static_cast<std::size_t>(behind(c, before) - before);
    if (length == output_used - owned_start && std::memcmp(before, output + owned_start, length) == 0) {
      output_used = owned_start;
      put(UNCHANGED, 0);
    }
  }
  owner_now = ~u64{0};
}

void install(unseq_io &io) {
  io.peek = [](unseq_io *p) {
    return of(p)->next >= of(p)->end ? 0 : static_cast<int>(header_at(*of(p), of(p)->next).kind);
  };
  io.bytes = [](unseq_io *p, std::size_t *length) {
    call &c = *of(p);
    const item_header header = take(c, BYTES);
    const char *data = c.next;
    c.next += padded(header.length);
    *length = header.length;
    return static_cast<const void *>(data);
  };
  io.look = [](unseq_io *p, std::size_t *length) -> const void * {
    const item_header header = header_at(*of(p), of(p)->next);
    if (header.kind != BYTES) return nullptr;
    *length = header.length;
    return of(p)->next + sizeof header;
  };
  io.list = [](unseq_io *p) { return static_cast<std::size_t>(take(*of(p), LIST).length); };
  io.null = [](unseq_io *p) { take(*of(p), NOTHING); };
  io.same = [](unseq_io *p) { return static_cast<unsigned>(take(*of(p), SAME).length); };
  io.pointer = pointer;
  io.begin = begin;
  io.end = end;
  io.put_owner = [](unseq_io *p, int owner) {
    settle(*of(p));
    put(OWNER, static_cast<u64>(owner));
    owned_start = output_used;
    owner_now = static_cast<u64>(owner);
  };
  io.put_bytes = [](unseq_io *, const void *data, std::size_t length) { put(BYTES, length, data, length); };
  io.put_compared = put_compared;
  io.put_changed = [](unseq_io *, const void *data, std::size_t length, const void *initial, std::size_t given,
                      std::size_t item) {
    const auto *now = static_cast<const char *>(data), *before = static_cast<const char *>(initial);
    constexpr std::size_t page = 4096;
    while (length > given + page && std::memcmp(now + length - page, before + length - page, page) == 0) length -= page;
    while (length > given && now[length - 1] == before[length - 1]) length--;
    length += (item - length % item) % item;
    put(BYTES, length, data, length);
    return length;
  };
  io.put_list = [](unseq_io *, std::size_t count) { put(LIST, count); };
  io.put_null = [](unseq_io *) { put(NOTHING, 0); };
  io.put_place = put_place;
  io.put_block = put_block;
  io.put_threw = [](unseq_io *, const char *type) {
    owner_now = ~u64{0};
    output_used = payload_start;
    put(THREW, std::strlen(type), type, std::strlen(type));
  };
}

// ---- the schedule ------------------------------------------------------------------------------------

struct first_result {
  std::size_t start = 0, length = 0;
};

void run(void *library, void (*shim)(unseq_io *)) {
  input_header header;
  std::memcpy(&header, input, sizeof header);
  const auto *schedule = reinterpret_cast<const std::uint32_t *>(input + padded(sizeof header));
  const auto *cases = reinterpret_cast<const case_header *>(input + padded(sizeof header) + padded(4 * header.calls));
  std::vector<first_result> first(header.cases);
  call c{};
  install(c.io);
  in_progress = &c;
  c.flags = header.flags;
  if ((c.flags & RACES) && unseq_race_list == nullptr) stop(OUR_FAULT, "this runtime finds no races");
  if ((c.flags & MEASURED) && unseq_workspan_get == nullptr) stop(OUR_FAULT, "this runtime measures no span");
  if (unseq_stats_enable == nullptr) c.flags &= ~STATISTICS;
  c.call_ns = header.call_ns;
  if (c.flags & STATISTICS) {
    unseq_stats_reset();
    unseq_stats_enable(1);
  }
  statics kept;
  if (c.flags & STATICS) kept.remember(library);
  const u64 started = now(CLOCK_MONOTONIC);
  for (u64 k = 0; k < header.calls; k++) {
    if (header.budget_ns != 0 && k >= header.least && now(CLOCK_MONOTONIC) - started > header.budget_ns) break;
    const u64 number = schedule[k] & 0xfffffff;
    const case_header &one = cases[number];
    const u64 call_started = now(CLOCK_MONOTONIC);
    c.next = input + one.offset;
    c.end = input + one.end;
    c.rounding = schedule[k] >> 28;
    c.parameters.clear();
    c.blocks.clear();
    for (const char *p = c.next; p < c.end; p = behind(c, p)) c.parameters.push_back(p);
    state->index = k;
    state->phase = CALLING;

    char *place = reserve(sizeof(entry_header));
    payload_start = output_used;
    if (c.flags & STATICS && c.flags & REUSE) kept.restore();
    shim(&c.io);
    settle(c);
    if (c.mode_after != c.mode) put(OWNER, MODE, &c.mode_after, sizeof c.mode_after);
    if (c.flags & STATICS && !(c.flags & REUSE) && kept.changed()) state->changes++;
    entry_header entry{k, NEW, c.wall_ns, c.cpu_ns, 0, output_used - payload_start, 0, 0};
    first_result &known = first[number];
    if (known.start == 0) {
      known = {payload_start, entry.payload};
    } else if (known.length == entry.payload &&
               std::memcmp(output + known.start, output + payload_start, known.length) == 0) {
      entry.status = REPEATED;
      entry.payload = 0;
      output_used = payload_start;
    }
    if (c.flags & RACES) {
      entry.races = put_races();
      state->atomics |= (unseq_race_atomics_met() ? MET : 0) | (unseq_race_list_ordered(nullptr, 0) > 0 ? ORDERED : 0);
    }
    if (unseq_finding_list != nullptr) entry.findings = put_findings();
    entry.whole_ns = now(CLOCK_MONOTONIC) - call_started;
    std::memcpy(place, &entry, sizeof entry);
    give_back(c);
    state->committed = output_used;
    if (c.flags & MEASURED) put_spans(k);
  }
  if (c.flags & STATISTICS) {
    unseq_stats_enable(0);
    put_sites();
  }
}

}  // namespace

// How many bytes of an argument's block follow a pointer into it; 0 where it is none of theirs.
extern "C" std::size_t unseq_bytes_from(const void *where) {
  const char *const place = static_cast<const char *>(where);
  for (const block &b : in_progress->blocks)
    if (place >= b.memory && place <= b.memory + b.size) return static_cast<std::size_t>(b.memory + b.size - place);
  return 0;
}

int main(int argc, char **argv) {
  if (argc != 4 && argc != 5) return 2;
  const int input_fd = std::atoi(argv[2]), output_fd = std::atoi(argv[3]);
  struct stat status;
  if (fstat(input_fd, &status) != 0) return 2;
  input_size = static_cast<std::size_t>(status.st_size);
  input = static_cast<const char *>(mmap(nullptr, input_size, PROT_READ, MAP_PRIVATE, input_fd, 0));
  if (fstat(output_fd, &status) != 0) return 2;
  output_size = static_cast<std::size_t>(status.st_size);
  output = static_cast<char *>(mmap(nullptr, output_size, PROT_READ | PROT_WRITE, MAP_SHARED, output_fd, 0));
  if (input == MAP_FAILED || output == MAP_FAILED) return 2;
  state = reinterpret_cast<output_header *>(output);
  unsigned char nonce[sizeof state->nonce];
  for (std::size_t have = 0; have < sizeof nonce;) {
    const ssize_t got = read(0, nonce + have, sizeof nonce - have);
    if (got <= 0) return 2;
    have += static_cast<std::size_t>(got);
  }
  close(input_fd);
  close(output_fd);
  close(0);
  open("/dev/null", O_RDONLY);
  u64 magic;
  std::memcpy(&magic, input, sizeof magic);
  if (magic != MAGIC) stop(OUR_FAULT, "not an input blob");
  signal(SIGALRM, on_alarm);

  state->phase = LOADING;
  const bool counting = argc == 5;
  if (!counting) confine(argv[1]);
  void *library = dlopen(argv[1], RTLD_LAZY | RTLD_LOCAL);
  if (library == nullptr) stop(NO_LIBRARY, dlerror());
  auto *shim = reinterpret_cast<void (*)(unseq_io *)>(dlsym(library, "unseq_shim_call"));
  if (shim == nullptr) stop(NO_LIBRARY, "no shim in the library");
  run(library, shim);
  state->phase = DONE;
  std::memcpy(state->nonce, nonce, sizeof nonce);
  auto *write_counts = reinterpret_cast<void (*)()>(dlsym(library, "unseq_write_counts"));
  if (counting && write_counts != nullptr) write_counts();
  _exit(0);
}
