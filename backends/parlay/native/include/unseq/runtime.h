/* The C interface between emitted code and a runtime.
 *
 * The embedded ParlayLib headers reach a scheduler only through these functions, so one compiled
 * candidate runs unchanged over every runtime that implements them: real threads (plain, also under
 * ASan and TSan), serial execution with exact race detection (race), and serial execution that
 * measures work and span (workspan).
 *
 * A fork site is named by the address of the function that it hands over: `body` of
 * unseq_parallel_for, `left` of unseq_par_do. Every instantiation of the headers' templates has its
 * own such function, whose symbol name contains the text of UNSEQ_SITE_PREFIX, so the sites of a
 * library that were never executed can be listed from its symbol table.
 */
#ifndef UNSEQ_RUNTIME_H_
#define UNSEQ_RUNTIME_H_

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define UNSEQ_RUNTIME_ABI 1
#define UNSEQ_SITE_PREFIX "unseq_site_"

/* Runs iterations [lo, hi) of a loop in ascending order on the calling strand. */
typedef void (*unseq_body)(void *env, size_t lo, size_t hi);
/* Runs one side of a fork. */
typedef void (*unseq_thunk)(void *env);

/* ---- scheduling ------------------------------------------------------------------------------ */

/* Runs body over [lo, hi), in parallel, and returns when all of it has ended.
 * grain: least number of iterations in a chunk; 0 lets the runtime decide. An exception leaves
 * after all chunks that started have ended. */
void unseq_parallel_for(size_t lo, size_t hi, size_t grain, unseq_body body, void *env);
/* The race runtime's alone: the same with each iteration a strand, and fewer calls. `body` calls unseq_watched_next
 * after each iteration but the last one of its range, or never: then the first iteration is a strand, and so are the
 * others together. */
void unseq_watched_for(size_t lo, size_t hi, unseq_body body, void *env);
void unseq_watched_next(void);
/* Runs both thunks, possibly in parallel. */
void unseq_par_do(unseq_thunk left, void *left_env, unseq_thunk right, void *right_env);
/* Threads that may execute strands (PARLAY_NUM_THREADS, else the processors we may use). */
size_t unseq_num_workers(void);
/* The calling thread's number, below unseq_num_workers(). */
size_t unseq_worker_id(void);

/* How many consecutive elements of n a primitive may give to one strand, where `wanted` would be
 * good: 1 in the race runtime, so that no two elements hide behind one strand. */
size_t unseq_block_length(size_t n, size_t wanted);

/* ---- sorting numbers -------------------------------------------------------------------------- */

enum unseq_number {
  UNSEQ_U8, UNSEQ_U16, UNSEQ_U32, UNSEQ_U64,
  UNSEQ_I8, UNSEQ_I16, UNSEQ_I32, UNSEQ_I64,
  UNSEQ_F32, UNSEQ_F64
};

/* Sorts n numbers in place, ascending and stably. `site` names the fork site; it is not called. */
void unseq_sort_numbers(void *data, size_t n, enum unseq_number type, unseq_body site);

/* ---- memory of sequences --------------------------------------------------------------------- */

/* At least `bytes` bytes aligned to `align` (a power of two). Null when there is no memory. */
void *unseq_allocate(size_t bytes, size_t align);
/* Releases what unseq_allocate returned for the same bytes and align. Null is allowed. */
void unseq_release(void *block, size_t bytes, size_t align);
/* Throws std::out_of_range; here, so that the headers need not include <stdexcept>. */
__attribute__((noreturn)) void unseq_throw_out_of_range(size_t index, size_t size);

/* ---- what ran (for the judge) ---------------------------------------------------------------- */

enum unseq_runtime_kind { UNSEQ_PLAIN = 0, UNSEQ_RACE = 1, UNSEQ_WORKSPAN = 2 };

int unseq_runtime_abi(void);
int unseq_runtime_get_kind(void);

/* One fork site that was executed since the last reset. */
typedef struct unseq_site {
  const void *code;       /* its body or left thunk, see above */
  uint64_t executions;    /* times it was reached */
  uint64_t forked;        /* of these, with at least two children */
  uint64_t strands;       /* children started in all: chunks or thunks; iterations in the race runtime */
  uint64_t max_children;  /* most iterations (2 for par_do) in one execution */
} unseq_site;

