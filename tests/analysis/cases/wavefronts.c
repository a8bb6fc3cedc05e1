/* Nests in which rows and columns depend on earlier ones: tiles along anti-diagonals, and what is not that. */
#include <stddef.h>
#define N 64

int table[N + 1][N + 1];
static int smaller(int a, int b) { return a < b ? a : b; }

void edit_distance(int n, int m, const char *a, const char *b, int *d)
{
    for (int i = 1; i <= n; i++)     /* parallel wavefront guarded Diagonal Disjoint */
        for (int j = 1; j <= m; j++) /* sequential: written by iteration j-1 (distance 1) */
            d[i * (m + 1) + j] = smaller(d[(i - 1) * (m + 1) + j - 1] + (a[i - 1] != b[j - 1]),
                                         smaller(d[(i - 1) * (m + 1) + j], d[i * (m + 1) + j - 1]) + 1);
}

void on_a_global(int n, int m)
{
    for (int i = 1; i <= n; i++) /* parallel wavefront proved Diagonal */
        for (int j = 1; j <= m; j++)
            table[i][j] = smaller(table[i - 1][j], table[i][j - 1]) + 1;
}

void rows_of_variable_length(int n, int m, double a[n][m])
{
    for (int i = 1; i < n; i++) /* parallel wavefront proved Diagonal */
        for (int j = 1; j < m; j++)
            a[i][j] += 0.5 * (a[i - 1][j] + a[i][j - 1]);
}

void the_local_of_a_row(int n, const char *s, const char *t, int table[N][N])
{
    for (int i = 1; i < n; i++) { /* parallel wavefront guarded Diagonal */
        const char c = s[i];
        for (int j = 1; j < n; j++)
            table[i][j] = c == t[j] ? table[i - 1][j - 1] + 1 : smaller(table[i - 1][j], table[i][j - 1]);
    }
}

void row_pointers(double *a, int n, int m)
{
    for (int i = 1; i < n; i++) { /* parallel wavefront any Diagonal */
        double *row = &a[i * m];
        const double *above = row - m;
        for (int j = 1; j < m; j++)
            row[j] += row[j - 1] * above[j];
    }
}

void old_style(double *a, int n)
{
    int i, j;
    double t;
    for (i = 1; i < n; i++) /* parallel wavefront proved Diagonal Private */
        for (j = 1; j < n; j++) {
            t = a[(i - 1) * n + j];
            a[i * n + j] = t + a[i * n + j - 1];
        }
}

void upward(double *a, int n)
{
    for (int i = n - 2; i >= 0; i--) /* parallel wavefront proved Diagonal */
        for (int j = n - 2; j >= 0; j--)
            a[i * n + j] += a[(i + 1) * n + j] - a[i * n + j + 1];
}

void rows_down_columns_up(double *a, int n)
{
    for (int i = n - 2; i >= 0; i--) /* parallel wavefront proved Diagonal */
        for (int j = 1; j < n; j++)
            a[i * n + j] += a[(i + 1) * n + j] - a[i * n + j - 1];
}

void gauss_seidel(double *a, int n)
{
    for (int i = 1; i < n - 1; i++) /* parallel wavefront proved Diagonal */
        for (int j = 1; j < n - 1; j++)
            a[i * n + j] = 0.25 * (a[(i - 1) * n + j] + a[(i + 1) * n + j] + a[i * n + j - 1] + a[i * n + j + 1]);
}

void seidel_nine_points(double a[N][N], int steps)
{
    for (int t = 0; t < steps; t++)         /* sequential: another iteration */
        for (int i = 1; i < N - 1; i++)     /* parallel wavefront proved Diagonal */
            for (int j = 1; j < N - 1; j++) /* sequential: a[i][j - 1] */
                a[i][j] = (a[i - 1][j - 1] + a[i - 1][j] + a[i - 1][j + 1] + a[i][j - 1] + a[i][j] + a[i][j + 1] +
                           a[i + 1][j - 1] + a[i + 1][j] + a[i + 1][j + 1]) / 9.0;
}

void smoothing_in_place(double *a, int steps, int n)
{
    for (int t = 0; t < steps; t++) /* parallel wavefront proved Diagonal */
        for (int i = 1; i < n - 1; i++)
            a[i] = (a[i - 1] + a[i] + a[i + 1]) / 3.0;
}

void triangular(double *a, int n)
{
    for (int i = 1; i < n; i++) /* parallel wavefront proved Diagonal */
        for (int j = 1; j <= i; j++)
            a[i * n + j] = a[(i - 1) * n + j] + a[i * n + j - 1];
}

void border_first(double *a, int n)
{
    for (int i = 1; i < n; i++) { /* parallel wavefront proved Diagonal */
        a[i * n] = i;
        for (int j = 1; j < n; j++)
            a[i * n + j] = a[(i - 1) * n + j] + a[i * n + j - 1];
    }
}

