#include <cstddef>
#include <vector>

struct COOElement {
    size_t row, column;
    double value;
};

// Y = A X for sparse A (M x K) and X (K x N); Y is dense and row-major.
void spmm(std::vector<COOElement> const &A, std::vector<COOElement> const &X, std::vector<double> &Y, size_t M, size_t K, size_t N) {
    Y.assign(M * N, 0.0);
    for (auto const &a : A) {
        for (auto const &x : X) {
            if (a.column == x.row) {
                Y[a.row * N + x.column] += a.value * x.value;
            }
        }
    }
}
