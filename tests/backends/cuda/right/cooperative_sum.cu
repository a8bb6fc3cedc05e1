#include <cooperative_groups.h>
#include <cooperative_groups/reduce.h>
namespace cg = cooperative_groups;

__global__ void tiles_kernel(const float *a, float *sum, int n) {
    cg::thread_block block = cg::this_thread_block();
    auto tile = cg::tiled_partition<16>(block);
    __shared__ float partial[128 / 16];
    int i = blockIdx.x * block.size() + block.thread_rank();
    float v = i < n ? a[i] : 0;
    for (int d = tile.size() / 2; d > 0; d /= 2) v += tile.shfl_down(v, d);
    if (tile.thread_rank() == 0) partial[tile.meta_group_rank()] = v;
    block.sync();
    if (block.thread_rank() < 32) {
        auto warp = cg::tiled_partition<32>(block);
        v = cg::reduce(warp, warp.thread_rank() < 8 ? partial[warp.thread_rank()] : 0.0f, cg::plus<float>());
        if (warp.thread_rank() == 0) atomicAdd(sum, v);
    }
}

void cooperative_sum(const float *a, float *b, int n) {
    float *da, *sum;
    cudaMalloc(&da, n * sizeof(float)), cudaMalloc(&sum, sizeof(float));
    cudaMemcpy(da, a, n * sizeof(float), cudaMemcpyHostToDevice);
    cudaMemset(sum, 0, sizeof(float));
    tiles_kernel<<<(n + 127) / 128, 128>>>(da, sum, n);
    cudaMemcpy(b, sum, sizeof(float), cudaMemcpyDeviceToHost);
    cudaFree(da), cudaFree(sum);
}

void cooperative_sum_reference(const float *a, float *b, int n) {
    b[0] = 0;
    for (int i = 0; i < n; i++) b[0] += a[i];
}
