template <int Block, typename F>
__global__ void apply_kernel(float *x, int n, F f) {
    int i = blockIdx.x * Block + threadIdx.x;
    if (i < n) x[i] = f(x[i], i);
}

struct Polynomial {
    float a, b;
    __device__ float operator()(float x, int i) const { return a * x + b * i; }
};

void function_argument(const float *a, float *b, int n) {
    constexpr int block = 96;
    float *dx;
    cudaMalloc(&dx, n * sizeof(float));
    cudaMemcpy(dx, a, n * sizeof(float), cudaMemcpyHostToDevice);
    apply_kernel<block, Polynomial>
        <<<(n + block - 1) / block,
           block>>>(dx, n, Polynomial{2.0f, 0.5f});
    cudaMemcpy(b, dx, n * sizeof(float), cudaMemcpyDeviceToHost);
    cudaFree(dx);
}

void function_argument_reference(const float *a, float *b, int n) {
    for (int i = 0; i < n; i++) b[i] = 2.0f * a[i] + 0.5f * i;
}
