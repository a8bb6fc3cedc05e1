// Two calls of a "function" under the trace. Apart from fake_runtime.cpp, for the linker wraps what a file does not define.
#include <cuda_runtime.h>

#include <cstdlib>

struct unseq_io;

extern "C" {
cudaError_t __cudaLaunchKernel(cudaKernel_t, dim3, dim3, void **, size_t, cudaStream_t);

// Copies in, launches two kernels, fails to launch a third, copies out.
void unseq_traced_call(unseq_io *) {
  char host[100] = {}, device[100];
  cudaMemcpy(device, host, 100, cudaMemcpyHostToDevice);
  cudaLaunchKernel(nullptr, dim3(1), dim3(1), nullptr, 0, nullptr);
  __cudaLaunchKernel(nullptr, dim3(1), dim3(1), nullptr, 0, nullptr);
  if (__cudaLaunchKernel(nullptr, dim3(0), dim3(1), nullptr, 0, nullptr) == cudaSuccess) std::abort();
  cudaMemcpy(host, device, 40, cudaMemcpyDeviceToHost);
}
void unseq_shim_call(unseq_io *);
void unseq_write_counts();
}

int main() {
  unseq_shim_call(nullptr);
  unseq_shim_call(nullptr);
  unseq_write_counts();
}
