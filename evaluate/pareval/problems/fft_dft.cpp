#include <cmath>
#include <complex>
#include <cstddef>
#include <vector>

// Discrete Fourier transform of the real signal x by its definition.
void dft(std::vector<double> const &x, std::vector<std::complex<double>> &output) {
    const size_t N = x.size();
    output.resize(N);
    for (size_t k = 0; k < N; k += 1) {
        std::complex<double> sum(0.0, 0.0);
        for (size_t n = 0; n < N; n += 1) {
            const double angle = -2.0 * M_PI * k * n / N;
            sum += x[n] * std::complex<double>(std::cos(angle), std::sin(angle));
        }
        output[k] = sum;
    }
}
