// Values that strands hand over by atomics: programs that do it right, and such that only look like it.
#include "race_harness.h"

#include <parlay/primitives.h>

#include <atomic>
#include <cstdlib>
#include <memory>
#include <vector>

using parlay::par_do;
using parlay::parallel_for;

static constexpr auto relaxed = std::memory_order_relaxed;
static constexpr auto acquire = std::memory_order_acquire;
static constexpr auto release = std::memory_order_release;

static size_t n;
static int data, total;

struct Node {
  int value;
  Node* next;
};

// An open-addressed table: a slot's state says whether its key may be read.
struct Table {
  enum State : char { empty, full, locked };
  struct Slot {
    std::atomic<State> state{empty};
    size_t key = 0;
    int value = 0;
  };
  std::vector<Slot> slots;
  bool waits;  // for the state to say so
  Table(size_t size, bool w) : slots(size), waits(w) {}

  bool insert(size_t key, int value) {
    for (size_t i = key * 7 % slots.size();; i = (i + 1) % slots.size()) {
      State state = slots[i].state;
      if (state == empty && slots[i].state.compare_exchange_strong(state, locked)) {
        slots[i].key = key;
        slots[i].value = value;
        slots[i].state = full;
        return true;
      }
      while (waits && slots[i].state != full) {
      }
      if (slots[i].key == key) return false;
    }
  }
};

// A flag is set between a write and a read.
template <typename Set, typename Seen>
static void flagged(Set set, Seen seen) {
  data = 0;
  par_do([&] { data = 7; set(); }, [&] { if (seen()) total = data; });
}

