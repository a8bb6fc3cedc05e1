__global__ void count_kernel(const float *a, unsigned long long *count, int n) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    unsigned found = __ballot_sync(~0u, i < n && a[i] > 100);
    if (threadIdx.x % 32 == 0) atomicAdd(count, (unsigned long long)__popc(found));
    int block = __syncthreads_count(i < n && a[i] > 200);
    if (threadIdx.x == 0) atomicAdd(count + 1, (unsigned long long)block);
}

void ballot_count(const float *a, float *b, int n) {
    float *da;
    unsigned long long *count, host[2];
    cudaMalloc(&da, n * sizeof(float)), cudaMalloc(&count, sizeof host);
    cudaMemset(count, 0, sizeof host);
    cudaMemcpy(da, a, n * sizeof(float), cudaMemcpyHostToDevice);
    count_kernel<<<(n + 127) / 128, 128>>>(da, count, n);
    cudaMemcpy(host, count, sizeof host, cudaMemcpyDeviceToHost);
    b[0] = host[0], b[1] = host[1];
    cudaFree(da), cudaFree(count);
}

void ballot_count_reference(const float *a, float *b, int n) {
    b[0] = b[1] = 0;
    for (int i = 0; i < n; i++) b[0] += a[i] > 100, b[1] += a[i] > 200;
}
