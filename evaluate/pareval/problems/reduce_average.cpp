#include <numeric>
#include <vector>

// The average of the values.
double average(std::vector<double> const &x) {
    return std::reduce(x.begin(), x.end(), 0.0) / x.size();
}
