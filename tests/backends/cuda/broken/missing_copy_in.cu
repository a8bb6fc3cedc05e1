__global__ void copies(const float *a, float *b, int n) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i < n - 1) b[i] = a[i];
}

void missing_copy_in(const float *a, float *b, int n) {
    float *da, *db;
    cudaMalloc(&da, n * sizeof(float)), cudaMalloc(&db, n * sizeof(float));
    cudaMemcpy(da, a, n * sizeof(float), cudaMemcpyHostToDevice);
    cudaMemcpy(db, b, n * sizeof(float), cudaMemcpyHostToDevice);
    float *fresh;
    cudaMalloc(&fresh, n * sizeof(float));
    copies<<<(n + 63) / 64, 64>>>(da, fresh, n);
    cudaMemcpy(b, fresh, n * sizeof(float), cudaMemcpyDeviceToHost);  // !Uninitialised
    cudaFree(fresh);
    cudaMemcpy(b, db, n * sizeof(float), cudaMemcpyDeviceToHost);
    cudaFree(da), cudaFree(db);
}
