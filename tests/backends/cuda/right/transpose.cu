__global__ void transpose_kernel(const float *in, float *out, int width, int height) {
    __shared__ float tile[32][33];
    int x = blockIdx.x * 32 + threadIdx.x, y = blockIdx.y * 32 + threadIdx.y;
    for (int k = 0; k < 32; k += 8)
        if (x < width && y + k < height) tile[threadIdx.y + k][threadIdx.x] = in[(y + k) * width + x];
    __syncthreads();
    x = blockIdx.y * 32 + threadIdx.x, y = blockIdx.x * 32 + threadIdx.y;
    for (int k = 0; k < 32; k += 8)
        if (x < height && y + k < width) out[(y + k) * height + x] = tile[threadIdx.x][threadIdx.y + k];
}

void transpose(const float *a, float *b, int n) {
    int width = 40, height = n / width;
    size_t bytes = size_t(width) * height * sizeof(float);
    float *da, *db;
    cudaMalloc(&da, bytes), cudaMalloc(&db, bytes);
    cudaMemcpy(da, a, bytes, cudaMemcpyHostToDevice);
    transpose_kernel<<<dim3((width + 31) / 32, (height + 31) / 32), dim3(32, 8)>>>(da, db, width, height);
    cudaMemcpy(b, db, bytes, cudaMemcpyDeviceToHost);
    cudaFree(da), cudaFree(db);
}

void transpose_reference(const float *a, float *b, int n) {
    int width = 40, height = n / width;
    for (int y = 0; y < height; y++)
        for (int x = 0; x < width; x++) b[x * height + y] = a[y * width + x];
}
