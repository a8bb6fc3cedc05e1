#include <cstddef>
#include <vector>

// Factorizes the N x N matrix A into L and U, both stored in A; L has a unit diagonal.
void luFactorize(std::vector<double> &A, size_t N) {
    for (size_t k = 0; k < N; k += 1) {
        for (size_t i = k + 1; i < N; i += 1) {
            const double factor = A[i * N + k] / A[k * N + k];
            A[i * N + k] = factor;
            for (size_t j = k + 1; j < N; j += 1) {
                A[i * N + j] -= factor * A[k * N + j];
            }
        }
    }
}
