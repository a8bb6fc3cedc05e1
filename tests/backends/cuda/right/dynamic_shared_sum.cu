template <typename T>
__global__ void tree_kernel(const T *a, T *sums, int n) {
    extern __shared__ float raw[];
    T *partial = reinterpret_cast<T *>(raw);
    int t = threadIdx.x, i = blockIdx.x * blockDim.x + t;
    partial[t] = i < n ? a[i] : T(0);
    __syncthreads();
    for (int half = blockDim.x / 2; half > 0; half >>= 1) {
        if (t < half) partial[t] += partial[t + half];
        __syncthreads();
    }
    if (t == 0) sums[blockIdx.x] = partial[0];
}

void dynamic_shared_sum(const float *a, float *b, int n) {
    int blocks = (n + 127) / 128;
    float *da, *sums;
    cudaMalloc(&da, n * sizeof(float));
    cudaMalloc(&sums, blocks * sizeof(float));
    cudaMemcpy(da, a, n * sizeof(float), cudaMemcpyHostToDevice);
    tree_kernel<float><<<blocks, 128, 128 * sizeof(float)>>>(da, sums, n);
    float *host = new float[blocks];
    cudaMemcpy(host, sums, blocks * sizeof(float), cudaMemcpyDeviceToHost);
    b[0] = 0;
    for (int k = 0; k < blocks; k++) b[0] += host[k];
    delete[] host;
    cudaFree(da), cudaFree(sums);
}

void dynamic_shared_sum_reference(const float *a, float *b, int n) {
    b[0] = 0;
    for (int i = 0; i < n; i++) b[0] += a[i];
}
