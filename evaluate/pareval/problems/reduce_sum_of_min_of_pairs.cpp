#include <algorithm>
#include <cstddef>
#include <numeric>
#include <vector>

// The sum of min(x_i, y_i).
double sumOfMinimumElements(std::vector<double> const &x, std::vector<double> const &y) {
    std::vector<double> smaller(x.size());
    std::transform(x.begin(), x.end(), y.begin(), smaller.begin(), [](double a, double b) { return std::min(a, b); });
    return std::reduce(smaller.begin(), smaller.end(), 0.0);
}
