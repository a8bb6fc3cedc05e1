__global__ void scan_blocks(const float *in, float *out, float *sums, int n) {
    __shared__ float line[2][256];
    int t = threadIdx.x, i = blockIdx.x * 256 + t, from = 0;
    line[0][t] = i < n ? in[i] : 0;
    __syncthreads();
    for (int d = 1; d < 256; d *= 2) {
        line[1 - from][t] = line[from][t] + (t >= d ? line[from][t - d] : 0);
        from = 1 - from;
        __syncthreads();
    }
    if (i < n) out[i] = line[from][t];
    if (t == 255) sums[blockIdx.x] = line[from][t];
}

__global__ void scan_sums(float *sums, int blocks) {
    if (threadIdx.x == 0)
        for (int k = 1; k < blocks; k++) sums[k] += sums[k - 1];
}

__global__ void add_sums(float *out, const float *sums, int n) {
    int i = blockIdx.x * 256 + threadIdx.x;
    if (i < n && blockIdx.x > 0) out[i] += sums[blockIdx.x - 1];
}

void block_scan(const float *a, float *b, int n) {
    int blocks = (n + 255) / 256;
    float *da, *db, *sums;
    cudaMalloc(&da, n * sizeof(float)), cudaMalloc(&db, n * sizeof(float)), cudaMalloc(&sums, blocks * sizeof(float));
    cudaMemcpy(da, a, n * sizeof(float), cudaMemcpyHostToDevice);
    scan_blocks<<<blocks, 256>>>(da, db, sums, n);
    scan_sums<<<1, 32>>>(sums, blocks);
    add_sums<<<blocks, 256>>>(db, sums, n);
    cudaMemcpy(b, db, n * sizeof(float), cudaMemcpyDeviceToHost);
    cudaFree(da), cudaFree(db), cudaFree(sums);
}

void block_scan_reference(const float *a, float *b, int n) {
    float sum = 0;
    for (int i = 0; i < n; i++) b[i] = sum += a[i];
}
