#include <numeric>
#include <vector>

// output_i = x_0 + ... + x_i.
void prefixSum(std::vector<double> const &x, std::vector<double> &output) {
    std::inclusive_scan(x.begin(), x.end(), output.begin());
}
