#include <algorithm>
#include <vector>

// Replaces negative values by 0.
void relu(std::vector<double> &x) {
    std::transform(x.begin(), x.end(), x.begin(), [](double value) { return std::max(value, 0.0); });
}
