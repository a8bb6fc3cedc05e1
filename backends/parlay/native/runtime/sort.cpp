// Sorting plain numbers by value: compiled once, here, and not into every candidate.
//
// A large input is dealt into 256 buckets by the leading bits in which its keys differ, in parallel, and
// each bucket is sorted by itself (again in parallel if it got most of the elements). What fits the cache
// is sorted by its leading bits, least significant digit first, as many as tell most elements apart; an
// insertion sort puts the few others right, and a merge sort does where they are not few. All is stable:
// -0.0 and 0.0 are equal and keep their order. NaNs go to the ends.

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <new>
#include <type_traits>

#include "stats.h"
#include "unseq/runtime.h"
#include "watch.h"

namespace {

constexpr std::size_t kSerial = std::size_t{1} << 15;  // elements sorted by one strand
constexpr unsigned kDigit = 8;
constexpr std::size_t kBuckets = std::size_t{1} << kDigit;

template <typename F>
void parallel(std::size_t n, std::size_t grain, const F& f) {
  unseq_parallel_for(
      0, n, grain,
      [](void* env, std::size_t lo, std::size_t hi) {
        const F& body = *static_cast<const F*>(env);
        for (std::size_t i = lo; i < hi; ++i) body(i);
      },
      const_cast<void*>(static_cast<const void*>(&f)));
}

// ---- keys: unsigned integers in the order of the numbers -------------------------------------------------

template <typename U>
struct IntegerKey {
  using Number = U;
  using Key = U;
  U sign;  // the sign bit of signed numbers, 0 of unsigned ones
  Key operator()(U x) const { return static_cast<U>(x ^ sign); }
};

template <typename F, typename U>
struct FloatKey {
  using Number = F;
  using Key = U;
  Key operator()(F x) const {
    const F positive_zero = x + F(0);
    U bits;
    std::memcpy(&bits, &positive_zero, sizeof bits);
    constexpr U sign = U(1) << (8 * sizeof(U) - 1);
    return bits & sign ? static_cast<U>(~bits) : static_cast<U>(bits | sign);
  }
};

unsigned bit_length(std::uint64_t x) { return x == 0 ? 0 : 64 - static_cast<unsigned>(__builtin_clzll(x)); }

template <typename Key>
struct Range {
  Key least, greatest;
};

template <typename K>
Range<typename K::Key> key_range(const typename K::Number* a, std::size_t n, const K& key) {
  typename K::Key least = key(a[0]), greatest = least;
  for (std::size_t i = 1; i < n; ++i) {
    const typename K::Key k = key(a[i]);
    least = k < least ? k : least;
    greatest = greatest < k ? k : greatest;
  }
  return {least, greatest};
}

// ---- one strand ------------------------------------------------------------------------------------------

// Gives up, returning false, after so many moves.
template <typename K>
bool insertion_sort(typename K::Number* a, std::size_t n, std::size_t most_moves, const K& key) {
  for (std::size_t i = 1; i < n; ++i) {
    const typename K::Number x = a[i];
    const typename K::Key k = key(x);
    if (!(k < key(a[i - 1]))) continue;
    std::size_t j = i;
    do {
      a[j] = a[j - 1];
      --j;
    } while (j > 0 && k < key(a[j - 1]));
    a[j] = x;
    if (most_moves < i - j) return false;
    most_moves -= i - j;
  }
  return true;
}

// Merges two runs of h elements each from both ends at once: no bounds to check, two chains to overlap.
template <typename K>
void merge_equal(const typename K::Number* a, const typename K::Number* b, std::size_t h, typename K::Number* out,
                 const K& key) {
  const typename K::Number *a_end = a + h - 1, *b_end = b + h - 1;
  typename K::Number* out_end = out + 2 * h - 1;
  for (std::size_t i = 0; i < h; ++i) {
    const bool second = key(*b) < key(*a);
    *out++ = second ? *b : *a;
    b += second;
    a += !second;
    const bool first = key(*b_end) < key(*a_end);
    *out_end-- = first ? *a_end : *b_end;
    a_end -= first;
    b_end -= !first;
  }
}

template <typename K>
void merge_sort(typename K::Number* a, typename K::Number* b, std::size_t n, bool into_b, const K& key) {
  if (n <= 10) {
    insertion_sort(a, n, static_cast<std::size_t>(-1), key);
    if (into_b) std::memcpy(b, a, n * sizeof *a);
    return;
  }
  const std::size_t h = n / 2;
  merge_sort(a, b, h, !into_b, key);
  merge_sort(a + h, b + h, h, !into_b, key);
  typename K::Number* const from = into_b ? a : b;
  typename K::Number* const to = into_b ? b : a;
  merge_equal(from, from + h, h, to, key);
  if (n % 2 == 1) {  // the odd one out is still in a, wherever the others went
    const typename K::Number x = a[n - 1];
    std::size_t j = n - 1;
    while (j > 0 && key(x) < key(to[j - 1])) {
      to[j] = to[j - 1];
      --j;
    }
    to[j] = x;
  }
}

template <typename K>
void serial_sort(typename K::Number* a, typename K::Number* b, std::size_t n, bool into_b, const K& key) {
  using Number = typename K::Number;
  if (n < 200) {
    merge_sort(a, b, n, into_b, key);
    return;
  }
  const auto range = key_range(a, n, key);
  const unsigned differing = bit_length(static_cast<std::uint64_t>(range.greatest - range.least));
  if (differing == 0) {
    if (into_b) std::memcpy(b, a, n * sizeof *a);
    return;
  }
  // Enough leading bits to leave few ties among evenly spread keys, in whole digits.
  const unsigned wanted = bit_length(n) + 5;
  unsigned used = differing < wanted ? differing : (wanted + kDigit - 1) / kDigit * kDigit;
  if (used > differing) used = differing;
  const unsigned passes = (used + kDigit - 1) / kDigit;
  const unsigned low = differing - used;
  std::uint32_t counts[8][kBuckets];
  std::memset(counts, 0, passes * sizeof counts[0]);
  for (std::size_t i = 0; i < n; ++i) {
    std::uint64_t k = static_cast<std::uint64_t>(key(a[i]) - range.least) >> low;
    for (unsigned p = 0; p < passes; ++p, k >>= kDigit) ++counts[p][k & (kBuckets - 1)];
  }
  Number *from = a, *to = b;
  for (unsigned p = 0; p < passes; ++p) {
    std::uint32_t sum = 0;
    for (std::uint32_t& c : counts[p]) {
      const std::uint32_t count = c;
      c = sum;
      sum += count;
    }
    const unsigned shift = low + p * kDigit;
    for (std::size_t i = 0; i < n; ++i) {
      const Number x = from[i];
      const auto digit = (static_cast<std::uint64_t>(key(x) - range.least) >> shift) & (kBuckets - 1);
      to[counts[p][digit]++] = x;
    }
    Number* const last = from;
    from = to;
    to = last;
  }
  Number* const result = into_b ? b : a;
  if (from != result) std::memcpy(result, from, n * sizeof *a);
  if (low > 0 && !insertion_sort(result, n, 4 * n, key)) {
    merge_sort(result, into_b ? a : b, n, false, key);
  }
}

// ---- many strands ----------------------------------------------------------------------------------------

template <typename K>
void parallel_sort(typename K::Number* a, typename K::Number* b, std::size_t n, bool into_b, const K& key) {
  using Number = typename K::Number;
  using Key = typename K::Key;
  if (n <= kSerial) {
    serial_sort(a, b, n, into_b, key);
    return;
  }
  constexpr std::size_t kMostBlocks = 256;
  std::size_t blocks = n / 8192;
  if (blocks > kMostBlocks) blocks = kMostBlocks;
  const auto start = [n, blocks](std::size_t block) { return n / blocks * block + n % blocks * block / blocks; };
  Range<Key> ranges[kMostBlocks];
  parallel(blocks, 1, [&](std::size_t i) { ranges[i] = key_range(a + start(i), start(i + 1) - start(i), key); });
  Range<Key> range = ranges[0];
  for (std::size_t i = 1; i < blocks; ++i) {
    if (ranges[i].least < range.least) range.least = ranges[i].least;
    if (range.greatest < ranges[i].greatest) range.greatest = ranges[i].greatest;
  }
  const unsigned differing = bit_length(static_cast<std::uint64_t>(range.greatest - range.least));
  const unsigned shift = differing > kDigit ? differing - kDigit : 0;
  const auto bucket = [&](Number x) {
    return static_cast<std::size_t>(static_cast<std::uint64_t>(key(x) - range.least) >> shift);
  };
  struct Counts {
    std::size_t of[kBuckets];
  };
  auto* counts = static_cast<Counts*>(unseq_allocate(blocks * sizeof(Counts), alignof(Counts)));
  if (counts == nullptr) throw std::bad_alloc();
  parallel(blocks, 1, [&](std::size_t i) {
    std::memset(&counts[i], 0, sizeof counts[i]);
    for (std::size_t j = start(i); j < start(i + 1); ++j) ++counts[i].of[bucket(a[j])];
  });
  std::size_t first[kBuckets + 1];
  std::size_t sum = 0;
  for (std::size_t d = 0; d < kBuckets; ++d) {
    first[d] = sum;
    for (std::size_t i = 0; i < blocks; ++i) {
      const std::size_t count = counts[i].of[d];
      counts[i].of[d] = sum;
      sum += count;
    }
  }
  first[kBuckets] = n;
  parallel(blocks, 1, [&](std::size_t i) {
    std::size_t* const next = counts[i].of;
    for (std::size_t j = start(i); j < start(i + 1); ++j) {
      const Number x = a[j];
      b[next[bucket(x)]++] = x;
    }
  });
  unseq_release(counts, blocks * sizeof(Counts), alignof(Counts));
  parallel(kBuckets, 1, [&](std::size_t d) {
    Number* const from = b + first[d];
    Number* const to = a + first[d];
    const std::size_t size = first[d + 1] - first[d];
    if (shift == 0) {
      if (!into_b) std::memcpy(static_cast<void*>(to), from, size * sizeof(Number));
    } else if (size > 0) {
      parallel_sort(from, to, size, !into_b, key);
    }
  });
}

template <typename K>
void sort(void* data, std::size_t n, const K& key) {
  using Number = typename K::Number;
  auto* numbers = static_cast<Number*>(data);
  if (n <= 24) {
    insertion_sort(numbers, n, static_cast<std::size_t>(-1), key);
    return;
  }
  auto* buffer = static_cast<Number*>(unseq_allocate(n * sizeof(Number), alignof(Number)));
  if (buffer == nullptr) throw std::bad_alloc();
  parallel_sort(numbers, buffer, n, false, key);
  unseq_release(buffer, n * sizeof(Number), alignof(Number));
}

template <typename U>
void sort_integers(void* data, std::size_t n, bool is_signed) {
  sort(data, n, IntegerKey<U>{is_signed ? static_cast<U>(U(1) << (8 * sizeof(U) - 1)) : U(0)});
}

}  // namespace

