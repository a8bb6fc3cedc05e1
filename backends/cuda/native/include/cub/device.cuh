// Stand-ins for CUB's device-wide algorithms but for sorting.
#ifndef UNSEQ_CUB_DEVICE_H_
#define UNSEQ_CUB_DEVICE_H_

#include "cub/library.cuh"

#define UNSEQ_CUB static inline __attribute__((always_inline)) cudaError_t
#define UNSEQ_CUB_RUN(n, ...) unseq_cuda::library(storage, bytes, static_cast<std::size_t>(n), [=]() mutable __VA_ARGS__)

namespace cub {

struct DeviceReduce {
  template <class In, class Out, class Op, class T, class N>
  UNSEQ_CUB Reduce(void *storage, std::size_t &bytes, In in, Out out, N n, Op op, T initial, cudaStream_t = nullptr) {
    return UNSEQ_CUB_RUN(n, {
      T all = initial;
      for (N i = 0; i < n; i++) all = op(all, in[i]);
      *out = all;
    });
  }
  template <class In, class Out, class N>
  UNSEQ_CUB Sum(void *storage, std::size_t &bytes, In in, Out out, N n, cudaStream_t = nullptr) {
    return Reduce(storage, bytes, in, out, n, cub::Sum(), unseq_cuda::ValueOf<Out>{});
  }
  template <class In, class Out, class N>
  UNSEQ_CUB Min(void *storage, std::size_t &bytes, In in, Out out, N n, cudaStream_t = nullptr) {
    using T = unseq_cuda::ValueOf<In>;
    return Reduce(storage, bytes, in, out, n, cub::Min(), top<T>());
  }
  template <class In, class Out, class N>
  UNSEQ_CUB Max(void *storage, std::size_t &bytes, In in, Out out, N n, cudaStream_t = nullptr) {
    return Reduce(storage, bytes, in, out, n, cub::Max(), std::numeric_limits<unseq_cuda::ValueOf<In>>::lowest());
  }
  template <class In, class Out, class N>
  UNSEQ_CUB ArgMin(void *storage, std::size_t &bytes, In in, Out out, N n, cudaStream_t = nullptr) {
    return argument(storage, bytes, in, out, n, [](const auto &a, const auto &b) { return a < b; }, top<unseq_cuda::ValueOf<In>>());
  }
  template <class In, class Out, class N>
  UNSEQ_CUB ArgMax(void *storage, std::size_t &bytes, In in, Out out, N n, cudaStream_t = nullptr) {
    return argument(storage, bytes, in, out, n, [](const auto &a, const auto &b) { return b < a; },
                    std::numeric_limits<unseq_cuda::ValueOf<In>>::lowest());
  }
  template <class In, class Value, class Index, class N>
  UNSEQ_CUB ArgMin(void *storage, std::size_t &bytes, In in, Value value, Index index, N n, cudaStream_t = nullptr) {
    return places(storage, bytes, in, value, index, n, [](const auto &a, const auto &b) { return a < b; });
  }
  template <class In, class Value, class Index, class N>
  UNSEQ_CUB ArgMax(void *storage, std::size_t &bytes, In in, Value value, Index index, N n, cudaStream_t = nullptr) {
    return places(storage, bytes, in, value, index, n, [](const auto &a, const auto &b) { return b < a; });
  }
  template <class Keys, class Unique, class Values, class Sums, class Runs, class Op, class N>
  UNSEQ_CUB ReduceByKey(void *storage, std::size_t &bytes, Keys keys, Unique unique, Values values, Sums sums, Runs runs, Op op, N n,
                        cudaStream_t = nullptr) {
    return UNSEQ_CUB_RUN(n, {
      N found = 0;
      for (N i = 0; i < n; found++) {
        const auto key = keys[i];
        auto all = static_cast<unseq_cuda::ValueOf<Sums>>(values[i]);
        for (i++; i < n && keys[i] == key; i++) all = op(all, values[i]);
        unique[found] = key;
        sums[found] = all;
      }
      *runs = static_cast<unseq_cuda::ValueOf<Runs>>(found);
    });
  }

