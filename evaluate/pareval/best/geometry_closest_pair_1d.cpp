#include <algorithm>
#include <cstddef>
#include <limits>
#include <vector>

// The closest two numbers are neighbours in sorted order.
double closestPair(std::vector<double> const &x) {
    if (x.size() < 2) {
        return 0.0;
    }
    std::vector<double> sorted = x;
    std::sort(sorted.begin(), sorted.end());
    double closest = std::numeric_limits<double>::max();
    for (size_t i = 1; i < sorted.size(); i += 1) {
        closest = std::min(closest, sorted[i] - sorted[i - 1]);
    }
    return closest;
}
