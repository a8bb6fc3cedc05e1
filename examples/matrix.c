#include <stddef.h>

/* c = a * b for row-major a (m x k), b (k x n), c (m x n). */
void multiply(const double *a, const double *b, double *c, size_t m, size_t k, size_t n)
{
    for (size_t i = 0; i < m; i++) {
        for (size_t j = 0; j < n; j++)
            c[i * n + j] = 0.0;
        for (size_t p = 0; p < k; p++) {
            double factor = a[i * k + p];
            for (size_t j = 0; j < n; j++)
                c[i * n + j] += factor * b[p * n + j];
        }
    }
}

/* y = A x with A in compressed sparse rows. */
void spmv(int rows, const int *row_start, const int *column, const double *value,
          const double *x, double *y)
{
    for (int r = 0; r < rows; r++) {
        double sum = 0.0;
        for (int e = row_start[r]; e < row_start[r + 1]; e++)
            sum += value[e] * x[column[e]];
        y[r] = sum;
    }
}
