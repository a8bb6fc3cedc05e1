__global__ void sums_twice(const float *a, float *b, int n) {
    __shared__ float line[64], sum;
    int t = threadIdx.x;
    for (int k = 0; k + 64 <= n; k += 64) {
        line[t] = a[k + t];
        __syncthreads();
        if (t == 0) {
            sum = 0;  // !Race
            for (int j = 0; j < 64; j++) sum += line[j];  // !Race
        }
        b[k + t] = line[t] / sum;  // !Race
    }
}

void result_read_too_early(const float *a, float *b, int n) {
    float *da, *db;
    cudaMalloc(&da, n * sizeof(float)), cudaMalloc(&db, n * sizeof(float));
    cudaMemcpy(da, a, n * sizeof(float), cudaMemcpyHostToDevice);
    cudaMemcpy(db, b, n * sizeof(float), cudaMemcpyHostToDevice);
    sums_twice<<<1, 64>>>(da, db, n);
    cudaMemcpy(b, db, n * sizeof(float), cudaMemcpyDeviceToHost);
    cudaFree(da), cudaFree(db);
}
