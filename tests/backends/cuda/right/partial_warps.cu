__global__ void partners_kernel(const float *a, float *b, int n) {
    __shared__ float line[44];
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    line[threadIdx.x] = i < n ? a[i] : 0;
    __syncthreads();
    float other = line[blockDim.x - 1 - threadIdx.x];
    unsigned lanes = threadIdx.x < 32 ? 0xffffffffu : 0xfffu;
    float beside = __shfl_xor_sync(lanes, line[threadIdx.x], 1);
    if (i < n) b[i] = other + beside;
}

void partial_warps(const float *a, float *b, int n) {
    float *da, *db;
    cudaMalloc(&da, n * sizeof(float)), cudaMalloc(&db, n * sizeof(float));
    cudaMemcpy(da, a, n * sizeof(float), cudaMemcpyHostToDevice);
    partners_kernel<<<(n + 43) / 44, 44>>>(da, db, n);
    cudaMemcpy(b, db, n * sizeof(float), cudaMemcpyDeviceToHost);
    cudaFree(da), cudaFree(db);
}

void partial_warps_reference(const float *a, float *b, int n) {
    for (int i = 0; i < n; i++) {
        int t = i % 44, mirrored = i - t + 43 - t, beside = i - t + (t ^ 1);
        b[i] = (mirrored < n ? a[mirrored] : 0) + (beside < n ? a[beside] : 0);
    }
}
