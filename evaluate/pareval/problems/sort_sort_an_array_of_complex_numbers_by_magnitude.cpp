#include <algorithm>
#include <complex>
#include <vector>

// Sorts by absolute value, ascending.
void sortComplexByMagnitude(std::vector<std::complex<double>> &x) {
    std::sort(x.begin(), x.end(), [](auto const &a, auto const &b) { return std::abs(a) < std::abs(b); });
}
