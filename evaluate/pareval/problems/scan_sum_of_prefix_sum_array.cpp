#include <cstddef>
#include <numeric>
#include <vector>

// The sum of all prefix sums.
double sumOfPrefixSum(std::vector<double> const &x) {
    std::vector<double> prefix(x.size());
    std::inclusive_scan(x.begin(), x.end(), prefix.begin());
    return std::accumulate(prefix.begin(), prefix.end(), 0.0);
}
