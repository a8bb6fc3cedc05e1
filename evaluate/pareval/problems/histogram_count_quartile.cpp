#include <array>
#include <cstddef>
#include <vector>

// How many numbers have a fractional part in [0, 0.25), [0.25, 0.5), [0.5, 0.75) and [0.75, 1).
void countQuartiles(std::vector<double> const &x, std::array<size_t, 4> &bins) {
    for (size_t i = 0; i < x.size(); i += 1) {
        const double value = x[i];
        const double fraction = value - static_cast<int>(value);
        if (fraction < 0.25) {
            bins[0] += 1;
        } else if (fraction < 0.5) {
            bins[1] += 1;
        } else if (fraction < 0.75) {
            bins[2] += 1;
        } else {
            bins[3] += 1;
        }
    }
}
