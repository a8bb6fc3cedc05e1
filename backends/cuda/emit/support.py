"""What an emitted file defines for itself in front of its kernels: device memory, error checks, block reductions.

Knows text; which of it a file needs is told by the emitters, by name.
"""

from __future__ import annotations

from collections.abc import Collection

LEAST_WORK = 2_000_000
CUTOFF = (
    "#ifndef UNSEQ_CUTOFF\n"
    f"#define UNSEQ_CUTOFF {LEAST_WORK}  // units of about a quarter of a nanosecond; below, the CPU runs the loop\n"
    "#endif\n"
)

BLOCK_THREADS = 256

_CHECK = """\
// Throws where a CUDA call has failed.
inline void cuda_check(cudaError_t status)
{
    if (status != cudaSuccess)
        throw std::runtime_error(cudaGetErrorString(status));
}
"""

_ARRAY = """\
// Memory on the device, as long as its scope lasts.
template <class T>
class DeviceArray {
public:
    explicit DeviceArray(size_t size) : size_(size) { cuda_check(cudaMalloc(&data_, size * sizeof(T))); }
    DeviceArray(const T *host, size_t size) : DeviceArray(size) { copy_from(host, size); }
    DeviceArray(const DeviceArray &) = delete;
    DeviceArray &operator=(const DeviceArray &) = delete;
    ~DeviceArray() { cudaFree(data_); }

    T *data() const { return data_; }
    void copy_from(const T *host, size_t size) const
    {
        cuda_check(cudaMemcpy(data_, host, size * sizeof(T), cudaMemcpyHostToDevice));
    }
    void copy_to(T *host) const { copy_to(host, size_); }
    void copy_to(T *host, size_t size) const
    {
        cuda_check(cudaMemcpy(host, data_, size * sizeof(T), cudaMemcpyDeviceToHost));
    }

private:
    T *data_ = nullptr;
    size_t size_;
};
"""

_BLOCKS = """\
constexpr unsigned block_threads = THREADS;

// How many blocks of threads run `count` iterations, one a thread as far as a grid goes; a grid has one at least.
inline unsigned blocks_for(size_t count)
{
    return unsigned(std::clamp<size_t>((count + block_threads - 1) / block_threads, 1, 1 << 20));
}
""".replace("THREADS", str(BLOCK_THREADS))

_PLANE = """\
// A grid with a row of blocks for every row, as far as a grid goes.
inline dim3 plane_of(size_t rows, size_t columns)
{
    return dim3(blocks_for(columns), unsigned(std::min<size_t>(rows, 65535)));
}
"""

_RESIDENT = """\
constexpr unsigned most_blocks = 512;  // of kernels that leave one result a block

inline unsigned resident_blocks(size_t count)
{
    return std::min(blocks_for(count), most_blocks);
}
"""

_SHARES = """\
constexpr size_t most_shares = 1 << 15;  // threads that each run consecutive iterations

inline size_t share_of(size_t count)
{
    return count / most_shares + 1;
}
"""

_SHUFFLE = """\
// The value of the lane `distance` further on in the warp.
template <class T>
__device__ T from_later_lane(T value, int distance)
{
    unsigned words[(sizeof(T) + 3) / 4] = {};
    memcpy(words, &value, sizeof(T));
    for (unsigned &word : words)
        word = __shfl_down_sync(0xffffffff, word, distance);
    memcpy(&value, words, sizeof(T));
    return value;
}
"""

_REDUCE = """\
// The values of a block's threads, combined in order; the result is in thread 0.
template <class T, class Combine>
__device__ T block_reduce(T value, Combine combine)
{
    constexpr unsigned warps = block_threads / 32;
    __shared__ T of_warp[warps];
    for (int distance = 1; distance < 32; distance *= 2)
        value = combine(value, from_later_lane(value, distance));
    if (threadIdx.x % 32 == 0)
        of_warp[threadIdx.x / 32] = value;
    __syncthreads();
    if (threadIdx.x < 32) {
        value = of_warp[threadIdx.x % warps];
        for (int distance = 1; distance < int(warps); distance *= 2)
            value = combine(value, from_later_lane(value, distance));
    }
    return value;
}
"""

_RADIX_SORT = """\
// Sorts numbers by the library's radix sort.
template <bool descending, class T>
void radix_sort(const DeviceArray<T> &keys, DeviceArray<T> &sorted, size_t count)
{
    const auto sort = [&](void *scratch, size_t &bytes) {
        if constexpr (descending)
            return cub::DeviceRadixSort::SortKeysDescending(scratch, bytes, keys.data(), sorted.data(), count);
        else
            return cub::DeviceRadixSort::SortKeys(scratch, bytes, keys.data(), sorted.data(), count);
    };
    size_t bytes = 0;
    cuda_check(sort(nullptr, bytes));
    DeviceArray<char> scratch(bytes);
    cuda_check(sort(scratch.data(), bytes));
}
"""

_MERGE_SORT = """\
// Sorts in place, equal elements in the order in which they stand.
template <class T, class Less>
void merge_sort(DeviceArray<T> &keys, size_t count, Less less)
{
    size_t bytes = 0;
    cuda_check(cub::DeviceMergeSort::StableSortKeys(nullptr, bytes, keys.data(), count, less));
    DeviceArray<char> scratch(bytes);
    cuda_check(cub::DeviceMergeSort::StableSortKeys(scratch.data(), bytes, keys.data(), count, less));
}
"""

