// The part of CUDA's runtime API that programs of this kind use. One device, like an H100; streams run in order.
#ifndef UNSEQ_CUDA_API_H_
#define UNSEQ_CUDA_API_H_

#include <cstddef>
#include <type_traits>

#include "unseq_cuda/keywords.h"

enum cudaError {
  cudaSuccess = 0,
  cudaErrorInvalidValue = 1,
  cudaErrorMemoryAllocation = 2,
  cudaErrorInvalidConfiguration = 9,
  cudaErrorInvalidMemcpyDirection = 21,
  cudaErrorNotReady = 600,
  cudaErrorIllegalAddress = 700,
  cudaErrorLaunchFailure = 719,
  cudaErrorNotSupported = 801,
  cudaErrorUnknown = 999
};
typedef cudaError cudaError_t;
enum cudaMemcpyKind {
  cudaMemcpyHostToHost, cudaMemcpyHostToDevice, cudaMemcpyDeviceToHost, cudaMemcpyDeviceToDevice, cudaMemcpyDefault
};
enum { cudaMemAttachGlobal = 1, cudaHostAllocDefault = 0, cudaHostAllocMapped = 2, cudaHostAllocWriteCombined = 4,
       cudaStreamNonBlocking = 1, cudaEventDefault = 0, cudaEventDisableTiming = 2, cudaHostRegisterDefault = 0 };
enum cudaFuncAttribute { cudaFuncAttributeMaxDynamicSharedMemorySize = 8, cudaFuncAttributePreferredSharedMemoryCarveout = 9 };
enum cudaFuncCache { cudaFuncCachePreferNone, cudaFuncCachePreferShared, cudaFuncCachePreferL1, cudaFuncCachePreferEqual };
enum cudaDeviceAttr {
  cudaDevAttrMaxThreadsPerBlock = 1, cudaDevAttrMaxBlockDimX, cudaDevAttrMaxBlockDimY, cudaDevAttrMaxBlockDimZ,
  cudaDevAttrMaxGridDimX, cudaDevAttrMaxGridDimY, cudaDevAttrMaxGridDimZ, cudaDevAttrMaxSharedMemoryPerBlock,
  cudaDevAttrTotalConstantMemory, cudaDevAttrWarpSize, cudaDevAttrMaxRegistersPerBlock = 12, cudaDevAttrClockRate = 13,
  cudaDevAttrMultiProcessorCount = 16, cudaDevAttrMaxThreadsPerMultiProcessor = 39,
  cudaDevAttrComputeCapabilityMajor = 75, cudaDevAttrComputeCapabilityMinor = 76,
  cudaDevAttrMaxSharedMemoryPerMultiprocessor = 81, cudaDevAttrCooperativeLaunch = 95,
  cudaDevAttrMaxSharedMemoryPerBlockOptin = 97
};
struct cudaDeviceProp {
  char name[256];
  std::size_t totalGlobalMem, sharedMemPerBlock, sharedMemPerMultiprocessor, sharedMemPerBlockOptin, totalConstMem;
  int regsPerBlock, regsPerMultiprocessor, warpSize, maxThreadsPerBlock, maxThreadsPerMultiProcessor, multiProcessorCount,
      maxBlocksPerMultiProcessor, major, minor, l2CacheSize, memoryBusWidth, concurrentKernels, managedMemory, unifiedAddressing;
  int maxThreadsDim[3], maxGridSize[3];
};
struct cudaPointerAttributes { int type, device; void *devicePointer, *hostPointer; };
struct cudaFuncAttributes { std::size_t sharedSizeBytes, constSizeBytes, localSizeBytes; int maxThreadsPerBlock, numRegs, maxDynamicSharedSizeBytes; };
typedef struct CUevent_st *cudaEvent_t;

