#include <array>
#include <cstddef>
#include <vector>

// How many of the values in [0, 100) fall into each of ten bins of equal width.
void binsBy10Count(std::vector<double> const &x, std::array<size_t, 10> &bins) {
    for (size_t i = 0; i < x.size(); i += 1) {
        const size_t bin = x[i] / 10;
        bins[bin] += 1;
    }
}
