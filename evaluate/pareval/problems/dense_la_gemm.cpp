#include <cstddef>
#include <vector>

// C = A B for row-major A (M x K), B (K x N), C (M x N).
void gemm(std::vector<double> const &A, std::vector<double> const &B, std::vector<double> &C, size_t M, size_t K, size_t N) {
    for (size_t i = 0; i < M; i += 1) {
        for (size_t j = 0; j < N; j += 1) {
            C[i * N + j] = 0.0;
        }
        for (size_t k = 0; k < K; k += 1) {
            for (size_t j = 0; j < N; j += 1) {
                C[i * N + j] += A[i * K + k] * B[k * N + j];
            }
        }
    }
}