namespace unseq_cuda {

UNSEQ_CUDA_CALL cudaError_t failed(int status) {
  unseq_cuda_set_error(status);
  return static_cast<cudaError_t>(status);
}
// What a call gives whose own part went well: the error that the device has ended with, if it has.
UNSEQ_CUDA_CALL cudaError_t lasting() {
  const int error = unseq_cuda_error(-1);
  return static_cast<cudaError_t>(error);
}
template <class T>
UNSEQ_CUDA_CALL cudaError_t allocated(T **p, void *block) {
  *p = static_cast<T *>(block);
  return block == nullptr ? failed(lasting() != cudaSuccess ? lasting() : cudaErrorMemoryAllocation) : cudaSuccess;
}
// Sides of a copy: the host's memory, the device's, a variable of the device's, any.
enum Side { host_side, device_side, symbol, either };
UNSEQ_CUDA_CALL int side_to(cudaMemcpyKind kind) {
  return kind == cudaMemcpyDefault ? either : kind == cudaMemcpyHostToDevice || kind == cudaMemcpyDeviceToDevice ? device_side : host_side;
}
UNSEQ_CUDA_CALL int side_from(cudaMemcpyKind kind) {
  return kind == cudaMemcpyDefault ? either : kind == cudaMemcpyDeviceToHost || kind == cudaMemcpyDeviceToDevice ? device_side : host_side;
}

}  // namespace unseq_cuda

// ---- memory ----