_REACH = """\
struct Reach {
    long first, end;
};

// The range that subscripts reach, in any order; empty for none.
template <class T>
Reach reach_of(const T *first, const T *last)
{
    if (first >= last)
        return {0, 0};
    const auto [least, most] = std::minmax_element(first, last);
    return {long(*least), long(*most) + 1};
}
"""

_JOINED = """\
inline Reach joined(Reach a, Reach b)
{
    if (a.first == a.end || b.first == b.end)
        return a.first == a.end ? b : a;
    return {std::min(a.first, b.first), std::max(a.end, b.end)};
}
"""

_WINDOW = """\
inline Reach reach_between(long first, long end)
{
    return first < end ? Reach{first, end} : Reach{0, 0};
}

// Elements of an array of the host's that are on the device too; they become more as more are asked for.
template <class T>
class DeviceWindow {
public:
    explicit DeviceWindow(const T *host) : host_(host) {}

    Reach reach() const { return reach_; }
    void cover(Reach asked)
    {
        if (asked.first == reach_.first && asked.end == reach_.end)
            return;
        copy_ = std::make_unique<DeviceArray<T>>(host_ + asked.first, asked.end - asked.first);
        reach_ = asked;
    }
    // Where element 0 would be.
    const T *data() const { return copy_ ? copy_->data() - reach_.first : nullptr; }

private:
    const T *host_;
    Reach reach_{0, 0};
    std::unique_ptr<DeviceArray<T>> copy_;
};
"""

_ATOMIC = """\
// place = combine(place, value), as one step.
template <class T, class Combine>
__device__ void atomic_update(T *place, T value, Combine combine)
{
    static_assert(sizeof(T) == 4 || sizeof(T) == 8);
    using Word = std::conditional_t<sizeof(T) == 4, unsigned, unsigned long long>;
    Word *word = reinterpret_cast<Word *>(place);
    Word seen = atomicAdd(word, 0), expected;
    do {
        expected = seen;
        T current;
        memcpy(&current, &expected, sizeof(T));
        current = combine(current, value);
        Word changed;
        memcpy(&changed, &current, sizeof(T));
        seen = atomicCAS(word, expected, changed);
    } while (seen != expected);
}
"""

_STACK = """\
// Sees to it that each thread has that much stack for functions that call themselves.
inline void stack_of(size_t bytes)
{
    size_t now = 0;
    cuda_check(cudaDeviceGetLimit(&now, cudaLimitStackSize));
    if (now < bytes)
        cuda_check(cudaDeviceSetLimit(cudaLimitStackSize, bytes));
}
"""

_TEXT: dict[str, tuple[str, tuple[str, ...], tuple[str, ...]]] = {  # text, what it needs, headers
    "check": (_CHECK, (), ("<cuda_runtime.h>", "<stdexcept>")),
    "array": (_ARRAY, ("check",), ("<cuda_runtime.h>", "<cstddef>")),
    "blocks": (_BLOCKS, ("check",), ("<algorithm>", "<cstddef>")),
    "plane": (_PLANE, ("blocks",), ("<algorithm>",)),
    "resident": (_RESIDENT, ("blocks",), ("<algorithm>",)),
    "shares": (_SHARES, (), ("<cstddef>",)),
    "shuffle": (_SHUFFLE, (), ("<cstring>",)),
    "reduce": (_REDUCE, ("blocks", "shuffle"), ()),
    "radix_sort": (_RADIX_SORT, ("array",), ("<cub/cub.cuh>",)),
    "merge_sort": (_MERGE_SORT, ("array",), ("<cub/cub.cuh>",)),
    "reach": (_REACH, (), ("<algorithm>",)),
    "joined": (_JOINED, ("reach",), ("<algorithm>",)),
    "window": (_WINDOW, ("array", "joined"), ("<memory>",)),
    "stack": (_STACK, ("check",), ("<cstddef>",)),
    "atomic": (_ATOMIC, (), ("<cstring>", "<type_traits>")),
}
NAMES = frozenset({
    "cuda_check", "DeviceArray", "block_threads", "blocks_for", "plane_of", "most_blocks", "resident_blocks",
    "most_shares", "share_of", "from_later_lane", "block_reduce", "Reach", "reach_of", "joined",
    "atomic_update", "radix_sort", "merge_sort", "reach_between", "DeviceWindow", "stack_of",
})  # fmt: skip


def support(wanted: Collection[str]) -> tuple[str, frozenset[str]]:
    """The definitions of some names and of all that they need, in order, and the headers that they need."""
    needed: set[str] = set()

    def need(name: str) -> None:
        for inner in _TEXT[name][1]:
            need(inner)
        needed.add(name)

    for name in wanted:
        need(name)
    kept = [name for name in _TEXT if name in needed]
    text = "\n".join(_TEXT[name][0] for name in kept)
    headers = frozenset(header for name in kept for header in _TEXT[name][2])
    return (f"namespace {{\n\n{text}\n}}  // namespace\n" if text else ""), headers
