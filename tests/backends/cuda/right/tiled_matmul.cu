constexpr int kTile = 16;

__global__ void __launch_bounds__(kTile *kTile) matmul_kernel(const float *a, const float *b, float *c, int n) {
    __shared__ float ta[kTile][kTile], tb[kTile][kTile + 1];
    int row = blockIdx.y * kTile + threadIdx.y, column = blockIdx.x * kTile + threadIdx.x;
    float sum = 0;
    for (int k = 0; k < n; k += kTile) {
        ta[threadIdx.y][threadIdx.x] = row < n && k + threadIdx.x < n ? a[row * n + k + threadIdx.x] : 0;
        tb[threadIdx.y][threadIdx.x] = k + threadIdx.y < n && column < n ? b[(k + threadIdx.y) * n + column] : 0;
        __syncthreads();
        for (int j = 0; j < kTile; j++) sum += ta[threadIdx.y][j] * tb[j][threadIdx.x];
        __syncthreads();
    }
    if (row < n && column < n) c[row * n + column] = sum;
}

void tiled_matmul(const float *a, float *b, int n) {
    int side = 1;
    while ((side + 1) * (side + 1) <= n) side++;
    size_t bytes = size_t(side) * side * sizeof(float);
    float *da, *db, *dc;
    cudaMalloc(&da, bytes), cudaMalloc(&db, bytes), cudaMalloc(&dc, bytes);
    cudaMemcpy(da, a, bytes, cudaMemcpyHostToDevice);
    cudaMemcpy(db, b, bytes, cudaMemcpyHostToDevice);
    dim3 block(kTile, kTile), grid((side + kTile - 1) / kTile, (side + kTile - 1) / kTile);
    matmul_kernel<<<grid, block>>>(da, db, dc, side);
    cudaMemcpy(b, dc, bytes, cudaMemcpyDeviceToHost);
    cudaFree(da), cudaFree(db), cudaFree(dc);
}

void tiled_matmul_reference(const float *a, float *b, int n) {
    int side = 1;
    while ((side + 1) * (side + 1) <= n) side++;
    float *c = new float[side * side];
    for (int i = 0; i < side; i++)
        for (int j = 0; j < side; j++) {
            float sum = 0;
            for (int k = 0; k < side; k++) sum += a[i * side + k] * b[k * side + j];
            c[i * side + j] = sum;
        }
    for (int i = 0; i < side * side; i++) b[i] = c[i];
    delete[] c;
}
