__global__ void reverse_kernel(const float *in, float *out, int n) {
    extern __shared__ float row[];
    for (int i = threadIdx.x; i < n; i += blockDim.x) row[i] = in[i];
    __syncthreads();
    for (int i = threadIdx.x; i < n; i += blockDim.x) out[i] = row[n - 1 - i];
}

void many_bytes_shared(const float *a, float *b, int n) {
    int count = n < 16000 ? n : 16000, bytes = 64000;
    float *da, *db;
    cudaMalloc(&da, count * sizeof(float)), cudaMalloc(&db, count * sizeof(float));
    cudaMemcpy(da, a, count * sizeof(float), cudaMemcpyHostToDevice);
    cudaFuncSetAttribute(reverse_kernel, cudaFuncAttributeMaxDynamicSharedMemorySize, bytes);
    reverse_kernel<<<1, 512, bytes>>>(da, db, count);
    if (cudaGetLastError() == cudaSuccess) cudaMemcpy(b, db, count * sizeof(float), cudaMemcpyDeviceToHost);
    cudaFree(da), cudaFree(db);
}

void many_bytes_shared_reference(const float *a, float *b, int n) {
    int count = n < 16000 ? n : 16000;
    for (int i = 0; i < count; i++) b[i] = a[count - 1 - i];
}
