__global__ void scale_kernel(const float4 *in, float4 *out, float by, int quads) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i >= quads) return;
    float4 v = __ldg(in + i);
    out[i] = make_float4(v.x * by, v.y * by, v.z * by, v.w * by);
}

void wide_loads(const float *a, float *b, int n) {
    int quads = n / 4;
    float4 *in, *out;
    cudaMalloc(&in, quads * sizeof(float4)), cudaMalloc(&out, quads * sizeof(float4));
    cudaMemcpy(in, a, quads * sizeof(float4), cudaMemcpyHostToDevice);
    scale_kernel<<<(quads + 63) / 64, 64>>>(in, out, 3.0f, quads);
    cudaMemcpy(b, out, quads * sizeof(float4), cudaMemcpyDeviceToHost);
    cudaFree(in), cudaFree(out);
}

void wide_loads_reference(const float *a, float *b, int n) {
    for (int i = 0; i < n / 4 * 4; i++) b[i] = 3.0f * a[i];
}