static void flags(std::vector<int>& b) {
  std::atomic<int> flag{0}, other{0};
  const auto again = [&] { flag = 0, other = 0; };
  CLEAN("flag", { again(), flagged([&] { flag.store(1, release); }, [&] { return flag.load(acquire) == 1; }); });
  RACY("flag_set_relaxed", { again(), flagged([&] { flag.store(1, relaxed); }, [&] { return flag.load(acquire) == 1; }); });
  RACY("flag_read_relaxed", { again(), flagged([&] { flag.store(1, release); }, [&] { return flag.load(relaxed) == 1; }); });
  RACY("flag_ignored", { again(), flagged([&] { flag = 1; }, [&] { return flag.load() >= 0; }); });
  RACY("flag_read_relaxed_by_an_earlier_sibling", {
    again();
    par_do([&] { if (flag.load(relaxed) == 1) total = data; }, [&] { data = 7; flag = 1; });
  });
  RACY("flag_never_set", { again(), flagged([&] { flag = 0; }, [&] { return flag.load() == 0; }); });
  RACY("another_flag", { again(), flagged([&] { flag = 1; }, [&] { return other.load() == 0; }); });
  RACY("flag_set_too_early", {
    again();
    par_do([&] { flag = 1; data = 7; }, [&] { if (flag == 1) total = data; });
  });
  RACY("flag_read_too_late", {
    again();
    par_do([&] { data = 7; flag = 1; }, [&] { const int seen = data; if (flag == 1) total = seen; });
  });
  RACY("written_again_after_the_flag", {
    again();
    par_do([&] { data = 7; flag = 1; data = 8; }, [&] { if (flag == 1) total = data; });
  });
  volatile int& x = data;
  RACY("read_again_after_the_flag", {
    again();
    par_do([&] { b[0] = x + x + x; flag = 1; b[0] += x; }, [&] { if (flag == 1) x = 7; });
  });
  CLEAN("read_again_before_the_flag", {
    again();
    par_do([&] { b[0] = x + x + x; flag = 1; }, [&] { if (flag == 1) x = 7; });
  });
  RACY("flag_set_by_another", {
    again();
    par_do([&] { par_do([&] { data = 7; }, [&] { flag = 1; }); }, [&] { if (flag == 1) total = data; });
  });
  CLEAN("flag_set_after_a_join", {
    again();
    par_do([&] { par_do([&] { data = 7; }, [&] { b[0] = 1; }); flag = 1; }, [&] { if (flag == 1) total = data + b[0]; });
  });
  CLEAN("flag_read_before_a_fork", {
    again();
    par_do([&] { data = 7; flag = 1; }, [&] {
      if (flag == 1) par_do([&] { b[0] = data; }, [&] { b[1] = data; });
    });
  });
  CLEAN("flag_read_in_a_child", {
    again();
    bool seen = false;
    par_do([&] { data = 7; flag = 1; }, [&] {
      par_do([&] { seen = flag == 1; }, [&] { b[1] = 1; });
      if (seen) total = data;
    });
  });
  RACY("flag_read_by_another", {
    again();
    bool seen = false;
    par_do([&] { data = 7; flag = 1; }, [&] {
      par_do([&] { seen = flag == 1; }, [&] { b[1] = data; });
      if (seen) b[0] = 1;
    });
  });
  CLEAN("passed_on", {
    again();
    par_do([&] { data = 7; flag = 1; }, [&] {
      par_do([&] { if (flag == 1) other = 1; }, [&] { if (other == 1) total = data; });
    });
  });
  RACY("passed_on_unseen", {
    again();
    par_do([&] { data = 7; flag = 1; }, [&] {
      par_do([&] { (void)flag.load(relaxed), other = 1; }, [&] { if (other == 1) total = data; });
    });
  });
  CLEAN("fences", {
    again();
    flagged([&] { std::atomic_thread_fence(release); flag.store(1, relaxed); },
            [&] { const bool seen = flag.load(relaxed) == 1; std::atomic_thread_fence(acquire); return seen; });
  });
  RACY("fence_before_the_write", {
    again();
    par_do([&] { std::atomic_thread_fence(release); data = 7; flag.store(1, relaxed); },
           [&] { if (flag.load(acquire) == 1) total = data; });
  });
  CLEAN("release_sequence", {
    again();
    par_do([&] { data = 7; flag.store(1, release); }, [&] {
      par_do([&] { flag.fetch_add(1, relaxed); }, [&] { if (flag.load(acquire) >= 1) total = data; });
    });
  });
  RACY("release_sequence_broken", {
    again();
    par_do([&] { data = 7; flag.store(1, release); }, [&] {
      par_do([&] { flag.store(2, relaxed); }, [&] { if (flag.load(acquire) >= 1) total = data; });
    });
  });
  CLEAN("flag_for_each", {
    std::vector<std::atomic<int>> ready(n);
    parallel_for(0, n, [&](size_t i) {
      b[i] = static_cast<int>(i);
      ready[i].store(1, release);
      if (i > 0 && ready[i - 1].load(acquire) == 1) total += 0 * b[i - 1], b[i] += 0;
    });
  });
}

