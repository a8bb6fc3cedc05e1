#include <cmath>
#include <complex>
#include <cstddef>
#include <utility>
#include <vector>

// In-place inverse transform of x, whose length is a power of two, with the factor 1/n.
void ifft(std::vector<std::complex<double>> &x) {
    const size_t n = x.size();
    for (size_t i = 1, j = 0; i < n; i += 1) {
        size_t bit = n >> 1;
        for (; j & bit; bit >>= 1) {
            j ^= bit;
        }
        j ^= bit;
        if (i < j) {
            std::swap(x[i], x[j]);
        }
    }
    for (size_t len = 2; len <= n; len <<= 1) {
        const double angle = 2.0 * M_PI / len;
        const std::complex<double> step(std::cos(angle), std::sin(angle));
        for (size_t i = 0; i < n; i += len) {
            std::complex<double> w(1.0, 0.0);
            for (size_t j = 0; j < len / 2; j += 1) {
                const std::complex<double> u = x[i + j];
                const std::complex<double> v = x[i + j + len / 2] * w;
                x[i + j] = u + v;
                x[i + j + len / 2] = u - v;
                w *= step;
            }
        }
    }
    for (size_t i = 0; i < n; i += 1) {
        x[i] /= static_cast<double>(n);
    }
}
