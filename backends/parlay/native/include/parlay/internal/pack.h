// filter, pack, flatten: primitives whose output's length depends on the data.
#ifndef PARLAY_INTERNAL_PACK_H_
#define PARLAY_INTERNAL_PACK_H_

#include <cstddef>
#include <type_traits>
#include <utility>

#include "bulk.h"

namespace parlay {

namespace internal {

// Raw memory for n objects, which nobody destroys.
template <typename T>
class raw_buffer {
 public:
  explicit raw_buffer(size_t n) : n_(n), data_(n > 0 ? allocator<T>().allocate(n) : nullptr) {}
  ~raw_buffer() {
    if (data_ != nullptr) allocator<T>().deallocate(data_, n_);
  }
  raw_buffer(const raw_buffer&) = delete;
  raw_buffer& operator=(const raw_buffer&) = delete;
  T* data() { return data_; }

 private:
  size_t n_;
  T* data_;
};

// Keeps some of n elements. offer(i, slot) says whether element i is kept and, if it is, has constructed
// it in `slot`; a trivially copyable one it may write in any case, which needs no branch. Each element is
// offered once. make_output(count) gives raw memory for what is kept.
template <typename T, typename Offer, typename MakeOutput>
void compact(size_t n, const Offer& offer, const MakeOutput& make_output) {
  if constexpr (is_watched && is_trivially_relocatable_v<T>) {  // each element is offered by a strand of its own
    raw_buffer<T> buffer(n);
    raw_buffer<bool> flags(n);
    T* const slots = buffer.data();
    bool* const kept = flags.data();
    parallel_for(0, n, [slots, kept, &offer](size_t i) { poke(kept + i, static_cast<bool>(offer(i, slots + i))); });
    size_t total = 0;
    for (size_t i = 0; i < n; ++i) total += static_cast<size_t>(peek(kept + i));
    T* out = make_output(total);
    for (size_t i = 0; i < n; ++i) {
      if (peek(kept + i)) relocate_at(slots + i, out++);
    }
  } else {
    const size_t block = block_length(n);
    raw_buffer<T> buffer(n);
    T* const kept = buffer.data();
    sequence<size_t> counts = sequence<size_t>::uninitialized(num_blocks(n, block) + 1);
    for_blocks(n, block, [&](size_t b, size_t lo, size_t hi) {
      T* const first = kept + lo;
      size_t count = 0;
      for (size_t i = lo; i < hi; ++i) count += static_cast<size_t>(offer(i, first + count));
      counts[b] = count;
    });
    counts[counts.size() - 1] = 0;
    const size_t total = scan_block<false, false, size_t>(counts.begin(), counts.begin(), 0, counts.size(), size_t{0},
                                                          parlay::plus<size_t>());
    T* const out = make_output(total);
    for_blocks(n, block, [&](size_t b, size_t lo, size_t) {
      const size_t count = counts[b + 1] - counts[b];
      T* const to = out + counts[b];
      if constexpr (is_trivially_relocatable_v<T>) {
        if (count > 0) std::memcpy(static_cast<void*>(to), static_cast<const void*>(kept + lo), count * sizeof(T));
      } else {
        for (size_t i = 0; i < count; ++i) relocate_at(kept + lo + i, to + i);
      }
    });
  }
}

template <typename T, typename Offer>
sequence<T> compact(size_t n, const Offer& offer) {
  sequence<T> result;
  internal::compact<T>(n, offer, [&](size_t count) {
    result = sequence<T>::uninitialized(count);
    return result.data();
  });
  return result;
}

template <typename T, typename It, typename P>
auto offer_if(It in, P&& keep) {
  return [in, &keep](size_t i, T* slot) -> bool {
    auto&& x = in[i];
    if constexpr (std::is_trivially_copyable_v<T>) {
      const bool kept = static_cast<bool>(keep(x));
      *slot = static_cast<T>(x);
      return kept;
    } else {
      if (!keep(x)) return false;
      new (static_cast<void*>(slot)) T(std::forward<decltype(x)>(x));
      return true;
    }
  };
}

template <typename T, typename It, typename Flags>
auto offer_flagged(It in, Flags flags) {
  return [in, flags](size_t i, T* slot) -> bool {
    if (!static_cast<bool>(flags[i])) return false;
    new (static_cast<void*>(slot)) T(in[i]);
    return true;
  };
}

// Writes what is kept to raw memory that the caller has, and returns how much it was.
template <typename T, typename Out, typename Offer>
size_t compact_into(size_t n, Out out, const Offer& offer) {
  sequence<T> kept = internal::compact<T>(n, offer);
  parallel_for(0, kept.size(), [&](size_t i) { assign_uninitialized(out[i], std::move(kept[i])); });
  return kept.size();
}

}  // namespace internal

// The elements for which f holds, in order.
template <typename R, typename P>
auto filter(R&& r, P&& f) {
  using T = range_value_type_t<R>;
  return internal::compact<T>(parlay::size(r), internal::offer_if<T>(std::begin(r), f));
}

// The same into raw memory; returns how many there are.
template <typename R, typename Out, typename P>
size_t filter_into_uninitialized(R&& in, Out&& out, P&& f) {
  using T = range_value_type_t<R>;
  return internal::compact_into<T>(parlay::size(in), std::begin(out), internal::offer_if<T>(std::begin(in), f));
}
template <typename R, typename Out, typename P>
size_t filter_into(R&& in, Out&& out, P&& f) {
  return filter_into_uninitialized(in, out, f);
}

// The elements whose flag is true, in order.
template <typename R, typename Flags>
auto pack(R&& r, Flags&& flags) {
  using T = range_value_type_t<R>;
  return internal::compact<T>(parlay::size(r), internal::offer_flagged<T>(std::begin(r), std::begin(flags)));
}

template <typename R, typename Flags, typename Out>
size_t pack_into_uninitialized(R&& in, Flags&& flags, Out&& out) {
  using T = range_value_type_t<R>;
  return internal::compact_into<T>(parlay::size(in), std::begin(out),
                                   internal::offer_flagged<T>(std::begin(in), std::begin(flags)));
}
template <typename R, typename Flags, typename Out>
size_t pack_into(R&& in, Flags&& flags, Out&& out) {
  return pack_into_uninitialized(in, flags, out);
}

// The positions whose flag is true, in order.
template <typename Index = size_t, typename Flags>
auto pack_index(Flags&& flags) {
  return internal::compact<Index>(parlay::size(flags), [in = std::begin(flags)](size_t i, Index* slot) -> bool {
    *slot = static_cast<Index>(i);
    return static_cast<bool>(in[i]);
  });
}

template <typename R, typename P>
auto remove_if(R&& r, P&& pred) {
  return parlay::filter(r, [&pred](auto&& x) { return !pred(x); });
}
template <typename R, typename T>
auto remove(R&& r, const T& v) {
  return parlay::filter(r, [&v](auto&& x) { return !(x == v); });
}

// The first of each group of equal neighbours.
template <typename R, typename Eq>
auto unique(R&& r, Eq&& eq) {
  auto in = std::begin(r);
  return parlay::pack(r, delayed_tabulate(parlay::size(r), [in, &eq](size_t i) -> bool {
                        return i == 0 || !eq(in[i], in[i - 1]);
                      }));
}
template <typename R>
auto unique(R&& r) {
  return parlay::unique(r, internal::equal_to());
}

// The results p(x) that hold a value (std::optional or alike), in order.
template <typename R, typename P>
auto map_maybe(R&& r, P&& p) {
  using T = internal::decayed<decltype(*p(*std::begin(r)))>;
  return internal::compact<T>(parlay::size(r), [in = std::begin(r), &p](size_t i, T* slot) -> bool {
    auto result = p(in[i]);
    if (!result) return false;
    new (static_cast<void*>(slot)) T(std::move(*result));
    return true;
  });
}

namespace internal {

// Where each inner range begins in the flat result; the last entry is the whole length.
template <typename It>
sequence<size_t> flat_offsets(It in, size_t n) {
  sequence<size_t> offsets = parlay::tabulate<size_t>(
      n + 1, [&](size_t i) -> size_t { return i < n ? parlay::size(in[i]) : 0; });
  internal::scan<false, false>(offsets.begin(), n + 1, offsets.begin(), parlay::plus<size_t>());
  return offsets;
}

}  // namespace internal

// The inner ranges one after the other.
template <typename R>
auto flatten(R&& r) {
  using T = range_value_type_t<range_reference_type_t<R>>;
  if constexpr (!std::is_reference_v<range_reference_type_t<R>>) {
    return parlay::flatten(parlay::to_sequence(r));
  } else {
    auto in = std::begin(r);
    const size_t n = parlay::size(r);
    sequence<size_t> offsets = internal::flat_offsets(in, n);
    sequence<T> out = sequence<T>::uninitialized(offsets[n]);
    parallel_for(0, n, [&](size_t i) {
      auto&& inner = in[i];
      internal::construct_from(std::begin(inner), parlay::size(inner), out.begin() + offsets[i]);
    });
    return out;
  }
}
template <typename T>
auto flatten(sequence<sequence<T>>&& r) {
  sequence<size_t> offsets = internal::flat_offsets(r.begin(), r.size());
  sequence<T> out = sequence<T>::uninitialized(offsets[r.size()]);
  parallel_for(0, r.size(), [&](size_t i) {
    internal::relocate_all(r[i].data(), r[i].size(), out.begin() + offsets[i]);
    clear_relocated(r[i]);
  });
  r.clear();
  return out;
}

}  // namespace parlay

#endif
