/* Loop nests on linearised and on real matrices. */
#include <stddef.h>

void scale(double *a, int n, int m, double s)
{
    for (int i = 0; i < n; i++)     /* parallel map proved */
        for (int j = 0; j < m; j++) /* parallel map proved */
            a[i * m + j] *= s;
}

void wrong_stride(double *a, int n, int m, int k)
{
    for (int i = 0; i < n; i++)     /* parallel map guarded Holds */
        for (int j = 0; j < m; j++) /* parallel map proved */
            a[i * k + j] = 0.0;
}

void transpose_in_place(double *a, size_t n)
{
    for (size_t i = 0; i < n; i++) /* parallel map proved */
        for (size_t j = i + 1; j < n; j++) {
            double t = a[i * n + j];
            a[i * n + j] = a[j * n + i];
            a[j * n + i] = t;
        }
}

void transpose_in_place_twice(double *a, size_t n)
{
    for (size_t i = 0; i < n; i++) /* sequential: a[j * n + i] */
        for (size_t j = 0; j < n; j++)
            a[i * n + j] = a[j * n + i];
}

void cube(float *a, int x, int y, int z)
{
    for (int i = 0; i < x; i++)         /* parallel map proved */
        for (int j = 0; j < y; j++)     /* parallel map proved */
            for (int k = 0; k < z; k++) /* parallel map proved */
                a[(i * y + j) * z + k] = i + j + k;
}

void columns(double a[][100], int n)
{
    for (int j = 0; j < 100; j++) /* parallel map proved */
        for (int i = 1; i < n; i++) /* sequential: reads a[i - 1][j] */
            a[i][j] += a[i - 1][j];
}

void wavefront(double *a, int n)
{
    for (int i = 1; i < n; i++)     /* parallel wavefront proved Diagonal */
        for (int j = 1; j < n; j++) /* sequential: written by iteration j-1 (distance 1) */
            a[i * n + j] = a[(i - 1) * n + j] + a[i * n + j - 1];
}

void eliminate(double *a, int n)
{
    for (int k = 0; k < n - 1; k++)         /* sequential: iteration */
        for (int i = k + 1; i < n; i++) {   /* parallel map proved */
            double f = a[i * n + k] / a[k * n + k];
            a[i * n + k] = f;
            for (int j = k + 1; j < n; j++) /* parallel map proved */
                a[i * n + j] -= f * a[k * n + j];
        }
}

void triangle(double *a, int n)
{
    for (int i = 0; i < n; i++) /* parallel map proved */
        for (int j = 0; j < i; j++)
            a[i * n + j] = a[j * n + i];
}

void old_style(double *a, double *b, int n, int m)
{
    int i, j;
    double t;
    for (i = 0; i < n; i++)       /* parallel map guarded Private Private Disjoint */
        for (j = 0; j < m; j++) { /* parallel map guarded Private */
            t = a[i * m + j];
            b[i * m + j] = t * t;
        }
}

void rows(double *a, const double *x, int n, int m)
{
    for (int i = 0; i < n; i++) { /* parallel map guarded Disjoint */
        double *row = a + i * m;
        for (int j = 0; j < m; j++) /* parallel map any */
            row[j] += x[j];
    }
}

void rows_by_address(double *a, int n, int m)
{
    for (int i = 1; i < n; i++) { /* sequential: iteration i-1 (distance 1) */
        double *row = &a[i * m];
        const double *before = &a[(i - 1) * m];
        for (int j = 0; j < m; j++)
            row[j] += before[j];
    }
}

void bordered(double *d, int n, int m)
{
    for (int i = 0; i <= n; i++)     /* parallel map proved */
        for (int j = 0; j <= m; j++) /* parallel map proved */
            d[i * (m + 1) + j] = 0.0;
}

void first_column(int *d, int n, int m)
{
    for (int i = 0; i <= n; i++) /* parallel map any */
        d[i * (m + 1)] = i;
}

void edit_rows(int *d, int n, int m)
{
    for (int i = 1; i <= n; i++)     /* sequential: iteration i-1 (distance 1) */
        for (int j = 1; j <= m; j++) /* parallel map proved */
            d[i * (m + 1) + j] = d[(i - 1) * (m + 1) + j - 1] + 1;
}

void padded(double *a, int n, int m, int pad)
{
    for (int i = 0; i < n; i++)     /* parallel map any */
        for (int j = 0; j < m; j++)
            a[(i + pad) * (m + 2 * pad) + j + pad] = 1.0;
}

void interleaved(double *z, int n, int m)
{
    for (int i = 0; i < n; i++)     /* parallel map proved */
        for (int j = 0; j < m; j++) { /* parallel map proved */
            z[2 * (i * m + j)] = 1.0;
            z[2 * (i * m + j) + 1] = 0.0;
        }
}

void fixed_width(double *a, int n, int m)
{
    for (int i = 0; i < n; i++)     /* parallel map guarded Holds */
        for (int j = 0; j < m; j++) /* parallel map proved */
            a[i * 64 + j] = 1.0;
}
