// Kernels that show what a device can do at best: copy memory, and multiply and add in registers. `probe.py` times them.

// Copies `count` words of 16 bytes: one read and one write of each.
extern "C" __global__ void copy_words(const uint4 *__restrict__ from, uint4 *__restrict__ to, unsigned long long count)
{
    const unsigned long long step = (unsigned long long)gridDim.x * blockDim.x;
    for (unsigned long long k = (unsigned long long)blockIdx.x * blockDim.x + threadIdx.x; k < count; k += step)
        to[k] = from[k];
}

// Eight independent chains of `steps` fused multiply-adds a thread: 16 * steps operations. What it writes depends on all
// of them, so that none is left out.
template <class T>
__device__ void multiply_add(T *out, T factor, int steps)
{
    const unsigned thread = blockIdx.x * blockDim.x + threadIdx.x;
    T chains[8];
    for (int c = 0; c < 8; c++)
        chains[c] = T(thread % 32 + c);
    for (int k = 0; k < steps; k++)
#pragma unroll
        for (int c = 0; c < 8; c++)
            chains[c] = chains[c] * factor + T(1);
    T sum = 0;
    for (int c = 0; c < 8; c++)
        sum += chains[c];
    out[thread] = sum;
}

extern "C" __global__ void multiply_add_float(float *out, float factor, int steps)
{
    multiply_add(out, factor, steps);
}

extern "C" __global__ void multiply_add_double(double *out, double factor, int steps)
{
    multiply_add(out, factor, steps);
}
