#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

// The distance between the closest two numbers; 0 for fewer than two.
double closestPair(std::vector<double> const &x) {
    if (x.size() < 2) {
        return 0.0;
    }
    double closest = std::numeric_limits<double>::max();
    for (size_t i = 0; i < x.size() - 1; i += 1) {
        for (size_t j = i + 1; j < x.size(); j += 1) {
            closest = std::min(closest, std::abs(x[i] - x[j]));
        }
    }
    return closest;
}