static void publication(std::vector<int>& b) {
  CLEAN("published_once", {
    std::atomic<Node*> root{nullptr};
    parallel_for(0, n, [&](size_t i) {
      auto* mine = new Node{static_cast<int>(i), nullptr};
      Node* there = nullptr;
      if (!root.compare_exchange_strong(there, mine)) {
        b[i] = there->value;
        delete mine;
      }
    });
    delete root.load();
  });
  RACY("published_before_it_was_made", {
    std::atomic<Node*> root{nullptr};
    parallel_for(0, n, [&](size_t i) {
      auto* mine = new Node;
      Node* there = nullptr;
      if (root.compare_exchange_strong(there, mine)) {
        mine->value = static_cast<int>(i);
      } else {
        b[i] = there->value;
      }
    });
  });
  RACY("published_relaxed", {
    std::atomic<Node*> root{nullptr};
    parallel_for(0, n, [&](size_t i) {
      auto* mine = new Node{static_cast<int>(i), nullptr};
      Node* there = nullptr;
      if (!root.compare_exchange_strong(there, mine, relaxed)) b[i] = there->value;
    });
  });
  CLEAN("pushed_on_a_list", {
    std::atomic<Node*> head{nullptr};
    parallel_for(0, n, [&](size_t i) {
      auto* mine = new Node{static_cast<int>(i), head.load()};
      while (!head.compare_exchange_weak(mine->next, mine)) {
      }
      if (mine->next != nullptr) b[i] = mine->next->value;
    });
  });
  CLEAN("claimed_and_read_after_the_join", {
    std::vector<std::atomic<bool>> taken(n);
    parallel_for(0, 2 * n, [&](size_t i) {
      bool open = false;
      if (taken[i % n].compare_exchange_strong(open, true)) b[i % n] = static_cast<int>(i);
    });
    for (size_t i = 0; i < n; ++i) total ^= b[i];
  });
  RACY("claim_ignored", {
    std::vector<std::atomic<bool>> taken(n);
    parallel_for(0, 2 * n, [&](size_t i) {
      bool open = false;
      taken[i % n].compare_exchange_strong(open, true);
      b[i % n] = static_cast<int>(i);
    });
  });
  CLEAN("places_by_counting", {
    std::atomic<size_t> used{0};
    parallel_for(0, n, [&](size_t i) { b[used.fetch_add(1)] = static_cast<int>(i); });
    for (size_t i = 0; i < n; ++i) total ^= b[i];
  });
  RACY("places_by_counting_read_at_once", {
    std::atomic<size_t> used{0};
    parallel_for(0, n, [&](size_t i) {
      const size_t at = used.fetch_add(1);
      b[at] = static_cast<int>(i);
      if (at > 0) total = b[at - 1];
    });
  });
  CLEAN("table", {
    Table table(2 * n, true);
    parallel_for(0, 2 * n, [&](size_t i) { table.insert(i / 2, static_cast<int>(i)); });
  });
  RACY("table_that_does_not_wait", {
    // Serially each slot is full when the next strand comes: seen where the key is written after the state.
    Table table(2 * n, false);
    parallel_for(0, 2 * n, [&](size_t i) {
      table.insert(i / 2, static_cast<int>(i));
      table.slots[i / 2 * 7 % table.slots.size()].value = 1;
    });
  });
}

// Every inner node of a binary tree is worked on by whoever comes to it last.
template <typename Visit>
static void upwards(size_t leaves, const Visit& visit) {
  std::vector<std::atomic<int>> missing(leaves);
  for (auto& m : missing) m = 2;
  parallel_for(leaves, 2 * leaves, [&](size_t i) {
    for (size_t at = i / 2; at > 0; at /= 2) {
      const bool last = missing[at].fetch_sub(1) == 1;
      if (!visit(at, last)) return;
    }
  });
}

