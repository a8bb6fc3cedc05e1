__global__ void warp_tree(const float *a, float *b, int n) {
    __shared__ float line[32];
    int t = threadIdx.x, i = blockIdx.x * 32 + t;
    line[t] = i < n ? a[i] : 0;
    __syncwarp();
    if (t < 16) line[t] += line[t + 16];
    if (t < 8) line[t] += line[t + 8];  // !Race
    if (t == 0) b[blockIdx.x] = line[0];
}

void warp_without_sync(const float *a, float *b, int n) {
    float *da, *db;
    cudaMalloc(&da, n * sizeof(float)), cudaMalloc(&db, n * sizeof(float));
    cudaMemcpy(da, a, n * sizeof(float), cudaMemcpyHostToDevice);
    cudaMemcpy(db, b, n * sizeof(float), cudaMemcpyHostToDevice);
    warp_tree<<<(n + 31) / 32, 32>>>(da, db, n);
    cudaMemcpy(b, db, n * sizeof(float), cudaMemcpyDeviceToHost);
    cudaFree(da), cudaFree(db);
}
