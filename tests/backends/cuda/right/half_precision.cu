#include <cuda_fp16.h>

__global__ void half_kernel(const float *a, float *b, int n) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i < n) b[i] = __half2float(__hmul(__float2half(a[i]), __float2half(0.5f)));
}

void half_precision(const float *a, float *b, int n) {
    float *da, *db;
    cudaMalloc(&da, n * sizeof(float)), cudaMalloc(&db, n * sizeof(float));
    cudaMemcpy(da, a, n * sizeof(float), cudaMemcpyHostToDevice);
    half_kernel<<<(n + 31) / 32, 32>>>(da, db, n);
    cudaMemcpy(b, db, n * sizeof(float), cudaMemcpyDeviceToHost);
    cudaFree(da), cudaFree(db);
}

void half_precision_reference(const float *a, float *b, int n) {
    for (int i = 0; i < n; i++) b[i] = 0.5f * a[i];
}
