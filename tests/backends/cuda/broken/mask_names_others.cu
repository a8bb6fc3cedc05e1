__global__ void half_warp(const float *a, float *b, int n) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    float v = i < n ? a[i] : 0;
    if (threadIdx.x < 16) v = __shfl_xor_sync(0xffffffff, v, 1);  // !BarrierDivergence
    __syncthreads();  // !BarrierDivergence
    if (i < n) b[i] = v;
}

void mask_names_others(const float *a, float *b, int n) {
    float *da, *db;
    cudaMalloc(&da, n * sizeof(float)), cudaMalloc(&db, n * sizeof(float));
    cudaMemcpy(da, a, n * sizeof(float), cudaMemcpyHostToDevice);
    cudaMemcpy(db, b, n * sizeof(float), cudaMemcpyHostToDevice);
    half_warp<<<(n + 31) / 32, 32>>>(da, db, n);
    cudaMemcpy(b, db, n * sizeof(float), cudaMemcpyDeviceToHost);
    cudaFree(da), cudaFree(db);
}
