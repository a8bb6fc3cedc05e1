// The blobs that the native host reads and writes, and the place that results have reached. The formats are described in
// backends/host/blob.py. Included by host.cpp only, which is one program: what is here exists once.
#ifndef UNSEQ_WIRE_HPP_
#define UNSEQ_WIRE_HPP_

#include <time.h>
#include <unistd.h>

#include <cstdint>
#include <cstring>

namespace {

using u64 = std::uint64_t;

enum kind : u64 { BYTES = 1, LIST = 2, NOTHING = 3, OVERLAP = 4, SAME = 5, UNCHANGED = 6, THREW = 7, STRANGE = 8, OWNER = 9 };
enum phase : u64 { LOADING = 1, CALLING = 2, OUR_FAULT = 3, OUT_OF_TIME = 4, TOO_LARGE = 5, DONE = 6, NO_LIBRARY = 7, FORBIDDEN_CALL = 8 };
enum entry_status : u64 { NEW = 0, REPEATED = 1, SITES = 2, SPANS = 3 };

struct input_header {
  u64 magic, cases, calls, least, budget_ns, call_ns, flags;
};
struct case_header {
  u64 offset, end;
};
struct output_header {
  u64 committed, index, phase, pid;
  unsigned char nonce[16];
  char message[512];
  u64 changes;  // calls that changed the library's static memory
  u64 atomics;  // what the race runtime says of them: MET, ORDERED
};
struct entry_header {
  u64 index, status, wall_ns, cpu_ns, whole_ns, payload, races, findings;
};
struct item_header {
  u64 kind, length;
};

constexpr u64 MAGIC = 0x31304e4951534e55;  // "UNSQIN01"
constexpr u64 STATISTICS = 1, RACES = 2, REUSE = 4, STATICS = 8, MEASURED = 16, DESCENDING = 32;
constexpr u64 MET = 1, ORDERED = 2;  // strands met at atomics; some that would race otherwise were ordered by them
constexpr std::size_t FIRST_ENTRY = 4096;
constexpr std::size_t MOST_RACES = 16, MOST_FINDINGS = 16;
constexpr u64 MODE = 3000;  // owner of the floating-point mode that a call left changed

const char *input;
std::size_t input_size;
char *output;
std::size_t output_size, output_used = FIRST_ENTRY;
output_header *state;

[[noreturn]] void stop(phase why, const char *message) {
  state->phase = why;
  std::strncpy(state->message, message, sizeof state->message - 1);
  _exit(3);
}

std::size_t padded(std::size_t length) { return (length + 15) & ~std::size_t{15}; }

char *reserve(std::size_t length) {
  const std::size_t room = padded(length);
  if (room < length || room > output_size - output_used) stop(TOO_LARGE, "the results exceed the space for them");
  char *place = output + output_used;
  output_used += room;
  std::memset(place + length, 0, room - length);
  return place;
}

void put(u64 what, u64 length, const void *data = nullptr, std::size_t bytes = 0) {
  const item_header header{what, length};
  std::memcpy(reserve(sizeof header), &header, sizeof header);
  if (bytes != 0) std::memcpy(reserve(bytes), data, bytes);
}

u64 now(clockid_t clock) {
  timespec t;
  clock_gettime(clock, &t);
  return static_cast<u64>(t.tv_sec) * 1000000000u + static_cast<u64>(t.tv_nsec);
}

}  // namespace

#endif
