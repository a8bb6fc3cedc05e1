// Each function stands under the algorithms that may take its loops' place; "none": near misses.
#include <algorithm>
#include <cmath>
#include <complex>
#include <cstddef>
#include <vector>

// where a nest has a short outer loop, parts of the inner one around it, each from a power in a table
void transform(std::vector<std::complex<double>> &x) {
    const size_t n = x.size();
    for (size_t len = 2; len <= n; len <<= 1) {
        const double angle = 6.283185307179586 / len;
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
}

// none: each row has a rate of its own
void own_rates(double *out, int rows, int columns, const double *rate) {
    for (int i = 0; i < rows; i++) {
        double factor = 1.0;
        for (int j = 0; j < columns; j++) {
            out[i * columns + j] += factor;
            factor *= rate[i];
        }
    }
}

// none: the rows build on each other
void cumulated(double *out, int rows, int columns, double rate) {
    for (int i = 1; i < rows; i++) {
        double factor = 1.0;
        for (int j = 0; j < columns; j++) {
            out[i * columns + j] += factor * out[(i - 1) * columns + j];
            factor *= rate;
        }
    }
}

// none: the columns build on each other
void chained(double *out, int rows, int columns, double rate) {
    for (int i = 0; i < rows; i++) {
        double factor = 1.0;
        for (int j = 1; j < columns; j++) {
            out[i * columns + j] += factor * out[i * columns + j - 1];
            factor *= rate;
        }
    }
}

// none: the factor is set back on the way
void set_back(double *out, int rows, int columns, double rate) {
    for (int i = 0; i < rows; i++) {
        double factor = 1.0;
        for (int j = 0; j < columns; j++) {
            if (j % 7 == 0) factor = 1.0;
            out[i * columns + j] += factor;
            factor *= rate;
        }
    }
}
