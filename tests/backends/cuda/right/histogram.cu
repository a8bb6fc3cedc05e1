__global__ void histogram_kernel(const float *a, int *bins, int n) {
    __shared__ int mine[64];
    for (int k = threadIdx.x; k < 64; k += blockDim.x) mine[k] = 0;
    __syncthreads();
    for (int i = blockIdx.x * blockDim.x + threadIdx.x; i < n; i += blockDim.x * gridDim.x)
        atomicAdd(&mine[(int)a[i] & 63], 1);
    __syncthreads();
    for (int k = threadIdx.x; k < 64; k += blockDim.x)
        if (mine[k] != 0) atomicAdd(bins + k, mine[k]);
}

void histogram(const float *a, float *b, int n) {
    float *da;
    int *bins, host[64];
    cudaMalloc(&da, n * sizeof(float));
    cudaMalloc(&bins, sizeof host);
    cudaMemset(bins, 0, sizeof host);
    cudaMemcpy(da, a, n * sizeof(float), cudaMemcpyHostToDevice);
    histogram_kernel<<<4, 128>>>(da, bins, n);
    cudaMemcpy(host, bins, sizeof host, cudaMemcpyDeviceToHost);
    for (int k = 0; k < 64; k++) b[k] = host[k];
    cudaFree(da), cudaFree(bins);
}

void histogram_reference(const float *a, float *b, int n) {
    for (int k = 0; k < 64; k++) b[k] = 0;
    for (int i = 0; i < n; i++) b[(int)a[i] & 63] += 1;
}