void factorize(const double *m, double *l, double *u, size_t n)
{
    for (size_t i = 0; i < n; i++) { /* parallel wavefront guarded Diagonal */
        for (size_t j = 0; j < n; j++) {
            if (j >= i) {
                u[i * n + j] = m[i * n + j];
                for (size_t k = 0; k < i; k++)
                    u[i * n + j] -= l[i * n + k] * u[k * n + j];
            } else {
                l[i * n + j] = m[i * n + j] / u[j * n + j];
                for (size_t k = 0; k < j; k++)
                    l[i * n + j] -= l[i * n + k] * u[k * n + j] / u[j * n + j];
            }
        }
        l[i * n + i] = 1.0;
    }
}

/* --- near misses ---------------------------------------------------------------------------------- */

void reads_the_end_of_the_row_above(double *a, int n)
{
    for (int i = 1; i < n; i++) /* sequential: written by iteration i-1 (distance 1) */
        for (int j = 1; j < n; j++)
            a[i * n + j] = a[i * n + j - 1] + a[(i - 1) * n + n - 1];
}

void too_far_to_the_right(double *a, int n)
{
    for (int i = 1; i < n; i++) /* sequential: a[(i - 1) * n + j + 3] */
        for (int j = 1; j < n - 3; j++)
            a[i * n + j] = a[i * n + j - 1] + a[(i - 1) * n + j + 3];
}

void mirrored(double *a, int n)
{
    for (int i = 1; i < n; i++) /* sequential: a[(i - 1) * n + n - 1 - j] */
        for (int j = 1; j < n; j++)
            a[i * n + j] = a[i * n + j - 1] + a[(i - 1) * n + n - 1 - j];
}

void border_last(double *a, int n)
{
    for (int i = 1; i < n; i++) { /* sequential: a[i * n] */
        for (int j = 1; j < n; j++)
            a[i * n + j] = a[(i - 1) * n] + a[i * n + j - 1];
        a[i * n] = a[i * n + n - 1];
    }
}

void a_sum_along_the_way(double *a, int n, double *total)
{
    double sum = 0.0;
    for (int i = 1; i < n; i++) /* sequential: sum depends on its value */
        for (int j = 1; j < n; j++) {
            a[i * n + j] = a[(i - 1) * n + j] + a[i * n + j - 1] + sum;
            sum = sum * 0.5 + a[i * n + j];
        }
    *total = sum;
}

void a_corner_that_rolls(int *row, int n, int m, const char *s, const char *t)
{
    for (int i = 1; i <= n; i++) { /* sequential: another iteration */
        int corner = row[0];
        row[0] = i;
        for (int j = 1; j <= m; j++) {
            int up = row[j];
            row[j] = smaller(smaller(up, row[j - 1]) + 1, corner + (s[i] != t[j]));
            corner = up;
        }
    }
}

int stops_early(int *a, int n)
{
    for (int i = 1; i < n; i++) /* sequential: return */
        for (int j = 1; j < n; j++) {
            a[i * n + j] = a[(i - 1) * n + j] + a[i * n + j - 1];
            if (a[i * n + j] > 1000)
                return i;
        }
    return n;
}

void the_row_decides_the_columns(int *a, int *end, int n)
{
    for (int i = 1; i < n; i++) { /* sequential: another iteration */
        for (int j = 1; j < end[i]; j++)
            a[i * n + j] = a[(i - 1) * n + j] + a[i * n + j - 1];
        end[i + 1] = a[i * n + 1];
    }
}

void indirect(int *a, const int *p, int n)
{
    for (int i = 1; i < n; i++) /* sequential: another iteration */
        for (int j = 1; j < n; j++)
            a[i * n + j] = a[i * n + p[j]] + a[(i - 1) * n + j];
}

void inner_is_independent(double *a, int n)
{
    for (int i = 1; i < n; i++)     /* sequential: iteration i-1 (distance 1) */
        for (int j = 1; j < n; j++) /* parallel map proved */
            a[i * n + j] = a[(i - 1) * n + j - 1] + 1.0;
}

void counters_before(double *a, int n)
{
    int i = 1;
    int j;
    while (i < n) { /* parallel wavefront any */
        j = 1;
        while (n > j) {
            a[i * n + j] = a[(i - 1) * n + j] + a[i * n + j - 1];
            j++;
        }
        i++;
    }
}

static void cell(double *a, int n, int i, int j)
{
    a[i * n + j] = a[(i - 1) * n + j] + a[i * n + j - 1];
}

void cells_in_a_helper(double *a, int n)
{
    for (int i = 1;; i++) { /* parallel wavefront any */
        if (!(i < n))
            break;
        for (int j = 1; j < n; j++)
            cell(a, n, i, j);
    }
}
