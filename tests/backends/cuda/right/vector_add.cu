__global__ void add_kernel(const float *a, float *b, int n) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i < n) b[i] = a[i] + b[i];
}

void vector_add(const float *a, float *b, int n) {
    float *da, *db;
    cudaMalloc(&da, n * sizeof(float));
    cudaMalloc((void **)&db, n * sizeof(float));
    cudaMemcpy(da, a, n * sizeof(float), cudaMemcpyHostToDevice);
    cudaMemcpy(db, b, n * sizeof(float), cudaMemcpyHostToDevice);
    add_kernel<<<(n + 255) / 256, 256>>>(da, db, n);
    cudaMemcpy(b, db, n * sizeof(float), cudaMemcpyDeviceToHost);
    cudaFree(da);
    cudaFree(db);
}

void vector_add_reference(const float *a, float *b, int n) {
    for (int i = 0; i < n; i++) b[i] = a[i] + b[i];
}