typedef struct unseq_stats {
  uint64_t forks;    /* executions of all sites with at least two children */
  uint64_t strands;  /* children started at all sites */
  uint64_t stolen;   /* of these, run by another thread than the one that forked; 0 when serial */
  uint64_t sites;    /* distinct sites executed */
  uint64_t workers;  /* unseq_num_workers() */
  uint64_t threads;  /* threads that could really be had; 1 when the system refused more */
} unseq_stats;

/* Counting is off at first and costs one predictable branch a fork then. */
void unseq_stats_enable(int on);
void unseq_stats_reset(void);
void unseq_stats_get(unseq_stats *out);
/* Copies at most `capacity` sites and returns how many there are. */
size_t unseq_stats_sites(unseq_site *out, size_t capacity);

/* ---- races (race runtime; the others have none of these symbols) ------------------------------ */

enum unseq_race_object {
  UNSEQ_OBJECT_UNKNOWN = 0,
  UNSEQ_OBJECT_HEAP = 1,   /* a block from malloc, new or unseq_allocate */
  UNSEQ_OBJECT_GLOBAL = 2, /* inside a mapped library or the program */
  UNSEQ_OBJECT_STACK = 3
};

/* One side of a race. */
typedef struct unseq_access {
  const void *pc;      /* return address of the access: look up pc - 1 */
  uint64_t strand;     /* serial number of the strand, for reproduction */
  uint64_t fork_site;  /* address of the fork site below which the two sides are parallel */
  uint64_t child;      /* this side's child of that fork: an iteration's index; 0 left, 1 right */
  uint8_t is_write;
  uint8_t is_atomic;
  uint8_t size;        /* bytes of the access */
  uint8_t has_child;   /* 0: child is not known; 2: it is 1024 * block + thread of a kernel, both numbered through */
} unseq_access;

typedef struct unseq_race {
  unseq_access earlier; /* in serial order */
  unseq_access later;
  const void *address;  /* first byte that both touch */
  int object;           /* enum unseq_race_object */
  const void *object_base;
  uint64_t object_size; /* bytes; 0 when unknown */
  const void *object_pc;/* where a heap block was allocated; null when unknown */
  uint64_t count;       /* dynamic occurrences of this pair of instructions */
  uint8_t same_value;   /* both sides wrote the same value (write/write only) */
} unseq_race;

/* Forgets all accesses and races; memory written before is as if written by the caller now. */
void unseq_race_reset(void);
/* Checks from now on (1) or not (0). Off at first. */
void unseq_race_enable(int on);
/* Copies at most `capacity` distinct races (pairs of instructions) and returns how many there are. */
size_t unseq_race_list(unseq_race *out, size_t capacity);
/* The same for pairs that are no races in this run because atomic operations ordered them: one strand released a value
 * and the other acquired it. In another schedule they may not be. */
size_t unseq_race_list_ordered(unseq_race *out, size_t capacity);
/* Whether strands read atomics that parallel ones change, so that what they do may depend on the schedule. */
int unseq_race_atomics_met(void);
/* From the next fork on, later siblings run first (1): another schedule, in which such an order may be missing. */
void unseq_race_descend(int on);

/* ---- work and span (workspan runtime only) ---------------------------------------------------- */

/* What ran between begin and end: first all of it (code is null), then each fork site. */
typedef struct unseq_workspan {
  const void *code;     /* the site, see above */
  uint64_t executions;
  uint64_t strands;     /* children of forks with at least two */
  double work_ns;       /* of all strands */
  double span_ns;       /* of the longest chain; for a site, summed over its executions */
  double fork_depth;    /* on that chain: levels of tasks that start each other; 0 for a site */
} unseq_workspan;

void unseq_workspan_begin(void);
void unseq_workspan_end(void);
/* Copies at most `capacity` entries and returns how many there are. */
size_t unseq_workspan_get(unseq_workspan *out, size_t capacity);

#ifdef __cplusplus
}
#endif
#endif
