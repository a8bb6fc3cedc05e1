// Teams of OpenMP threads without threads: the members of a team run one after another, each on a stack of its
// own, from one barrier to the next. To the detector every such phase is a fork with the members as children.
#ifndef UNSEQ_RACE_TEAM_H_
#define UNSEQ_RACE_TEAM_H_

#include <cstddef>
#include <cstdint>

#include <ucontext.h>

#include "detector.h"

namespace unseq::race {

struct Team;

// A task that runs, a member's own (implicit) one included.
struct OpenTask {
  std::size_t depth;  // forks that were open when it began
  bool is_explicit, is_final;
  OpenTask* creator;
};

// What a member still has to run of a loop (or of sections): pieces are dealt out in turn, so that neighbours fall
// to different members; those of an ordered loop in blocks, so that the members can run one after another.
struct Pieces {
  enum Rule { kInTurn, kGuided, kInBlocks };
  std::uint64_t start, end, step, iterations, chunk;
  std::uint64_t at, number;  // first iteration of the next piece, and which piece that is
  Rule rule;
};

struct Member {
  Team* team;
  std::size_t number;
  OpenTask task;        // its implicit one
  OpenTask* running;
  Pieces pieces;
  std::size_t singles;  // `single` constructs met
  void* stack;
  Detector::Stack touched;
  unsigned char* variables;  // its own copy of threadprivate variables while it does not run
  bool done;
  ucontext_t context;
};

struct Team {
  void (*body)(void*);
  void* data;
  std::size_t size;
  Member* parent;       // who started it
  std::size_t level;    // how many teams are around and in it
  Member* members;
  void* copied;         // what `single copyprivate` hands over
  ucontext_t scheduler;
};

// The member that runs; outside of teams that of a team of one.
Member& member();
std::size_t default_team_size();
void set_default_team_size(std::size_t size);
// Runs body(data) in all members of a team; `wanted` is 0 where the program leaves the size open.
void run_team(void (*body)(void*), void* data, std::size_t wanted, const Pieces& pieces);
void barrier();
// Says what cannot be done, and ends the process with a status of its own.
[[noreturn]] void give_up(const char* what);

}  // namespace unseq::race

#endif
