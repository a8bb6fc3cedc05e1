/* What a shim asks of the host: the values of one call, one after the other, and a place for the results.
 *
 * The host owns the blobs, every buffer behind a pointer, the clock and the counters; the shim (generated for one
 * signature, compiled together with the file under test) knows the types. The wire format is described in
 * backends/host/blob.py. Functions that find another kind of item than asked for end the process: our own fault.
 */
#ifndef UNSEQ_IO_H_
#define UNSEQ_IO_H_

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

enum unseq_item { UNSEQ_BYTES = 1, UNSEQ_LIST = 2, UNSEQ_NULL = 3, UNSEQ_OVERLAP = 4, UNSEQ_SAME = 5 };

enum unseq_owner { UNSEQ_RESULT = 1000, UNSEQ_GLOBAL = 2000 };

typedef struct unseq_io unseq_io;
struct unseq_io {
  /* The kind of the next item, or 0 when there is none left. */
  int (*peek)(unseq_io *io);
  /* The next item, which is bytes; it lies in read-only memory, aligned to 16, until the call is over. */
  const void *(*bytes)(unseq_io *io, size_t *length);
  /* The same without taking it; null when the next item is not bytes. */
  const void *(*look)(unseq_io *io, size_t *length);
  /* The next item, which is a list; its elements follow. */
  size_t (*list)(unseq_io *io);
  /* Skips the next item, which is a null. */
  void (*null)(unseq_io *io);
  /* The next item, which says "the same object as parameter k". */
  unsigned (*same)(unseq_io *io);
  /* The next item, bytes, overlap or null, as a pointer: bytes get a block of exactly their size, which the host
   * frees after the call. `parameter`: number of the parameter, or -1 inside another value. `length`, if wanted,
   * receives the number of bytes from the pointer to the end of its block. */
  void *(*pointer)(unseq_io *io, int parameter, size_t *length);

  /* Around the call of the function under test, nothing else between. */
  void (*begin)(unseq_io *io);
  void (*end)(unseq_io *io);

  /* What follows belongs to this parameter; UNSEQ_RESULT: to the returned value; UNSEQ_GLOBAL + k: to a variable. */
  void (*put_owner)(unseq_io *io, int owner);
  void (*put_bytes)(unseq_io *io, const void *data, size_t length);
  /* As put_bytes; shortened to "unchanged" when equal to the input bytes. */
  void (*put_compared)(unseq_io *io, const void *data, size_t length, const void *before, size_t before_length);
  /* An array variable up to the last of its items (`item` bytes each) that is not as in `initial`, and `given` bytes at
   * least; returns how many bytes that were. The rest is known to whoever knows the initial values. */
  size_t (*put_changed)(unseq_io *io, const void *data, size_t length, const void *initial, size_t given, size_t item);
  void (*put_list)(unseq_io *io, size_t count);
  void (*put_null)(unseq_io *io);
  /* Where a pointer points: into which parameter's block, and how far behind its start. */
  void (*put_place)(unseq_io *io, const void *pointer);
  /* The block that `pointer` got its memory from, as it is now. */
  void (*put_block)(unseq_io *io, const void *pointer);
  /* Instead of all results: the function left with an exception of this type. */
  void (*put_threw)(unseq_io *io, const char *type);
};

/* The one symbol of a shim: runs the function once. */
#ifdef UNSEQ_COUNTED
/* A library that counts what it runs (gcov) writes the counts when it is asked to: the host ends without exit(). */
void __gcov_dump(void);
__attribute__((visibility("default"))) void unseq_write_counts(void) { __gcov_dump(); }
#endif
/* The one way in, also where the rest of a library is hidden. */
__attribute__((visibility("default"))) void unseq_shim_call(unseq_io *io);

#ifdef __cplusplus
}
#endif
#endif
