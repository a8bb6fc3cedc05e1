#include <cstddef>
#include <vector>

// y = A x for row-major A (M x N).
void gemv(std::vector<double> const &A, std::vector<double> const &x, std::vector<double> &y, size_t M, size_t N) {
    for (size_t i = 0; i < M; i += 1) {
        y[i] = 0.0;
        for (size_t j = 0; j < N; j += 1) {
            y[i] += A[i * N + j] * x[j];
        }
    }
}
