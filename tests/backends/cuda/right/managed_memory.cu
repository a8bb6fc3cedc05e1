__global__ void square_kernel(const float *in, float *out, int n) {
    for (int i = blockIdx.x * blockDim.x + threadIdx.x; i < n; i += gridDim.x * blockDim.x) out[i] = in[i] * in[i];
}

void managed_memory(const float *a, float *b, int n) {
    float *in, *out;
    cudaMallocManaged(&in, n * sizeof(float));
    cudaMallocManaged(&out, n * sizeof(float));
    for (int i = 0; i < n; i++) in[i] = a[i];
    square_kernel<<<3, 64>>>(in, out, n);
    if (cudaDeviceSynchronize() != cudaSuccess) return;
    for (int i = 0; i < n; i++) b[i] = out[i];
    cudaFree(in), cudaFree(out);
}

void managed_memory_reference(const float *a, float *b, int n) {
    for (int i = 0; i < n; i++) b[i] = a[i] * a[i];
}
