#include <cmath>
#include <cstddef>
#include <utility>
#include <vector>

struct COOElement {
    size_t row, column;
    double value;
};

// Solves A x = b for a sparse A by Gaussian elimination with partial pivoting.
void solveLinearSystem(std::vector<COOElement> const &A, std::vector<double> const &b, std::vector<double> &x, size_t N) {
    std::vector<double> M(N * N, 0.0), rhs(b);
    for (size_t e = 0; e < A.size(); e += 1) {
        M[A[e].row * N + A[e].column] = A[e].value;
    }
    for (size_t i = 0; i < N; i += 1) {
        x[i] = 0.0;
    }
    for (size_t k = 0; k < N; k += 1) {
        size_t pivot = k;
        double largest = std::abs(M[k * N + k]);
        for (size_t i = k + 1; i < N; i += 1) {
            if (std::abs(M[i * N + k]) > largest) {
                largest = std::abs(M[i * N + k]);
                pivot = i;
            }
        }
        if (pivot != k) {
            for (size_t j = k; j < N; j += 1) {
                std::swap(M[k * N + j], M[pivot * N + j]);
            }
            std::swap(rhs[k], rhs[pivot]);
        }
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
        double sum = rhs[i];
        for (size_t j = i + 1; j < N; j += 1) {
            sum -= M[i * N + j] * x[j];
        }
        x[i] = sum / M[i * N + i];
    }
}
