#include <cstddef>
#include <vector>

// Solves A x = b by Gaussian elimination without pivoting.
void solveLinearSystem(std::vector<double> const &A, std::vector<double> const &b, std::vector<double> &x, size_t N) {
    std::vector<double> M(A), rhs(b);
    for (size_t k = 0; k < N; k += 1) {
        for (size_t i = k + 1; i < N; i += 1) {
            const double factor = M[i * N + k] / M[k * N + k];
            for (size_t j = k; j < N; j += 1) {
                M[i * N + j] -= factor * M[k * N + j];
            }
            rhs[i] -= factor * rhs[k];
        }
    }
    for (size_t row = N; row > 0; row -= 1) {
        const size_t i = row - 1;
        double sum = 0.0;
        for (size_t j = i + 1; j < N; j += 1) {
            sum += M[i * N + j] * x[j];
        }
        x[i] = (rhs[i] - sum) / M[i * N + i];
    }
}
