struct Range {
    int first, last;
    float scale;
};
__constant__ float weights[5];
__device__ int visited;

__global__ void filter_kernel(const float *in, float *out, Range range, int n) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i >= n) return;
    float sum = 0;
    for (int k = range.first; k <= range.last; k++)
        if (i + k >= 0 && i + k < n) sum += weights[k + 2] * in[i + k];
    out[i] = range.scale * sum;
    atomicAdd(&visited, 1);
}

void constant_filter(const float *a, float *b, int n) {
    const float host[5] = {1, 2, 4, 2, 1};
    const int zero = 0;
    int count;
    float *da, *db;
    cudaMalloc(&da, n * sizeof(float)), cudaMalloc(&db, n * sizeof(float));
    cudaMemcpyToSymbol(weights, host, sizeof host);
    cudaMemcpyToSymbol(visited, &zero, sizeof zero);
    cudaMemcpy(da, a, n * sizeof(float), cudaMemcpyHostToDevice);
    filter_kernel<<<(n + 255) / 256, 256>>>(da, db, Range{-2, 2, 0.1f}, n);
    cudaMemcpyFromSymbol(&count, visited, sizeof count);
    cudaMemcpy(b, db, n * sizeof(float), cudaMemcpyDeviceToHost);
    if (count != n) b[0] = -1;
    cudaFree(da), cudaFree(db);
}

void constant_filter_reference(const float *a, float *b, int n) {
    const float weight[5] = {1, 2, 4, 2, 1};
    for (int i = 0; i < n; i++) {
        float sum = 0;
        for (int k = -2; k <= 2; k++)
            if (i + k >= 0 && i + k < n) sum += weight[k + 2] * a[i + k];
        b[i] = 0.1f * sum;
    }
}
