// Tells whoever watches memory (a sanitizer, the race detector) what a part of the runtime does to the
// user's, since the runtime itself is not instrumented.
#ifndef UNSEQ_WATCH_H_
#define UNSEQ_WATCH_H_

#include <cstddef>

namespace unseq {

// The caller, whose return address is given, reads and then writes all of [data, data + bytes).
void rewrites(void* data, std::size_t bytes, const void* pc);

}  // namespace unseq

#endif
