#include <cmath>
#include <complex>
#include <cstddef>
#include <vector>

using Complex = std::complex<double>;

// In-place transform of a power of two of values; `sign` is -1 forward and 1 backward.
static void transform(std::vector<Complex> &x, double sign) {
    const size_t N = x.size();
    for (size_t i = 1, j = 0; i < N; i += 1) {
        size_t bit = N >> 1;
        for (; j & bit; bit >>= 1) {
            j ^= bit;
        }
        j ^= bit;
        if (i < j) {
            std::swap(x[i], x[j]);
        }
    }
    std::vector<Complex> root(N / 2);
    for (size_t k = 0; k < N / 2; k += 1) {
        root[k] = std::polar(1.0, sign * 2.0 * M_PI * k / N);
    }
    for (size_t length = 2; length <= N; length *= 2) {
        for (size_t i = 0; i < N; i += length) {
            for (size_t k = 0; k < length / 2; k += 1) {
                const Complex a = x[i + k], b = x[i + k + length / 2] * root[k * (N / length)];
                x[i + k] = a + b;
                x[i + k + length / 2] = a - b;
            }
        }
    }
}

// Bluestein's algorithm: any number of values as a convolution of a power of two.
void dft(std::vector<double> const &x, std::vector<Complex> &output) {
    const size_t N = x.size();
    output.resize(N);
    if (N == 0) {
        return;
    }
    if ((N & (N - 1)) == 0) {
        std::vector<Complex> work(x.begin(), x.end());
        transform(work, -1.0);
        output = work;
        return;
    }
    size_t M = 1;
    while (M < 2 * N - 1) {
        M *= 2;
    }
    std::vector<Complex> chirp(N), a(M), b(M);
    for (size_t k = 0; k < N; k += 1) {
        chirp[k] = std::polar(1.0, -M_PI * static_cast<double>(k * k % (2 * N)) / N);
        a[k] = x[k] * chirp[k];
        b[k] = std::conj(chirp[k]);
        if (k > 0) {
            b[M - k] = b[k];
        }
    }
    transform(a, -1.0);
    transform(b, -1.0);
    for (size_t k = 0; k < M; k += 1) {
        a[k] *= b[k];
    }
    transform(a, 1.0);
    for (size_t k = 0; k < N; k += 1) {
        output[k] = a[k] / static_cast<double>(M) * chirp[k];
    }
}
