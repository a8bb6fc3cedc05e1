#include <cstddef>
#include <vector>

struct COOElement {
    size_t row, column;
    double value;
};

// y = alpha A x + beta y for sparse A (M x N).
void spmv(double alpha, std::vector<COOElement> const &A, std::vector<double> const &x, double beta, std::vector<double> &y, size_t M, size_t N) {
    for (size_t i = 0; i < M; i += 1) {
        y[i] *= beta;
    }
    for (auto const &element : A) {
        if (element.row < M && element.column < N) {
            y[element.row] += alpha * element.value * x[element.column];
        }
    }
}
