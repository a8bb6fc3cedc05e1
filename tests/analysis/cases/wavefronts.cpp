// Wavefronts over containers.
#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

int edit_distance(const std::string &a, const std::string &b) {
    std::vector<std::vector<int>> d(a.size() + 1, std::vector<int>(b.size() + 1));
    for (size_t i = 0; i <= a.size(); ++i) d[i][0] = i; /* parallel map any */
    for (size_t j = 0; j <= b.size(); ++j) d[0][j] = j; /* parallel map any */
    for (size_t i = 1; i <= a.size(); ++i)              /* parallel wavefront any Diagonal */
        for (size_t j = 1; j <= b.size(); ++j)
            d[i][j] = std::min({d[i - 1][j] + 1, d[i][j - 1] + 1, d[i - 1][j - 1] + (a[i - 1] != b[j - 1])});
    return d[a.size()][b.size()];
}

void longest_common(const std::vector<int> &x, const std::vector<int> &y, std::vector<int> &length) {
    const size_t columns = y.size() + 1;
    for (size_t i = 1; i <= x.size(); i++) { /* parallel wavefront any Diagonal */
        for (size_t j = 1; j < columns; j++) {
            if (x[i - 1] == y[j - 1])
                length[i * columns + j] = length[(i - 1) * columns + j - 1] + 1;
            else
                length[i * columns + j] = std::max(length[(i - 1) * columns + j], length[i * columns + j - 1]);
        }
    }
}

void by_reference(std::vector<std::vector<double>> &grid) {
    for (size_t i = 1; i < grid.size(); i++) { /* parallel wavefront any Diagonal */
        auto &row = grid[i];
        const auto &above = grid[i - 1];
        for (size_t j = 1; j < 100; j++) row[j] = 0.5 * (row[j - 1] + above[j]);
    }
}

void grows(std::vector<std::vector<int>> &grid, size_t n) {
    for (size_t i = 1; i < n; i++) { /* sequential: grid[i - 1][j] */
        for (size_t j = 1; j < n; j++) grid[i][j] = grid[i - 1][j] + grid[i][j - 1];
        grid.push_back(grid[i]);
    }
}

void may_throw(std::vector<int> &a, size_t n) {
    for (size_t i = 1; i < n; i++) /* sequential: a[(i - 1) * n + j] */
        for (size_t j = 1; j < n; j++) a.at(i * n + j) = a[(i - 1) * n + j] + a[i * n + j - 1];
}

void packed(std::vector<bool> &a, size_t n) {
    for (size_t i = 1; i < n; i++) /* sequential: share a word */
        for (size_t j = 1; j < n; j++) a[i * n + j] = a[(i - 1) * n + j] != a[i * n + j - 1];
}
