__global__ void spill(const float *a, float *b, int n) {
    extern __shared__ float buffer[];
    int i = blockIdx.x * 64 + threadIdx.x;
    buffer[threadIdx.x] = i < n ? a[i] : 0;  // !OutOfBounds
    __syncthreads();
    if (i < n) b[i] = buffer[threadIdx.x];  // !OutOfBounds
}

void dynamic_shared_too_small(const float *a, float *b, int n) {
    float *da, *db;
    cudaMalloc(&da, n * sizeof(float)), cudaMalloc(&db, n * sizeof(float));
    cudaMemcpy(da, a, n * sizeof(float), cudaMemcpyHostToDevice);
    cudaMemcpy(db, b, n * sizeof(float), cudaMemcpyHostToDevice);
    spill<<<(n + 63) / 64, 64, 32 * sizeof(float)>>>(da, db, n);
    cudaMemcpy(b, db, n * sizeof(float), cudaMemcpyDeviceToHost);
    cudaFree(da), cudaFree(db);
}
