// Random series-parallel programs, run over the race runtime and judged by brute force: every pair of accesses
// is compared by the definition of a race. Arguments: how many programs, the first seed. Prints what disagrees.
#include <parlay/parallel.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <set>
#include <utility>
#include <vector>

namespace {

// ---- what a program may touch: overlapping parts of 16 bytes ---------------------------------------------

alignas(16) unsigned char memory[16];
std::mutex locks[2];

struct Place {
  size_t offset, size;
};
constexpr Place places[] = {{0, 4}, {4, 4}, {0, 8}, {1, 1}, {2, 2}, {6, 1}, {8, 8}, {13, 1}, {9, 1}, {12, 4}};
constexpr size_t kPlaces = sizeof places / sizeof places[0];
enum Kind { READ, WRITE, ATOMIC_READ, ATOMIC_WRITE, kKinds };

template <size_t P>
using Word = std::conditional_t<places[P].size == 1, uint8_t,
                                std::conditional_t<places[P].size == 2, uint16_t,
                                                   std::conditional_t<places[P].size == 4, uint32_t, uint64_t>>>;
volatile uint64_t sink;

// Each place and kind has an instruction of its own, so that a report says which it was.
template <size_t P, int K>
__attribute__((noinline)) void touch() {
  auto* word = reinterpret_cast<volatile Word<P>*>(memory + places[P].offset);
  if constexpr (K == READ) {
    (void)*word;
  } else if constexpr (K == WRITE) {
    *word = static_cast<Word<P>>(1);
  } else if constexpr (K == ATOMIC_READ) {
    (void)__atomic_load_n(word, __ATOMIC_RELAXED);
  } else {
    __atomic_store_n(word, static_cast<Word<P>>(1), __ATOMIC_RELAXED);
  }
  asm volatile("" ::: "memory");
}

using Touch = void (*)();
Touch touches[kPlaces][kKinds];

template <size_t... P>
void fill(std::index_sequence<P...>) {
  ((touches[P][READ] = touch<P, READ>, touches[P][WRITE] = touch<P, WRITE>,
    touches[P][ATOMIC_READ] = touch<P, ATOMIC_READ>, touches[P][ATOMIC_WRITE] = touch<P, ATOMIC_WRITE>),
   ...);
}

// ---- programs ---------------------------------------------------------------------------------------------

struct Node {
  enum { ACCESS, SERIES, FORK, LOOP } form;
  size_t place = 0;
  int kind = 0;
  unsigned held = 0;  // a set of locks
  std::vector<Node> children;
};

uint64_t state;
size_t pick(size_t n) {
  state = state * 6364136223846793005u + 1442695040888963407u;
  return static_cast<size_t>((state >> 33) % n);
}

Node random_node(int depth, size_t few_places, bool with_locks, bool with_atomics) {
  const size_t form = depth == 0 ? 0 : pick(7);
  if (form < 2) {
    Node node{Node::ACCESS, pick(few_places), 0, 0, {}};
    node.kind = static_cast<int>(pick(with_atomics ? 4 : 2));
    if (with_locks) node.held = static_cast<unsigned>(pick(4));
    return node;
  }
  Node node{form < 4 ? Node::SERIES : form < 6 ? Node::FORK : Node::LOOP, 0, 0, 0, {}};
  const size_t children = node.form == Node::FORK ? 2 : 1 + pick(4);
  for (size_t i = 0; i < children; ++i) {
    node.children.push_back(random_node(depth - 1, few_places, with_locks, with_atomics));
  }
  return node;
}

void execute(const Node& node) {
  switch (node.form) {
    case Node::ACCESS:
      if (node.held & 1) locks[0].lock();
      if (node.held & 2) locks[1].lock();
      touches[node.place][node.kind]();
      if (node.held & 2) locks[1].unlock();
      if (node.held & 1) locks[0].unlock();
      return;
    case Node::SERIES:
      for (const Node& child : node.children) execute(child);
      return;
    case Node::FORK:
      parlay::par_do([&] { execute(node.children[0]); }, [&] { execute(node.children[1]); });
      return;
    case Node::LOOP:
      parlay::parallel_for(0, node.children.size(), [&](size_t i) { execute(node.children[i]); });
      return;
  }
}

// ---- the judge by brute force ------------------------------------------------------------------------------

using Step = std::pair<bool, size_t>;  // through a parallel node? into which child?
struct Touched {
  std::vector<Step> path;
  const Node* node;
};

void collect(const Node& node, std::vector<Step>& path, std::vector<Touched>& out) {
  if (node.form == Node::ACCESS) {
    out.push_back({path, &node});
    return;
  }
  for (size_t i = 0; i < node.children.size(); ++i) {
    path.push_back({node.form != Node::SERIES, i});
    collect(node.children[i], path, out);
    path.pop_back();
  }
}

bool parallel(const Touched& a, const Touched& b) {
  size_t i = 0;
  while (i < a.path.size() && i < b.path.size() && a.path[i].second == b.path[i].second) ++i;
  return i < a.path.size() && i < b.path.size() && a.path[i].first;
}

using Operation = std::pair<size_t, int>;
using Operations = std::pair<Operation, Operation>;

unsigned bytes(size_t place) { return ((1u << places[place].size) - 1) << places[place].offset; }

bool conflict(const Node& a, const Node& b) {
  const bool writes = a.kind == WRITE || a.kind == ATOMIC_WRITE || b.kind == WRITE || b.kind == ATOMIC_WRITE;
  const bool both_atomic = a.kind >= ATOMIC_READ && b.kind >= ATOMIC_READ;
  return (bytes(a.place) & bytes(b.place)) != 0 && writes && !both_atomic && (a.held & b.held) == 0;
}

// The operation whose code a reported address lies in.
Operation operation_at(const void* pc) {
  Operation best{0, 0};
  uintptr_t least = ~uintptr_t{0};
  for (size_t p = 0; p < kPlaces; ++p) {
    for (int k = 0; k < kKinds; ++k) {
      const uintptr_t distance = reinterpret_cast<uintptr_t>(pc) - reinterpret_cast<uintptr_t>(touches[p][k]);
      if (distance < least) least = distance, best = {p, k};
    }
  }
  return best;
}

}  // namespace