template <class T>
UNSEQ_CUDA_CALL cudaError_t cudaMalloc(T **p, std::size_t bytes) {
  return unseq_cuda::allocated(p, unseq_cuda_allocate(bytes, UNSEQ_CUDA_DEVICE));
}
template <class T>
UNSEQ_CUDA_CALL cudaError_t cudaMallocAsync(T **p, std::size_t bytes, cudaStream_t) {
  return unseq_cuda::allocated(p, unseq_cuda_allocate(bytes, UNSEQ_CUDA_DEVICE));
}
template <class T>
UNSEQ_CUDA_CALL cudaError_t cudaMallocManaged(T **p, std::size_t bytes, unsigned = cudaMemAttachGlobal) {
  return unseq_cuda::allocated(p, unseq_cuda_allocate(bytes, UNSEQ_CUDA_BOTH));
}
template <class T>
UNSEQ_CUDA_CALL cudaError_t cudaMallocHost(T **p, std::size_t bytes, unsigned = 0) {
  return unseq_cuda::allocated(p, unseq_cuda_allocate(bytes, UNSEQ_CUDA_BOTH));
}
template <class T>
UNSEQ_CUDA_CALL cudaError_t cudaHostAlloc(T **p, std::size_t bytes, unsigned = 0) {
  return unseq_cuda::allocated(p, unseq_cuda_allocate(bytes, UNSEQ_CUDA_BOTH));
}
template <class T>
UNSEQ_CUDA_CALL cudaError_t cudaMallocPitch(T **p, std::size_t *pitch, std::size_t width, std::size_t height) {
  *pitch = (width + 511) / 512 * 512;
  return unseq_cuda::allocated(p, unseq_cuda_allocate(*pitch * height, UNSEQ_CUDA_DEVICE));
}
template <class T>
UNSEQ_CUDA_CALL cudaError_t cudaHostGetDevicePointer(T **p, void *host, unsigned) { return *p = static_cast<T *>(host), cudaSuccess; }
UNSEQ_CUDA_CALL cudaError_t cudaFree(void *p) { return unseq_cuda::failed(unseq_cuda_release(p)); }
UNSEQ_CUDA_CALL cudaError_t cudaFreeAsync(void *p, cudaStream_t) { return unseq_cuda::failed(unseq_cuda_release(p)); }
UNSEQ_CUDA_CALL cudaError_t cudaFreeHost(void *p) { return unseq_cuda::failed(unseq_cuda_release(p)); }
UNSEQ_CUDA_CALL cudaError_t cudaMemcpy(void *to, const void *from, std::size_t bytes, cudaMemcpyKind kind) {
  return unseq_cuda::failed(unseq_cuda_copy(to, from, bytes, unseq_cuda::side_to(kind), unseq_cuda::side_from(kind)));
}
UNSEQ_CUDA_CALL cudaError_t cudaMemcpyAsync(void *to, const void *from, std::size_t bytes, cudaMemcpyKind kind, cudaStream_t = nullptr) {
  return unseq_cuda::failed(unseq_cuda_copy(to, from, bytes, unseq_cuda::side_to(kind), unseq_cuda::side_from(kind)));
}
UNSEQ_CUDA_CALL cudaError_t cudaMemcpy2D(void *to, std::size_t to_pitch, const void *from, std::size_t from_pitch,
                                         std::size_t width, std::size_t height, cudaMemcpyKind kind) {
  if (width > to_pitch || width > from_pitch) return unseq_cuda::failed(cudaErrorInvalidValue);
  for (std::size_t row = 0; row < height; row++) {
    const int status = unseq_cuda_copy(static_cast<char *>(to) + row * to_pitch, static_cast<const char *>(from) + row * from_pitch,
                                       width, unseq_cuda::side_to(kind), unseq_cuda::side_from(kind));
    if (status != cudaSuccess) return unseq_cuda::failed(status);
  }
  return cudaSuccess;
}
UNSEQ_CUDA_CALL cudaError_t cudaMemcpy2DAsync(void *to, std::size_t to_pitch, const void *from, std::size_t from_pitch,
                                              std::size_t width, std::size_t height, cudaMemcpyKind kind, cudaStream_t = nullptr) {
  return cudaMemcpy2D(to, to_pitch, from, from_pitch, width, height, kind);
}
template <class T>
UNSEQ_CUDA_CALL cudaError_t cudaMemcpyToSymbol(T &variable, const void *from, std::size_t bytes, std::size_t offset = 0,
                                               cudaMemcpyKind kind = cudaMemcpyHostToDevice) {
  if (offset + bytes > sizeof variable) return unseq_cuda::failed(cudaErrorInvalidValue);
  void *to = const_cast<char *>(reinterpret_cast<const volatile char *>(&variable)) + offset;
  return unseq_cuda::failed(unseq_cuda_copy(to, from, bytes, unseq_cuda::symbol, unseq_cuda::side_from(kind)));
}
template <class T>
UNSEQ_CUDA_CALL cudaError_t cudaMemcpyFromSymbol(void *to, const T &variable, std::size_t bytes, std::size_t offset = 0,
                                                 cudaMemcpyKind kind = cudaMemcpyDeviceToHost) {
  if (offset + bytes > sizeof variable) return unseq_cuda::failed(cudaErrorInvalidValue);
  const void *from = const_cast<char *>(reinterpret_cast<const volatile char *>(&variable)) + offset;
  return unseq_cuda::failed(unseq_cuda_copy(to, from, bytes, unseq_cuda::side_to(kind), unseq_cuda::symbol));
}
template <class T>
UNSEQ_CUDA_CALL cudaError_t cudaMemcpyToSymbolAsync(T &variable, const void *from, std::size_t bytes, std::size_t offset,
                                                    cudaMemcpyKind kind, cudaStream_t = nullptr) {
  return cudaMemcpyToSymbol(variable, from, bytes, offset, kind);
}
template <class P, class T>
UNSEQ_CUDA_CALL cudaError_t cudaGetSymbolAddress(P **p, T &variable) {
  *p = reinterpret_cast<P *>(const_cast<char *>(reinterpret_cast<const volatile char *>(&variable)));
  return cudaSuccess;
}
UNSEQ_CUDA_CALL cudaError_t cudaMemset(void *p, int value, std::size_t bytes) { return unseq_cuda::failed(unseq_cuda_fill(p, value, bytes)); }
UNSEQ_CUDA_CALL cudaError_t cudaMemsetAsync(void *p, int value, std::size_t bytes, cudaStream_t = nullptr) {
  return unseq_cuda::failed(unseq_cuda_fill(p, value, bytes));
}
UNSEQ_CUDA_CALL cudaError_t cudaMemGetInfo(std::size_t *free, std::size_t *total) {
  return *free = *total = std::size_t{80} << 30, cudaSuccess;
}
UNSEQ_CUDA_CALL cudaError_t cudaMemPrefetchAsync(const void *, std::size_t, int, cudaStream_t = nullptr) { return cudaSuccess; }
UNSEQ_CUDA_CALL cudaError_t cudaMemAdvise(const void *, std::size_t, int, int) { return cudaSuccess; }

// ---- errors and order ----

