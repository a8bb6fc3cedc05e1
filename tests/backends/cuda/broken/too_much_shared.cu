__global__ void greedy(const float *a, float *b, int n) {
    extern __shared__ float much[];
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    much[threadIdx.x] = 0;
    if (i < n) b[i] = 2 * a[i] + much[threadIdx.x];
}

void too_much_shared(const float *a, float *b, int n) {
    float *da, *db;
    cudaMalloc(&da, n * sizeof(float)), cudaMalloc(&db, n * sizeof(float));
    cudaMemcpy(da, a, n * sizeof(float), cudaMemcpyHostToDevice);
    cudaMemcpy(db, b, n * sizeof(float), cudaMemcpyHostToDevice);
    greedy<<<(n + 63) / 64, 64, 50000>>>(da, db, n);  // !LaunchFailure
    cudaMemcpy(b, db, n * sizeof(float), cudaMemcpyDeviceToHost);
    cudaFree(da), cudaFree(db);
}
