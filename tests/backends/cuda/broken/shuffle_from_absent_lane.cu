__global__ void partial_shuffle(const float *a, float *b, int n) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    unsigned here = __ballot_sync(0xffffffff, threadIdx.x < 16);
    if (threadIdx.x < 16) {
        float v = i < n ? a[i] : 0;
        v += __shfl_down_sync(here, v, 8);  // !Uninitialised
        if (i < n) b[i] = v;
    }
}

void shuffle_from_absent_lane(const float *a, float *b, int n) {
    float *da, *db;
    cudaMalloc(&da, n * sizeof(float)), cudaMalloc(&db, n * sizeof(float));
    cudaMemcpy(da, a, n * sizeof(float), cudaMemcpyHostToDevice);
    cudaMemcpy(db, b, n * sizeof(float), cudaMemcpyHostToDevice);
    partial_shuffle<<<(n + 31) / 32, 32>>>(da, db, n);
    cudaMemcpy(b, db, n * sizeof(float), cudaMemcpyDeviceToHost);
    cudaFree(da), cudaFree(db);
}
