#include <cub/cub.cuh>

__global__ void block_sum_kernel(const float *a, float *sums, int n) {
    using Reduce = cub::BlockReduce<float, 128>;
    __shared__ typename Reduce::TempStorage storage;
    int i = blockIdx.x * 128 + threadIdx.x;
    float sum = Reduce(storage).Sum(i < n ? a[i] : 0.0f);
    if (threadIdx.x == 0) sums[blockIdx.x] = sum;
}

void block_library(const float *a, float *b, int n) {
    int blocks = (n + 127) / 128;
    float *da, *sums;
    cudaMalloc(&da, n * sizeof(float)), cudaMalloc(&sums, blocks * sizeof(float));
    cudaMemcpy(da, a, n * sizeof(float), cudaMemcpyHostToDevice);
    block_sum_kernel<<<blocks, 128>>>(da, sums, n);
    cudaMemcpy(b, sums, blocks * sizeof(float), cudaMemcpyDeviceToHost);
    cudaFree(da), cudaFree(sums);
}

void block_library_reference(const float *a, float *b, int n) {
    for (int k = 0; k < (n + 127) / 128; k++) {
        b[k] = 0;
        for (int i = 128 * k; i < n && i < 128 * k + 128; i++) b[k] += a[i];
    }
}