 private:
  template <class T>
  static constexpr T top() {
    return std::numeric_limits<T>::has_infinity ? std::numeric_limits<T>::infinity() : std::numeric_limits<T>::max();
  }
  template <class In, class Out, class N, class Better, class T>
  UNSEQ_CUB argument(void *storage, std::size_t &bytes, In in, Out out, N n, Better better, T none) {
    return UNSEQ_CUB_RUN(n, {
      N best = 0;
      for (N i = 1; i < n; i++) best = better(in[i], in[best]) ? i : best;
      *out = n > 0 ? KeyValuePair<int, T>{static_cast<int>(best), in[best]} : KeyValuePair<int, T>{1, none};
    });
  }
  template <class In, class Value, class Index, class N, class Better>
  UNSEQ_CUB places(void *storage, std::size_t &bytes, In in, Value value, Index index, N n, Better better) {
    return UNSEQ_CUB_RUN(n, {
      if (n == 0) return;
      N best = 0;
      for (N i = 1; i < n; i++) best = better(in[i], in[best]) ? i : best;
      *value = in[best];
      *index = static_cast<unseq_cuda::ValueOf<Index>>(best);
    });
  }
};

struct DeviceScan {
  template <class In, class Out, class Op, class N>
  UNSEQ_CUB InclusiveScan(void *storage, std::size_t &bytes, In in, Out out, Op op, N n, cudaStream_t = nullptr) {
    return UNSEQ_CUB_RUN(n, {
      if (n == 0) return;
      unseq_cuda::ValueOf<In> all = in[0];
      out[0] = all;
      for (N i = 1; i < n; i++) out[i] = all = op(all, in[i]);
    });
  }
  template <class In, class Out, class Op, class T, class N>
  UNSEQ_CUB InclusiveScanInit(void *storage, std::size_t &bytes, In in, Out out, Op op, T initial, N n, cudaStream_t = nullptr) {
    return UNSEQ_CUB_RUN(n, {
      T all = initial;
      for (N i = 0; i < n; i++) out[i] = all = op(all, in[i]);
    });
  }
  template <class In, class Out, class Op, class T, class N>
  UNSEQ_CUB ExclusiveScan(void *storage, std::size_t &bytes, In in, Out out, Op op, T initial, N n, cudaStream_t = nullptr) {
    return UNSEQ_CUB_RUN(n, {
      T all = initial;
      for (N i = 0; i < n; i++) {
        const T before = all;
        all = op(all, in[i]);  // read before it is written: the scan may be in place
        out[i] = before;
      }
    });
  }
  template <class In, class Out, class N>
  UNSEQ_CUB InclusiveSum(void *storage, std::size_t &bytes, In in, Out out, N n, cudaStream_t = nullptr) {
    return InclusiveScan(storage, bytes, in, out, cub::Sum(), n);
  }
  template <class In, class Out, class N>
  UNSEQ_CUB ExclusiveSum(void *storage, std::size_t &bytes, In in, Out out, N n, cudaStream_t = nullptr) {
    return ExclusiveScan(storage, bytes, in, out, cub::Sum(), unseq_cuda::ValueOf<In>{}, n);
  }
  template <class Keys, class In, class Out, class Op, class N, class Equal = Equality>
  UNSEQ_CUB InclusiveScanByKey(void *storage, std::size_t &bytes, Keys keys, In in, Out out, Op op, N n, Equal equal = {},
                               cudaStream_t = nullptr) {
    return UNSEQ_CUB_RUN(n, {
      unseq_cuda::ValueOf<In> all{};
      for (N i = 0; i < n; i++) out[i] = all = i > 0 && equal(keys[i - 1], keys[i]) ? op(all, in[i]) : in[i];
    });
  }
  template <class Keys, class In, class Out, class Op, class T, class N, class Equal = Equality>
  UNSEQ_CUB ExclusiveScanByKey(void *storage, std::size_t &bytes, Keys keys, In in, Out out, Op op, T initial, N n, Equal equal = {},
                               cudaStream_t = nullptr) {
    return UNSEQ_CUB_RUN(n, {
      T all = initial;
      for (N i = 0; i < n; i++) {
        if (i > 0 && !equal(keys[i - 1], keys[i])) all = initial;
        const T before = all;
        all = op(all, in[i]);
        out[i] = before;
      }
    });
  }
  template <class Keys, class In, class Out, class N, class Equal = Equality>
  UNSEQ_CUB InclusiveSumByKey(void *storage, std::size_t &bytes, Keys keys, In in, Out out, N n, Equal equal = {}, cudaStream_t = nullptr) {
    return InclusiveScanByKey(storage, bytes, keys, in, out, cub::Sum(), n, equal);
  }
  template <class Keys, class In, class Out, class N, class Equal = Equality>
  UNSEQ_CUB ExclusiveSumByKey(void *storage, std::size_t &bytes, Keys keys, In in, Out out, N n, Equal equal = {}, cudaStream_t = nullptr) {
    return ExclusiveScanByKey(storage, bytes, keys, in, out, cub::Sum(), unseq_cuda::ValueOf<In>{}, n, equal);
  }
};

struct DeviceSelect {
  template <class In, class Out, class Count, class N, class Wanted>
  UNSEQ_CUB If(void *storage, std::size_t &bytes, In in, Out out, Count count, N n, Wanted wanted, cudaStream_t = nullptr) {
    return UNSEQ_CUB_RUN(n, {
      N found = 0;
      for (N i = 0; i < n; i++) {
        const auto value = in[i];
        if (wanted(value)) out[found++] = value;
      }
      *count = static_cast<unseq_cuda::ValueOf<Count>>(found);
    });
  }
  template <class In, class Flags, class Out, class Count, class N>
  UNSEQ_CUB Flagged(void *storage, std::size_t &bytes, In in, Flags flags, Out out, Count count, N n, cudaStream_t = nullptr) {
    return UNSEQ_CUB_RUN(n, {
      N found = 0;
      for (N i = 0; i < n; i++) {
        if (flags[i]) out[found++] = in[i];
      }
      *count = static_cast<unseq_cuda::ValueOf<Count>>(found);
    });
  }
  template <class In, class Out, class Count, class N>
  UNSEQ_CUB Unique(void *storage, std::size_t &bytes, In in, Out out, Count count, N n, cudaStream_t = nullptr) {
    return UNSEQ_CUB_RUN(n, {
      N found = 0;
      unseq_cuda::ValueOf<In> last{};
      for (N i = 0; i < n; i++) {
        const auto value = in[i];
        if (i == 0 || !(value == last)) out[found++] = value;
        last = value;
      }
      *count = static_cast<unseq_cuda::ValueOf<Count>>(found);
    });
  }
};

// What is wanted goes to the front in order, the rest to the back in reverse.
struct DevicePartition {
  template <class In, class Out, class Count, class N, class Wanted>
  UNSEQ_CUB If(void *storage, std::size_t &bytes, In in, Out out, Count count, N n, Wanted wanted, cudaStream_t = nullptr) {
    return UNSEQ_CUB_RUN(n, {
      N found = 0, rest = n;
      for (N i = 0; i < n; i++) out[wanted(in[i]) ? found++ : --rest] = in[i];
      *count = static_cast<unseq_cuda::ValueOf<Count>>(found);
    });
  }
  template <class In, class Flags, class Out, class Count, class N>
  UNSEQ_CUB Flagged(void *storage, std::size_t &bytes, In in, Flags flags, Out out, Count count, N n, cudaStream_t = nullptr) {
    return UNSEQ_CUB_RUN(n, {
      N found = 0, rest = n;
      for (N i = 0; i < n; i++) out[flags[i] ? found++ : --rest] = in[i];
      *count = static_cast<unseq_cuda::ValueOf<Count>>(found);
    });
  }
};

struct DeviceHistogram {
  template <class In, class Counter, class Level, class N>
  UNSEQ_CUB HistogramEven(void *storage, std::size_t &bytes, In in, Counter *counts, int levels, Level low, Level high, N n,
                          cudaStream_t = nullptr) {
    return UNSEQ_CUB_RUN(n, {
      for (int k = 0; k < levels - 1; k++) counts[k] = 0;
      for (N i = 0; i < n; i++) {
        const auto value = in[i];
        if (value < low || !(value < high)) continue;
        using Exact = std::conditional_t<std::is_integral_v<Level>, long long, Level>;
        const auto bin = static_cast<int>(static_cast<Exact>(value - low) * static_cast<Exact>(levels - 1) / static_cast<Exact>(high - low));
        counts[bin < levels - 1 ? bin : levels - 2] += 1;
      }
    });
  }
};

struct DeviceRunLengthEncode {
  template <class In, class Unique, class Counts, class Runs, class N>
  UNSEQ_CUB Encode(void *storage, std::size_t &bytes, In in, Unique unique, Counts counts, Runs runs, N n, cudaStream_t = nullptr) {
    return UNSEQ_CUB_RUN(n, {
      N found = 0;
      for (N i = 0; i < n; found++) {
        const auto value = in[i];
        const N first = i;
        while (i < n && in[i] == value) i++;
        unique[found] = value;
        counts[found] = static_cast<unseq_cuda::ValueOf<Counts>>(i - first);
      }
      *runs = static_cast<unseq_cuda::ValueOf<Runs>>(found);
    });
  }
};

// A kernel, so that what the function does for one element is told apart from what it does for others.
struct DeviceFor {
  template <class N, class Function>
  UNSEQ_CUB Bulk(N n, Function function, cudaStream_t = nullptr) {
    if (n > 0) unseq_cuda::launch("DeviceFor", each<N, Function>, unseq_cuda::Config(static_cast<unsigned>((n + 255) / 256), 256), n, function);
    return unseq_cuda::lasting();
  }
  template <class In, class N, class Function>
  UNSEQ_CUB ForEachN(In in, N n, Function function, cudaStream_t = nullptr) {
    return Bulk(n, [in, function](N i) mutable { function(in[i]); });
  }
  template <class In, class Function>
  UNSEQ_CUB ForEach(In first, In last, Function function, cudaStream_t = nullptr) {
    return ForEachN(first, last - first, function);
  }

 private:
  template <class N, class Function>
  static void each(N n, Function function) {
    const auto i = static_cast<N>(blockIdx.x) * 256 + static_cast<N>(threadIdx.x);
    if (i < n) function(i);
  }
};

}  // namespace cub

#undef UNSEQ_CUB
#undef UNSEQ_CUB_RUN
#endif
