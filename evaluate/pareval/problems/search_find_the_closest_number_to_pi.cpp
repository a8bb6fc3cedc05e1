#include <cmath>
#include <cstddef>
#include <vector>

// The position of the value closest to pi, the first of equals.
size_t findClosestToPi(std::vector<double> const &x) {
    size_t index = 0;
    double smallest = std::abs(x[0] - M_PI);
    for (size_t i = 1; i < x.size(); i += 1) {
        const double difference = std::abs(x[i] - M_PI);
        if (difference < smallest) {
            smallest = difference;
            index = i;
        }
    }
    return index;
}
