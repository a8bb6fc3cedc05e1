#include <cmath>
#include <complex>
#include <cstddef>
#include <utility>
#include <vector>

// Transform of x, whose length is a power of two; real parts into r, imaginary parts into i.
void fft(std::vector<std::complex<double>> const &x, std::vector<double> &r, std::vector<double> &i) {
    const size_t n = x.size();
    std::vector<std::complex<double>> work(x);
    for (size_t a = 1, b = 0; a < n; a += 1) {
        size_t bit = n >> 1;
        for (; b & bit; bit >>= 1) {
            b ^= bit;
        }
        b ^= bit;
        if (a < b) {
            std::swap(work[a], work[b]);
        }
    }
    for (size_t len = 2; len <= n; len <<= 1) {
        const double angle = -2.0 * M_PI / len;
        const std::complex<double> step(std::cos(angle), std::sin(angle));
        for (size_t a = 0; a < n; a += len) {
            std::complex<double> w(1.0, 0.0);
            for (size_t j = 0; j < len / 2; j += 1) {
                const std::complex<double> u = work[a + j];
                const std::complex<double> v = work[a + j + len / 2] * w;
                work[a + j] = u + v;
                work[a + j + len / 2] = u - v;
                w *= step;
            }
        }
    }
    r.resize(n);
    i.resize(n);
    for (size_t a = 0; a < n; a += 1) {
        r[a] = work[a].real();
        i[a] = work[a].imag();
    }
}
