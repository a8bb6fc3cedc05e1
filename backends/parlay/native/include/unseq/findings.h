/* What a runtime found out besides races, for the host to hand on. Runtimes without such findings have none of these
 * functions. */
#ifndef UNSEQ_FINDINGS_H_
#define UNSEQ_FINDINGS_H_

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum unseq_finding_kind {
  UNSEQ_OUT_OF_BOUNDS = 1,
  UNSEQ_UNINITIALISED = 2,
  UNSEQ_MEMORY_FAULT = 3,
  UNSEQ_BARRIER_DIVERGENCE = 4,
  UNSEQ_LAUNCH_FAILURE = 5,
  UNSEQ_LEAK = 6
};

typedef struct unseq_finding {
  uint32_t kind;        /* enum unseq_finding_kind */
  uint32_t note;        /* not 0: worth knowing, no mistake */
  const void *pc;       /* return address of what did it: look up pc - 1; null: nobody in particular */
  const void *other_pc; /* where another thread was, or where memory was allocated; may be null */
  uint32_t in_kernel;   /* block and thread are known */
  uint32_t block[3], thread[3];
  uint32_t reserved;
  uint64_t count;       /* occurrences of the same kind at the same place */
  char kernel[64];      /* as the launch spells it; empty on the host */
  char text[192];
} unseq_finding;

/* Forgets all findings. */
void unseq_finding_reset(void);
/* Copies at most `capacity` findings and returns how many there are. */
size_t unseq_finding_list(unseq_finding *out, size_t capacity);

#ifdef __cplusplus
}
#endif
#endif
