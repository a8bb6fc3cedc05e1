// One call: where it stands in its case, and the blocks that its buffers are given. Included by host.cpp only.
#ifndef UNSEQ_CALL_HPP_
#define UNSEQ_CALL_HPP_

#include <cstdlib>
#include <cstring>
#include <vector>

#include "confine.hpp"
#include "unseq_io.h"
#include "wire.hpp"

namespace {

struct block {
  char *memory;
  std::size_t size;
  const char *before;
  int parameter;
};

// One call in progress.
struct call {
  unseq_io io;  // first, so that the shim's pointer is ours
  const char *next, *end;
  std::vector<const char *> parameters;  // first item of each
  std::vector<block> blocks;
  u64 rounding, flags, call_ns, mode, mode_after, wall_ns, cpu_ns, started, cpu_started;
  bool running;
};

call *of(unseq_io *io) { return reinterpret_cast<call *>(io); }

item_header header_at(const call &c, const char *place) {
  if (place + sizeof(item_header) > c.end) stop(OUR_FAULT, "the case ends too early");
  item_header header;
  std::memcpy(&header, place, sizeof header);
  return header;
}

// The item behind the one at `place`, elements of lists included.
const char *behind(const call &c, const char *place) {
  const item_header header = header_at(c, place);
  place += sizeof header;
  if (header.kind == BYTES) return place + padded(header.length);
  if (header.kind == OVERLAP) return place + sizeof header;
  if (header.kind == LIST)
    for (u64 k = 0; k < header.length; k++) place = behind(c, place);
  return place;
}

item_header take(call &c, u64 wanted) {
  const item_header header = header_at(c, c.next);
  if (header.kind != wanted) stop(OUR_FAULT, "the case does not fit the signature");
  c.next += sizeof header;
  return header;
}

// Blocks of earlier calls, for runs that measure: the pages of large blocks are not faulted in again at each call.
std::vector<block> spare;

char *memory_of(call &c, std::size_t size) {
  if (c.flags & REUSE) {
    for (block &b : spare) {
      if (b.memory == nullptr || b.size != size) continue;
      char *memory = b.memory;
      b.memory = nullptr;
      return memory;
    }
  }
  return static_cast<char *>(std::malloc(size));
}

void give_back(call &c) {
  for (const block &b : c.blocks) {
    if (!(c.flags & REUSE)) {
      std::free(b.memory);
      continue;
    }
    std::size_t k = 0;
    while (k < spare.size() && spare[k].memory != nullptr) k++;
    if (k == spare.size()) {
      spare.push_back(b);
    } else {
      spare[k] = b;
    }
  }
}

char *new_block(call &c, const char *item, int parameter) {
  const item_header header = header_at(c, item);
  const char *data = item + sizeof header;
  char *memory = memory_of(c, header.length);
  if (memory == nullptr) stop(OUR_FAULT, "no memory for the inputs");
  std::memcpy(memory, data, header.length);
  c.blocks.push_back({memory, header.length, data, parameter});
  return memory;
}

const block *block_of_parameter(call &c, u64 parameter) {
  for (const block &b : c.blocks)
    if (b.parameter == static_cast<int>(parameter)) return &b;
  if (parameter >= c.parameters.size() || header_at(c, c.parameters[parameter]).kind != BYTES)
    stop(OUR_FAULT, "an overlap with something that is no buffer");
  new_block(c, c.parameters[parameter], static_cast<int>(parameter));
  return &c.blocks.back();
}

}  // namespace

#endif
