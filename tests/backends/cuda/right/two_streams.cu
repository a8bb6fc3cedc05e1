__global__ void twice_kernel(float *x, int n) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i < n) x[i] *= 2;
}

void two_streams(const float *a, float *b, int n) {
    float *pinned, *dx;
    cudaStream_t streams[2];
    cudaEvent_t done;
    cudaMallocHost(&pinned, n * sizeof(float));
    cudaMalloc(&dx, n * sizeof(float));
    cudaEventCreate(&done);
    for (int i = 0; i < n; i++) pinned[i] = a[i];
    int half = n / 2;
    for (int s = 0; s < 2; s++) {
        cudaStreamCreate(&streams[s]);
        int from = s * half, count = s == 0 ? half : n - half;
        cudaMemcpyAsync(dx + from, pinned + from, count * sizeof(float), cudaMemcpyHostToDevice, streams[s]);
        twice_kernel<<<(count + 63) / 64, 64, 0, streams[s]>>>(dx + from, count);
        cudaMemcpyAsync(pinned + from, dx + from, count * sizeof(float), cudaMemcpyDeviceToHost, streams[s]);
    }
    for (int s = 0; s < 2; s++) cudaStreamSynchronize(streams[s]), cudaStreamDestroy(streams[s]);
    cudaEventRecord(done);
    cudaEventSynchronize(done);
    cudaEventDestroy(done);
    for (int i = 0; i < n; i++) b[i] = pinned[i];
    cudaFreeHost(pinned);
    cudaFree(dx);
}

void two_streams_reference(const float *a, float *b, int n) {
    for (int i = 0; i < n; i++) b[i] = 2 * a[i];
}