extern "C" __attribute__((visibility("default"))) void unseq_sort_numbers(void* data, std::size_t n,
                                                                          enum unseq_number type, unseq_body site) {
  if (unseq::counting.load(std::memory_order_relaxed)) {
    unseq::count_execution(reinterpret_cast<const void*>(site), n, n >= 2);
  }
  constexpr std::size_t kBytes[] = {1, 2, 4, 8, 1, 2, 4, 8, 4, 8};
  unseq::rewrites(data, n * kBytes[type], __builtin_return_address(0));
  switch (type) {
    case UNSEQ_U8: return sort_integers<std::uint8_t>(data, n, false);
    case UNSEQ_U16: return sort_integers<std::uint16_t>(data, n, false);
    case UNSEQ_U32: return sort_integers<std::uint32_t>(data, n, false);
    case UNSEQ_U64: return sort_integers<std::uint64_t>(data, n, false);
    case UNSEQ_I8: return sort_integers<std::uint8_t>(data, n, true);
    case UNSEQ_I16: return sort_integers<std::uint16_t>(data, n, true);
    case UNSEQ_I32: return sort_integers<std::uint32_t>(data, n, true);
    case UNSEQ_I64: return sort_integers<std::uint64_t>(data, n, true);
    case UNSEQ_F32: return sort(data, n, FloatKey<float, std::uint32_t>());
    case UNSEQ_F64: return sort(data, n, FloatKey<double, std::uint64_t>());
  }
}
