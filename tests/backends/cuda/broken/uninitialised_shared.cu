__global__ void half_filled(const float *a, float *b, int n) {
    __shared__ float line[64];
    int i = blockIdx.x * 64 + threadIdx.x;
    if (threadIdx.x < 32) line[threadIdx.x] = i < n ? a[i] : 0;
    __syncthreads();
    if (i < n) b[i] = line[63 - threadIdx.x];  // !Uninitialised
}

void uninitialised_shared(const float *a, float *b, int n) {
    float *da, *db;
    cudaMalloc(&da, n * sizeof(float)), cudaMalloc(&db, n * sizeof(float));
    cudaMemcpy(da, a, n * sizeof(float), cudaMemcpyHostToDevice);
    cudaMemcpy(db, b, n * sizeof(float), cudaMemcpyHostToDevice);
    half_filled<<<(n + 63) / 64, 64>>>(da, db, n);
    cudaMemcpy(b, db, n * sizeof(float), cudaMemcpyDeviceToHost);
    cudaFree(da), cudaFree(db);
}
