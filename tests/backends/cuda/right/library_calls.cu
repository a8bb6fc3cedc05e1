#include <cub/cub.cuh>

struct Above {
    float limit;
    __host__ __device__ bool operator()(float x) const { return x > limit; }
};

void library_calls(const float *a, float *b, int n) {
    float *da, *db, *chosen;
    int *count, found;
    cudaMalloc(&da, n * sizeof(float)), cudaMalloc(&db, n * sizeof(float));
    cudaMalloc(&chosen, n * sizeof(float)), cudaMalloc(&count, sizeof(int));
    cudaMemcpy(da, a, n * sizeof(float), cudaMemcpyHostToDevice);
    void *storage = nullptr;
    size_t bytes = 0, more = 0;
    cub::DeviceSelect::If(nullptr, bytes, da, chosen, count, n, Above{100.0f});
    cub::DeviceRadixSort::SortKeys(nullptr, more, chosen, db, n);
    bytes = bytes < more ? more : bytes;
    cub::DeviceScan::InclusiveSum(nullptr, more, db, db, n);
    bytes = bytes < more ? more : bytes;
    cudaMalloc(&storage, bytes);
    cub::DeviceSelect::If(storage, bytes, da, chosen, count, n, Above{100.0f});
    cudaMemcpy(&found, count, sizeof(int), cudaMemcpyDeviceToHost);
    cub::DeviceRadixSort::SortKeys(storage, bytes, chosen, db, found);
    cub::DeviceScan::InclusiveSum(storage, bytes, db, db, found);
    cudaMemcpy(b, db, found * sizeof(float), cudaMemcpyDeviceToHost);
    cub::DeviceReduce::Sum(storage, bytes, da, chosen, n);
    cudaMemcpy(b + found, chosen, sizeof(float), cudaMemcpyDeviceToHost);
    cudaFree(da), cudaFree(db), cudaFree(chosen), cudaFree(count), cudaFree(storage);
}

#include <algorithm>
void library_calls_reference(const float *a, float *b, int n) {
    int found = 0;
    for (int i = 0; i < n; i++)
        if (a[i] > 100.0f) b[found++] = a[i];
    std::sort(b, b + found);
    for (int i = 1; i < found; i++) b[i] += b[i - 1];
    b[found] = 0;
    for (int i = 0; i < n; i++) b[found] += a[i];
}