UNSEQ_CUDA_CALL cudaError_t cudaGetLastError() { return static_cast<cudaError_t>(unseq_cuda_error(1)); }
UNSEQ_CUDA_CALL cudaError_t cudaPeekAtLastError() { return static_cast<cudaError_t>(unseq_cuda_error(0)); }
UNSEQ_CUDA_CALL const char *cudaGetErrorName(cudaError_t error) {
  switch (error) {
    case cudaSuccess: return "cudaSuccess";
    case cudaErrorInvalidValue: return "cudaErrorInvalidValue";
    case cudaErrorMemoryAllocation: return "cudaErrorMemoryAllocation";
    case cudaErrorInvalidConfiguration: return "cudaErrorInvalidConfiguration";
    case cudaErrorIllegalAddress: return "cudaErrorIllegalAddress";
    default: return "unrecognized error code";
  }
}
UNSEQ_CUDA_CALL const char *cudaGetErrorString(cudaError_t error) {
  switch (error) {
    case cudaSuccess: return "no error";
    case cudaErrorInvalidValue: return "invalid argument";
    case cudaErrorMemoryAllocation: return "out of memory";
    case cudaErrorInvalidConfiguration: return "invalid configuration argument";
    case cudaErrorIllegalAddress: return "an illegal memory access was encountered";
    default: return "unrecognized error code";
  }
}
UNSEQ_CUDA_CALL cudaError_t cudaDeviceSynchronize() { return unseq_cuda::lasting(); }
UNSEQ_CUDA_CALL cudaError_t cudaDeviceReset() { return cudaSuccess; }
UNSEQ_CUDA_CALL cudaError_t cudaSetDevice(int device) { return device == 0 ? cudaSuccess : unseq_cuda::failed(cudaErrorInvalidValue); }
UNSEQ_CUDA_CALL cudaError_t cudaGetDevice(int *device) { return *device = 0, cudaSuccess; }
UNSEQ_CUDA_CALL cudaError_t cudaGetDeviceCount(int *count) { return *count = 1, cudaSuccess; }

UNSEQ_CUDA_CALL cudaError_t cudaStreamCreate(cudaStream_t *stream) {
  return *stream = reinterpret_cast<cudaStream_t>(std::uintptr_t{16}), cudaSuccess;
}
UNSEQ_CUDA_CALL cudaError_t cudaStreamCreateWithFlags(cudaStream_t *stream, unsigned) { return cudaStreamCreate(stream); }
UNSEQ_CUDA_CALL cudaError_t cudaStreamDestroy(cudaStream_t) { return cudaSuccess; }
UNSEQ_CUDA_CALL cudaError_t cudaStreamSynchronize(cudaStream_t) { return unseq_cuda::lasting(); }
UNSEQ_CUDA_CALL cudaError_t cudaStreamQuery(cudaStream_t) { return unseq_cuda::lasting(); }
UNSEQ_CUDA_CALL cudaError_t cudaEventCreate(cudaEvent_t *event) {
  return *event = reinterpret_cast<cudaEvent_t>(std::uintptr_t{16}), cudaSuccess;
}
UNSEQ_CUDA_CALL cudaError_t cudaEventCreateWithFlags(cudaEvent_t *event, unsigned) { return cudaEventCreate(event); }
UNSEQ_CUDA_CALL cudaError_t cudaEventDestroy(cudaEvent_t) { return cudaSuccess; }
UNSEQ_CUDA_CALL cudaError_t cudaEventRecord(cudaEvent_t, cudaStream_t = nullptr) { return cudaSuccess; }
UNSEQ_CUDA_CALL cudaError_t cudaEventSynchronize(cudaEvent_t) { return unseq_cuda::lasting(); }
UNSEQ_CUDA_CALL cudaError_t cudaEventQuery(cudaEvent_t) { return unseq_cuda::lasting(); }
UNSEQ_CUDA_CALL cudaError_t cudaEventElapsedTime(float *ms, cudaEvent_t, cudaEvent_t) { return *ms = 0.001f, cudaSuccess; }
UNSEQ_CUDA_CALL cudaError_t cudaStreamWaitEvent(cudaStream_t, cudaEvent_t, unsigned = 0) { return cudaSuccess; }

// ---- what the device can do: an H100's limits (CUDA C++ Programming Guide, compute capability 9.0) ----

