__global__ void tall(const float *a, float *b, int n) {
    int i = blockIdx.y;
    if (i < n && threadIdx.x == 0) b[i] = a[i];
}

void tall_grid(const float *a, float *b, int n) {
    float *da, *db;
    cudaMalloc(&da, n * sizeof(float)), cudaMalloc(&db, n * sizeof(float));
    cudaMemcpy(da, a, n * sizeof(float), cudaMemcpyHostToDevice);
    cudaMemcpy(db, b, n * sizeof(float), cudaMemcpyHostToDevice);
    tall<<<dim3(1, 70000), 32>>>(da, db, n);  // !LaunchFailure
    cudaMemcpy(b, db, n * sizeof(float), cudaMemcpyDeviceToHost);
    cudaFree(da), cudaFree(db);
}
