__inline__ __device__ float warp_sum(float v) {
    for (int offset = warpSize / 2; offset > 0; offset /= 2) v += __shfl_down_sync(0xffffffff, v, offset);
    return v;
}

__global__ void sum_kernel(const float *__restrict__ a, float *sum, int n) {
    static __shared__ float partial[32];
    float v = 0;
    for (int i = blockIdx.x * blockDim.x + threadIdx.x; i < n; i += blockDim.x * gridDim.x) v += a[i];
    v = warp_sum(v);
    if (threadIdx.x % warpSize == 0) partial[threadIdx.x / warpSize] = v;
    __syncthreads();
    v = threadIdx.x < blockDim.x / warpSize ? partial[threadIdx.x] : 0;
    if (threadIdx.x / warpSize == 0) {
        v = warp_sum(v);
        if (threadIdx.x == 0) atomicAdd(sum, v);
    }
}

void shuffle_sum(const float *a, float *b, int n) {
    float *da, *sum;
    cudaMalloc(&da, n * sizeof(float));
    cudaMalloc(&sum, sizeof(float));
    cudaMemcpy(da, a, n * sizeof(float), cudaMemcpyHostToDevice);
    cudaMemset(sum, 0, sizeof(float));
    sum_kernel<<<8, 256>>>(da, sum, n);
    cudaMemcpy(b, sum, sizeof(float), cudaMemcpyDeviceToHost);
    cudaFree(da), cudaFree(sum);
}

void shuffle_sum_reference(const float *a, float *b, int n) {
    b[0] = 0;
    for (int i = 0; i < n; i++) b[0] += a[i];
}
