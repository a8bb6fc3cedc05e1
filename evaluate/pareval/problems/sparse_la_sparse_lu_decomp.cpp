#include <cstddef>
#include <vector>

struct COOElement {
    size_t row, column;
    double value;
};

// Factorizes the sparse N x N matrix A into dense L (unit diagonal) and U.
void luFactorize(std::vector<COOElement> const &A, std::vector<double> &L, std::vector<double> &U, size_t N) {
    std::vector<double> M(N * N, 0.0);
    for (auto const &a : A) {
        M[a.row * N + a.column] = a.value;
    }
    for (size_t i = 0; i < N; i += 1) {
        for (size_t j = 0; j < N; j += 1) {
            if (j >= i) {
                U[i * N + j] = M[i * N + j];
                for (size_t k = 0; k < i; k += 1) {
                    U[i * N + j] -= L[i * N + k] * U[k * N + j];
                }
            }
            if (i > j) {
                L[i * N + j] = M[i * N + j] / U[j * N + j];
                for (size_t k = 0; k < j; k += 1) {
                    L[i * N + j] -= L[i * N + k] * U[k * N + j] / U[j * N + j];
                }
            }
        }
        L[i * N + i] = 1.0;
    }
}
