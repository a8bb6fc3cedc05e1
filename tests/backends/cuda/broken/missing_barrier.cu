__global__ void reverse_blocks(const float *a, float *b, int n) {
    __shared__ float line[128];
    int i = blockIdx.x * 128 + threadIdx.x;
    line[threadIdx.x] = i < n ? a[i] : 0;  // !Race
    if (i < n) b[i] = line[127 - threadIdx.x];  // !Race !Uninitialised
}

void missing_barrier(const float *a, float *b, int n) {
    float *da, *db;
    cudaMalloc(&da, n * sizeof(float)), cudaMalloc(&db, n * sizeof(float));
    cudaMemcpy(da, a, n * sizeof(float), cudaMemcpyHostToDevice);
    cudaMemcpy(db, b, n * sizeof(float), cudaMemcpyHostToDevice);
    reverse_blocks<<<(n + 127) / 128, 128>>>(da, db, n);
    cudaMemcpy(b, db, n * sizeof(float), cudaMemcpyDeviceToHost);
    cudaFree(da), cudaFree(db);
}
