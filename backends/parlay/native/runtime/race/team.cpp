#include "team.h"

#include <cstdlib>
#include <cstring>
#include <initializer_list>

#include <link.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../stats.h"
#include "pages.h"

namespace unseq::race {

namespace {

constexpr std::size_t kStackBytes = std::size_t{8} << 20;
constexpr std::size_t kMostMembers = 1024;
constexpr std::size_t kMostInside[] = {kMostMembers, 4, 2, 1};  // by the number of teams around

Team serial{nullptr, nullptr, 1, nullptr, 0, nullptr, nullptr, {}};
Member outside{&serial, 0, {0, false, false, nullptr}, &outside.task, {}, 0, nullptr, {}, nullptr, false, {}};
Member* current = &outside;
std::size_t wished = 0;

// ---- stacks --------------------------------------------------------------------------------------------

Pages<void*> spare;
std::size_t spare_count = 0;

void* take_stack() {
  if (spare_count > 0) return spare[--spare_count];
  auto* memory = static_cast<char*>(map_pages(kStackBytes));
  mprotect(memory, 4096, PROT_NONE);
  return memory;
}

void give_stack(void* stack) {
  spare.reserve(spare_count + 1);
  spare[spare_count++] = stack;
}

// ---- threadprivate variables ---------------------------------------------------------------------------

struct Block {
  unsigned char* variables;  // this thread's
  const unsigned char* initial;
  std::size_t bytes, initial_bytes;
};
constexpr std::size_t kMostBlocks = 16;
Block blocks[kMostBlocks];
std::size_t blocks_used = 0, variables_bytes = 0;
Pages<unsigned char*> copies;  // of the members of outermost teams, kept from one team to the next

int find_block(dl_phdr_info* info, std::size_t, void*) {
  const char* slash = std::strrchr(info->dlpi_name, '/');
  const char* name = slash == nullptr ? info->dlpi_name : slash + 1;
  for (const char* system : {"libc.", "libstdc++", "libgcc_s", "libm.", "ld-", "libunseq"}) {
    if (std::strncmp(name, system, std::strlen(system)) == 0) return 0;
  }
  for (int i = 0; i < info->dlpi_phnum; ++i) {
    const auto& segment = info->dlpi_phdr[i];
    if (segment.p_type != PT_TLS || info->dlpi_tls_data == nullptr || blocks_used == kMostBlocks) continue;
    blocks[blocks_used++] = Block{static_cast<unsigned char*>(info->dlpi_tls_data),
                                  reinterpret_cast<const unsigned char*>(info->dlpi_addr + segment.p_vaddr),
                                  segment.p_memsz, segment.p_filesz};
    variables_bytes += segment.p_memsz;
  }
  return 0;
}

unsigned char* fresh_variables() {
  if (variables_bytes == 0) return nullptr;
  auto* copy = static_cast<unsigned char*>(map_pages(variables_bytes));
  unsigned char* to = copy;
  for (std::size_t b = 0; b < blocks_used; ++b) {
    for (std::size_t i = 0; i < blocks[b].initial_bytes; ++i) to[i] = blocks[b].initial[i];
    to += blocks[b].bytes;
  }
  return copy;
}

unsigned char* variables_of(const Team& team, std::size_t number) {
  if (number == 0) return nullptr;  // the parent goes on
  if (team.level > 1) return fresh_variables();
  copies.reserve(kMostMembers);
  if (copies[number] == nullptr) copies[number] = fresh_variables();
  return copies[number];
}

void exchange_variables(unsigned char* copy) {
  if (copy == nullptr) return;
  for (std::size_t b = 0; b < blocks_used; ++b) {
    for (std::size_t i = 0; i < blocks[b].bytes; ++i, ++copy) {
      const unsigned char other = *copy;
      *copy = blocks[b].variables[i];
      blocks[b].variables[i] = other;
    }
  }
}

// ---- members -------------------------------------------------------------------------------------------

__attribute__((noipa)) void run_body(const Team& team) noexcept { team.body(team.data); }

void enter() {
  run_body(*current->team);
  current->done = true;
  setcontext(&current->team->scheduler);
}

void begin(Member& m, Team& team, std::size_t number, const Pieces& pieces) {
  m.team = &team;
  m.number = number;
  m.running = &m.task;
  m.pieces = pieces;
  m.stack = take_stack();
  const auto top = reinterpret_cast<std::uintptr_t>(m.stack) + kStackBytes;
  m.touched = Detector::Stack{top, top, kStackBytes};
  m.variables = variables_of(team, number);
  getcontext(&m.context);
  m.context.uc_stack.ss_sp = m.stack;
  m.context.uc_stack.ss_size = kStackBytes;
  m.context.uc_link = nullptr;
  makecontext(&m.context, enter, 0);
}

// Runs a member to its next barrier, or to its end.
void run_phase(Member& m) {
  detector.begin_child();
  m.task = OpenTask{detector.depth(), false, false, nullptr};
  const Detector::Stack around = detector.exchange_stack(m.touched);
  exchange_variables(m.variables);
  current = &m;
  swapcontext(&m.team->scheduler, &m.context);
  current = m.team->parent;
  exchange_variables(m.variables);
  detector.close_scopes(m.task.depth);
  const auto top = reinterpret_cast<std::uintptr_t>(m.stack) + kStackBytes;
  if (m.done) {
    detector.end_child(reinterpret_cast<const void*>(top));
  } else {
    detector.pause_child();
  }
  m.touched = detector.exchange_stack(around);
}

void run_alone(Team& team, const Pieces& pieces) {
  Member m{&team, 0, {detector.depth(), false, false, nullptr}, nullptr, pieces, 0, nullptr, {}, nullptr, false, {}};
  m.running = &m.task;
  Member* const before = current;
  current = &m;
  team.body(team.data);
  current = before;
}

std::size_t team_size(std::size_t wanted, std::size_t around) {
  const std::size_t most = kMostInside[around < 3 ? around : 3];
  const std::size_t size = wanted != 0 ? wanted : default_team_size();
  return size < most ? size : most;
}

}  // namespace

Member& member() { return *current; }

std::size_t default_team_size() {
  if (wished == 0) {
    const char* text = std::getenv("OMP_NUM_THREADS");
    const long number = text == nullptr ? 0 : std::strtol(text, nullptr, 10);
    wished = number > 0 ? static_cast<std::size_t>(number) : 2;
  }
  return wished;
}

void set_default_team_size(std::size_t size) { wished = size; }

void run_team(void (*body)(void*), void* data, std::size_t wanted, const Pieces& pieces) {
  const std::size_t size = team_size(wanted, current->team->level);
  Team team{body, data, size, current, current->team->level + 1, nullptr, nullptr, {}};
  const void* const site = reinterpret_cast<const void*>(body);
  if (counting.load(std::memory_order_relaxed)) {
    SiteCounters* const counters = count_execution(site, size, size >= 2);
    count_strand(counters, false, size);
  }
  if (size == 1) return run_alone(team, pieces);
  if (team.level == 1) {
    blocks_used = variables_bytes = 0;
    dl_iterate_phdr(find_block, nullptr);
  }
  team.members = static_cast<Member*>(map_pages(size * sizeof(Member)));
  for (std::size_t i = 0; i < size; ++i) begin(team.members[i], team, i, pieces);
  for (std::size_t left = size; left > 0;) {
    detector.open(site, 0, __builtin_frame_address(0));
    for (std::size_t i = 0; i < size; ++i) {
      Member& m = team.members[i];
      if (m.done) continue;
      run_phase(m);
      left -= m.done;
    }
    detector.close();
  }
  for (std::size_t i = 0; i < size; ++i) {
    give_stack(team.members[i].stack);
    if (team.level > 1 && team.members[i].variables != nullptr) munmap(team.members[i].variables, variables_bytes);
  }
  munmap(team.members, size * sizeof(Member));
}

void barrier() {
  Member& m = *current;
  if (m.team->size > 1) {
    swapcontext(&m.context, &m.team->scheduler);
  } else {
    detector.close_scopes(m.task.depth);
  }
}

void give_up(const char* what) {
  const char* const words[] = {"unseq: OpenMP: ", what, "\n"};
  for (const char* word : words) {
    if (write(2, word, std::strlen(word)) < 0) break;
  }
  std::_Exit(70);
}

}  // namespace unseq::race
