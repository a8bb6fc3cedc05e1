#include <cstddef>
#include <vector>

struct COOElement {
    size_t row, column;
    double value;
};

// The elements of X by row, so that each element of A meets only those that it is multiplied with.
void spmm(std::vector<COOElement> const &A, std::vector<COOElement> const &X, std::vector<double> &Y, size_t M, size_t K, size_t N) {
    Y.assign(M * N, 0.0);
    std::vector<size_t> start(K + 1, 0), order(X.size());
    for (auto const &x : X) {
        start[x.row + 1] += 1;
    }
    for (size_t k = 0; k < K; k += 1) {
        start[k + 1] += start[k];
    }
    std::vector<size_t> next(start.begin(), start.end() - 1);
    for (size_t e = 0; e < X.size(); e += 1) {
        order[next[X[e].row]++] = e;
    }
    for (auto const &a : A) {
        for (size_t k = start[a.column]; k < start[a.column + 1]; k += 1) {
            auto const &x = X[order[k]];
            Y[a.row * N + x.column] += a.value * x.value;
        }
    }
}