static void counters(std::vector<int>& b) {
  std::vector<int> sums;
  const auto prepare = [&](size_t leaves) { sums.assign(2 * leaves, 1); };
  const size_t leaves = 8;
  CLEAN("last_one_adds", {
    prepare(leaves);
    upwards(leaves, [&](size_t at, bool last) {
      if (last) sums[at] = sums[2 * at] + sums[2 * at + 1];
      return last;
    });
  });
  RACY("first_one_adds", {
    prepare(leaves);
    upwards(leaves, [&](size_t at, bool last) {
      if (!last) sums[at] = sums[2 * at] + sums[2 * at + 1];
      return !last;
    });
  });
  RACY("everyone_adds", {
    prepare(leaves);
    upwards(leaves, [&](size_t at, bool) { return sums[at] = sums[2 * at] + sums[2 * at + 1], true; });
  });
  CLEAN("last_owner_deletes", {
    std::atomic<size_t> owners{n};
    auto* shared = new Node{1, nullptr};
    parallel_for(0, n, [&](size_t i) {
      b[i] = shared->value;
      if (owners.fetch_sub(1, std::memory_order_acq_rel) == 1) delete shared;
    });
  });
  RACY("last_owner_relaxed", {
    std::atomic<size_t> owners{n};
    auto* shared = new Node{1, nullptr};
    parallel_for(0, n, [&](size_t i) {
      b[i] = shared->value;
      if (owners.fetch_sub(1, relaxed) == 1) delete shared;
    });
  });
  RACY("used_after_giving_up", {
    std::atomic<size_t> owners{n};
    auto* shared = new Node{1, nullptr};
    parallel_for(0, n, [&](size_t i) {
      if (owners.fetch_sub(1) == 1) delete shared;
      else b[i] = shared->value;
    });
  });
  CLEAN("last_shared_pointer", {
    std::vector<std::shared_ptr<Node>> owners(n, std::make_shared<Node>());
    parallel_for(0, n, [&](size_t i) {
      b[i] = owners[i]->value;
      owners[i].reset();
    });
  });
  RACY("third_of_many_reads", {
    std::atomic<size_t> count{0};
    parallel_for(0, n, [&](size_t i) {
      b[i] = 1;
      if (count.fetch_add(1) == 2) total = b[0] + b[1];
    });
  });
  RACY("up_and_down", {
    std::atomic<int> inside{0};
    parallel_for(0, n, [&](size_t) {
      inside.fetch_add(1);
      ++total;
      inside.fetch_sub(1);
    });
  });
  RACY("up_and_up", {
    std::atomic<int> inside{0};
    parallel_for(0, n, [&](size_t) {
      inside.fetch_add(1);
      ++total;
      inside.fetch_add(1);
    });
  });
  RACY("odd_while_inside", {
    std::atomic<int> inside{0};
    parallel_for(0, n, [&](size_t) {
      inside.fetch_xor(1);
      ++total;
      inside.fetch_xor(1);
    });
  });
  CLEAN("only_if_the_lock_is_free", {
    std::atomic<bool> busy{false};
    parallel_for(0, n, [&](size_t) {
      if (busy.exchange(true, acquire)) return;
      ++total;
      busy.store(false, release);
    });
  });
}

// What a primitive returns is handed over by its address, in this order of memory.
template <typename Make>
static void published(std::memory_order order, Make make) {
  decltype(make()) result;
  std::atomic<decltype(result.data())> there{nullptr};
  par_do([&] { result = make(); there.store(result.data(), order); }, [&] {
    const auto* const first = there.load(acquire);
    if (first != nullptr) total = static_cast<int>(first[0]) + static_cast<int>(first[3]);
  });
}

#define PUBLISHED(name, ...)                                                             \
  CLEAN("published_" name, { published(release, [&] { return __VA_ARGS__; }); });         \
  RACY("published_relaxed_" name, { published(relaxed, [&] { return __VA_ARGS__; }); })

static void results(std::vector<int>& b) {
  for (size_t i = 0; i < b.size(); ++i) b[i] = static_cast<int>(i % 4);
  const auto pairs = parlay::tabulate(n, [](size_t i) { return std::pair<size_t, int>(i % 4, 1); });
  PUBLISHED("copy", parlay::to_sequence(b));
  PUBLISHED("map", parlay::map(b, [](int x) { return x + 1; }));
  PUBLISHED("scan", parlay::scan(b).first);
  PUBLISHED("scan_by_a_function", parlay::scan_inclusive(b, parlay::make_monoid([](int x, int y) { return x + y; }, 0)));
  PUBLISHED("filter", parlay::filter(b, [](int x) { return x >= 0; }));
  PUBLISHED("histogram", parlay::histogram_by_index(b, 4));
  PUBLISHED("reduce_by_index", parlay::reduce_by_index(pairs, 4));
  PUBLISHED("flatten", parlay::flatten(parlay::tabulate(4, [&](size_t) { return parlay::to_sequence(b); })));
  PUBLISHED("sort", parlay::sort(b));
}

int main(int argc, char** argv) {
  only_case = argc > 2 ? argv[2] : nullptr;
  n = std::strtoul(argv[1], nullptr, 10);
  std::vector<int> b(2 * n + 64);
  flags(b);
  publication(b);
  counters(b);
  results(b);
  return 0;
}
