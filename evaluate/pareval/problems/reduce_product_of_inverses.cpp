#include <cstddef>
#include <functional>
#include <numeric>
#include <vector>

// The product of the values at even positions and the inverses of those at odd positions.
double productWithInverses(std::vector<double> const &x) {
    std::vector<double> factors;
    for (size_t i = 0; i < x.size(); i += 1) {
        if (i % 2 == 0) {
            factors.push_back(x[i]);
        } else {
            factors.push_back(1.0 / x[i]);
        }
    }
    return std::reduce(factors.begin(), factors.end(), 1.0, std::multiplies<double>());
}
