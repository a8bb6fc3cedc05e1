__global__ void result_stays(const float *a, float *b, int n) {  // !WrongOutput
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i < n) b[i] = 2 * a[i];
}

void missing_copy_back(const float *a, float *b, int n) {
    float *da, *db;
    cudaMalloc(&da, n * sizeof(float)), cudaMalloc(&db, n * sizeof(float));
    cudaMemcpy(da, a, n * sizeof(float), cudaMemcpyHostToDevice);
    result_stays<<<(n + 63) / 64, 64>>>(da, db, n);
    cudaFree(da), cudaFree(db);
}

void missing_copy_back_reference(const float *a, float *b, int n) {
    for (int i = 0; i < n; i++) b[i] = 2 * a[i];
}
