#include <algorithm>
#include <vector>

// Replaces each value by 1 - 1/value.
void oneMinusInverse(std::vector<double> &x) {
    std::transform(x.begin(), x.end(), x.begin(), [](double value) { return 1.0 - 1.0 / value; });
}