int main(int, char** argv) {
  fill(std::make_index_sequence<kPlaces>());
  const size_t programs = std::strtoul(argv[1], nullptr, 10);
  const size_t seed = std::strtoul(argv[2], nullptr, 10);
  size_t racy = 0, wrong = 0;
  for (size_t program = 0; program < programs; ++program) {
    state = (seed + program) * 0x9e3779b97f4a7c15u + 1;
    const Node root = random_node(2 + static_cast<int>(pick(4)), 1 + pick(kPlaces), pick(2) == 0, pick(2) == 0);
    std::vector<Touched> all;
    std::vector<Step> path;
    collect(root, path, all);
    std::set<Operations> races;
    unsigned racy_bytes = 0;
    for (size_t i = 0; i < all.size(); ++i) {
      for (size_t j = 0; j < i; ++j) {
        const Node &a = *all[i].node, &b = *all[j].node;
        if (!parallel(all[i], all[j]) || !conflict(a, b)) continue;
        races.insert({{a.place, a.kind}, {b.place, b.kind}});
        races.insert({{b.place, b.kind}, {a.place, a.kind}});
        racy_bytes |= bytes(a.place) & bytes(b.place);
      }
    }
    unseq_race_reset();
    unseq_race_enable(1);
    execute(root);
    unseq_race_enable(0);
    static unseq_race found[1024];
    const size_t count = unseq_race_list(found, 1024);
    unsigned covered = 0;
    bool invented = false;
    for (size_t i = 0; i < count; ++i) {
      const Operations pair{operation_at(found[i].earlier.pc), operation_at(found[i].later.pc)};
      invented |= races.count(pair) == 0;
      covered |= bytes(pair.first.first) & bytes(pair.second.first);
    }
    racy += racy_bytes != 0;
    if (invented || (racy_bytes & ~covered) != 0) {
      ++wrong;
      std::printf("seed %zu: %zu accesses, %s\n", seed + program, all.size(), invented ? "a race invented" : "a race missed");
    }
  }
  std::printf("%zu programs, %zu racy, %zu wrong\n", programs, racy, wrong);
  return wrong != 0;
}
