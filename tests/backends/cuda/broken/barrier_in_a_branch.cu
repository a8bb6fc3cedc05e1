__global__ void branch_barrier(const float *a, float *b, int n) {
    __shared__ float line[96];
    int i = blockIdx.x * 96 + threadIdx.x;
    line[threadIdx.x] = i < n ? a[i] : 0;
    if (threadIdx.x % 2 == 0) __syncthreads();  // !BarrierDivergence
    line[threadIdx.x] += 1;
    __syncthreads();  // !BarrierDivergence
    if (i < n) b[i] = line[threadIdx.x];
}

void barrier_in_a_branch(const float *a, float *b, int n) {
    float *da, *db;
    cudaMalloc(&da, n * sizeof(float)), cudaMalloc(&db, n * sizeof(float));
    cudaMemcpy(da, a, n * sizeof(float), cudaMemcpyHostToDevice);
    cudaMemcpy(db, b, n * sizeof(float), cudaMemcpyHostToDevice);
    branch_barrier<<<(n + 95) / 96, 96>>>(da, db, n);
    cudaMemcpy(b, db, n * sizeof(float), cudaMemcpyDeviceToHost);
    cudaFree(da), cudaFree(db);
}
