// Stands between a CUDA candidate and the runtime library (`ld --wrap`) and notes what each call of the function does:
// launches, and copies between host and device.
//
// With UNSEQ_GPU_PARTS set it also times them one by one, everything before them finished: kernels by events, with the
// second-level cache overwritten before each launch, copies by the host's clock. Otherwise it only counts. When the host
// asks for it, lines "call kind bytes nanoseconds" go to the file that UNSEQ_GPU_TRACE names; nanoseconds are 0 where
// nothing was timed.
#include <cuda_runtime.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <vector>

#undef unseq_shim_call

struct unseq_io;

extern "C" {
void unseq_traced_call(unseq_io *io);
cudaError_t __real_cudaMemcpy(void *to, const void *from, size_t bytes, cudaMemcpyKind kind);
cudaError_t __real_cudaLaunchKernel(const void *kernel, dim3 grid, dim3 block, void **arguments, size_t shared,
                                    cudaStream_t stream);
cudaError_t __real___cudaLaunchKernel(cudaKernel_t kernel, dim3 grid, dim3 block, void **arguments, size_t shared,
                                      cudaStream_t stream);
}

namespace {

struct Event {
    unsigned call;
    const char *kind;
    size_t bytes;
    double nanoseconds;
};

std::vector<Event> events;
unsigned calls = 0;

bool in_parts()
{
    static const bool wanted = std::getenv("UNSEQ_GPU_PARTS") != nullptr;
    return wanted;
}

// Writes more bytes than the cache holds, so that a kernel finds nothing of its arrays there.
void overwrite_cache(cudaStream_t stream)
{
    static void *scratch = nullptr;
    static size_t size = 0;
    if (size == 0) {
        int device = 0, cache = 0;
        cudaGetDevice(&device);
        cudaDeviceGetAttribute(&cache, cudaDevAttrL2CacheSize, device);
        size = 2 * size_t(cache) + (size_t(1) << 20);
        if (cudaMalloc(&scratch, size) != cudaSuccess)
            scratch = nullptr;
    }
    if (scratch != nullptr)
        cudaMemsetAsync(scratch, int(calls & 0xff), size, stream);
}

template <class Launch>
cudaError_t launched(Launch launch, cudaStream_t stream)
{
    if (!in_parts()) {
        events.push_back({calls, "kernel", 0, 0.0});
        return launch();
    }
    cudaEvent_t first, last;
    cudaError_t status = cudaEventCreate(&first);
    if (status != cudaSuccess)
        return status;
    if ((status = cudaEventCreate(&last)) != cudaSuccess) {
        cudaEventDestroy(first);
        return status;
    }
    overwrite_cache(stream);
    cudaEventRecord(first, stream);
    status = launch();
    if (status == cudaSuccess) {
        cudaEventRecord(last, stream);
        float milliseconds = 0;
        status = cudaEventSynchronize(last);
        if (status == cudaSuccess && (status = cudaEventElapsedTime(&milliseconds, first, last)) == cudaSuccess)
            events.push_back({calls, "kernel", 0, 1e6 * double(milliseconds)});
    }
    cudaEventDestroy(first);
    cudaEventDestroy(last);
    return status;
}

const char *name_of(cudaMemcpyKind kind)
{
    return kind == cudaMemcpyHostToDevice ? "to_device" : kind == cudaMemcpyDeviceToHost ? "to_host" : "other";
}

}  // namespace

extern "C" {

cudaError_t __wrap_cudaMemcpy(void *to, const void *from, size_t bytes, cudaMemcpyKind kind)
{
    if (!in_parts()) {
        events.push_back({calls, name_of(kind), bytes, 0.0});
        return __real_cudaMemcpy(to, from, bytes, kind);
    }
    cudaDeviceSynchronize();
    const auto start = std::chrono::steady_clock::now();
    cudaError_t status = __real_cudaMemcpy(to, from, bytes, kind);
    const cudaError_t finished = cudaDeviceSynchronize();
    const std::chrono::duration<double, std::nano> taken = std::chrono::steady_clock::now() - start;
    events.push_back({calls, name_of(kind), bytes, taken.count()});
    return status != cudaSuccess ? status : finished;
}

// How launches are compiled: until CUDA 12 and with host stubs of old; and since.
cudaError_t __wrap_cudaLaunchKernel(const void *kernel, dim3 grid, dim3 block, void **arguments, size_t shared,
                                    cudaStream_t stream)
{
    return launched([&] { return __real_cudaLaunchKernel(kernel, grid, block, arguments, shared, stream); }, stream);
}

cudaError_t __wrap___cudaLaunchKernel(cudaKernel_t kernel, dim3 grid, dim3 block, void **arguments, size_t shared,
                                      cudaStream_t stream)
{
    return launched([&] { return __real___cudaLaunchKernel(kernel, grid, block, arguments, shared, stream); }, stream);
}

__attribute__((visibility("default"))) void unseq_shim_call(unseq_io *io)
{
    unseq_traced_call(io);
    calls++;
}

__attribute__((visibility("default"))) void unseq_write_counts()
{
    if (const char *path = std::getenv("UNSEQ_GPU_TRACE")) {
        if (std::FILE *file = std::fopen(path, "w")) {
            for (const Event &one : events)
                std::fprintf(file, "%u %s %zu %.0f\n", one.call, one.kind, one.bytes, one.nanoseconds);
            std::fprintf(file, "end %u\n", calls);
            std::fclose(file);
        }
    }
    cudaDeviceReset();  // a checker reports what it found
}

}  // extern "C"
