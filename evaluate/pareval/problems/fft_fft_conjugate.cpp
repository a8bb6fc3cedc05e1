#include <cmath>
#include <complex>
#include <cstddef>
#include <utility>
#include <vector>

// In-place transform of x, whose length is a power of two; the result is conjugated.
void fftConjugate(std::vector<std::complex<double>> &x) {
    const size_t n = x.size();
    size_t k = n;
    double theta = M_PI / n;
    std::complex<double> phi(std::cos(theta), -std::sin(theta));
    while (k > 1) {
        const size_t previous = k;
        k >>= 1;
        phi = phi * phi;
        std::complex<double> t(1.0, 0.0);
        for (size_t l = 0; l < k; l += 1) {
            for (size_t a = l; a < n; a += previous) {
                const size_t b = a + k;
                const std::complex<double> difference = x[a] - x[b];
                x[a] += x[b];
                x[b] = difference * t;
            }
            t *= phi;
        }
    }
    unsigned int bits = 0;
    while ((size_t(1) << bits) < n) {
        bits += 1;
    }
    for (size_t a = 0; a < n; a += 1) {
        size_t b = 0;
        for (unsigned int s = 0; s < bits; s += 1) {
            b |= ((a >> s) & 1) << (bits - 1 - s);
        }
        if (b > a) {
            std::swap(x[a], x[b]);
        }
    }
    for (size_t i = 0; i < n; i += 1) {
        x[i] = std::conj(x[i]);
    }
}
