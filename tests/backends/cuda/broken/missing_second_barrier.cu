__global__ void multiply_tiles(const float *a, float *b, int n) {
    __shared__ float tile[64];
    float sum = 0;
    for (int k = 0; k + 64 <= n; k += 64) {
        tile[threadIdx.x] = a[k + threadIdx.x];  // !Race
        __syncthreads();
        for (int j = 0; j < 64; j++) sum += tile[j];  // !Race
    }
    b[threadIdx.x] = sum;
}

void missing_second_barrier(const float *a, float *b, int n) {
    float *da, *db;
    cudaMalloc(&da, n * sizeof(float)), cudaMalloc(&db, n * sizeof(float));
    cudaMemcpy(da, a, n * sizeof(float), cudaMemcpyHostToDevice);
    cudaMemcpy(db, b, n * sizeof(float), cudaMemcpyHostToDevice);
    multiply_tiles<<<1, 64>>>(da, db, n);
    cudaMemcpy(b, db, n * sizeof(float), cudaMemcpyDeviceToHost);
    cudaFree(da), cudaFree(db);
}
