__global__ void unguarded(const float *a, float *b, int n) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    b[i] = 2 * a[i];  // !OutOfBounds
}

void missing_guard(const float *a, float *b, int n) {
    float *da, *db;
    cudaMalloc(&da, n * sizeof(float)), cudaMalloc(&db, n * sizeof(float));
    cudaMemcpy(da, a, n * sizeof(float), cudaMemcpyHostToDevice);
    cudaMemcpy(db, b, n * sizeof(float), cudaMemcpyHostToDevice);
    unguarded<<<(n + 255) / 256, 256>>>(da, db, n);
    cudaMemcpy(b, db, n * sizeof(float), cudaMemcpyDeviceToHost);
    cudaFree(da), cudaFree(db);
}