UNSEQ_CUDA_CALL cudaError_t cudaGetDeviceProperties(cudaDeviceProp *p, int device) {
  if (device != 0) return unseq_cuda::failed(cudaErrorInvalidValue);
  *p = cudaDeviceProp{"CPU in place of sm_90", std::size_t{80} << 30, 48 << 10, 228 << 10, 227 << 10, 64 << 10, 65536, 65536, 32, 1024,
                      2048, 132, 32, 9, 0, 50 << 20, 5120, 1, 1, 1, {1024, 1024, 64}, {0x7fffffff, 65535, 65535}};
  return cudaSuccess;
}
UNSEQ_CUDA_CALL cudaError_t cudaDeviceGetAttribute(int *value, cudaDeviceAttr attribute, int) {
  switch (attribute) {
    case cudaDevAttrMaxThreadsPerBlock: case cudaDevAttrMaxBlockDimX: case cudaDevAttrMaxBlockDimY: *value = 1024; break;
    case cudaDevAttrMaxBlockDimZ: *value = 64; break;
    case cudaDevAttrMaxGridDimX: *value = 0x7fffffff; break;
    case cudaDevAttrMaxGridDimY: case cudaDevAttrMaxGridDimZ: *value = 65535; break;
    case cudaDevAttrMaxSharedMemoryPerBlock: *value = 48 << 10; break;
    case cudaDevAttrMaxSharedMemoryPerBlockOptin: *value = 227 << 10; break;
    case cudaDevAttrMaxSharedMemoryPerMultiprocessor: *value = 228 << 10; break;
    case cudaDevAttrTotalConstantMemory: *value = 64 << 10; break;
    case cudaDevAttrWarpSize: *value = 32; break;
    case cudaDevAttrMaxRegistersPerBlock: *value = 65536; break;
    case cudaDevAttrClockRate: *value = 1980000; break;
    case cudaDevAttrMultiProcessorCount: *value = 132; break;
    case cudaDevAttrMaxThreadsPerMultiProcessor: *value = 2048; break;
    case cudaDevAttrComputeCapabilityMajor: *value = 9; break;
    case cudaDevAttrComputeCapabilityMinor: *value = 0; break;
    case cudaDevAttrCooperativeLaunch: *value = 0; break;
    default: return unseq_cuda::failed(cudaErrorInvalidValue);
  }
  return cudaSuccess;
}
template <class Kernel>
UNSEQ_CUDA_CALL cudaError_t cudaFuncSetAttribute(Kernel *, cudaFuncAttribute attribute, int value) {
  if (attribute == cudaFuncAttributeMaxDynamicSharedMemorySize) return unseq_cuda::failed(unseq_cuda_allow_shared(value));
  return cudaSuccess;
}
// Threads have the stacks of the host, whatever the limit.
enum cudaLimit { cudaLimitStackSize = 0 };
UNSEQ_CUDA_CALL cudaError_t cudaDeviceGetLimit(std::size_t *value, cudaLimit) { return *value = 1024, cudaSuccess; }
UNSEQ_CUDA_CALL cudaError_t cudaDeviceSetLimit(cudaLimit, std::size_t) { return cudaSuccess; }
template <class Kernel>
UNSEQ_CUDA_CALL cudaError_t cudaFuncSetCacheConfig(Kernel *, cudaFuncCache) { return cudaSuccess; }
template <class Kernel>
UNSEQ_CUDA_CALL cudaError_t cudaFuncGetAttributes(cudaFuncAttributes *a, Kernel *) {
  return *a = cudaFuncAttributes{0, 0, 0, 1024, 32, 48 << 10}, cudaSuccess;
}
template <class Kernel>
UNSEQ_CUDA_CALL cudaError_t cudaOccupancyMaxPotentialBlockSize(int *grid, int *block, Kernel *, std::size_t = 0, int limit = 0) {
  *block = limit > 0 && limit < 256 ? limit : 256;
  *grid = 132 * 8;
  return cudaSuccess;
}
template <class Kernel>
UNSEQ_CUDA_CALL cudaError_t cudaOccupancyMaxActiveBlocksPerMultiprocessor(int *blocks, Kernel *, int size, std::size_t) {
  return *blocks = size > 0 && size <= 1024 ? 2048 / size < 32 ? 2048 / size : 32 : 0, cudaSuccess;
}

#endif
