/* Loops of which one iteration is set apart, and what must stay in order. */
#include <stddef.h>

void minus_the_first(double *v, int n)
{
    for (int i = 0; i < n; i++) /* parallel map proved */
        v[i] -= v[0];
}

void minus_the_last(double *v, int n)
{
    for (int i = 0; i < n; i++) /* parallel map proved */
        v[i] -= v[n - 1];
}

void minus_one_of_them(double *v, int n, int m)
{
    for (int i = 0; i < n; i++) /* parallel map proved */
        v[i] -= v[m];
}

void minus_a_row(double *a, size_t n, size_t r)
{
    for (size_t i = 0; i < n; i++) /* parallel map proved */
        for (size_t j = 0; j < n; j++)
            a[i * n + j] -= a[r * n + j];
}

void downward(double *v, int n)
{
    for (int i = n - 1; i >= 0; i--) { /* parallel map proved */
        double last = v[n - 1];
        v[i] = v[i] / last;
    }
}

double and_a_sum(double *v, int n)
{
    double sum = 0;
    for (int i = 0; i < n; i++) { /* parallel reduction proved */
        v[i] /= v[0];
        sum += v[i];
    }
    return sum;
}

/* --- near misses ---------------------------------------------------------------------------------- */

void two_of_them(double *v, int n, int m, int k)
{
    for (int i = 0; i < n; i++) /* sequential: which another iteration may write as v[i] */
        v[i] -= v[m] + v[k];
}

void one_that_moves(double *v, const int *p, int n)
{
    for (int i = 0; i < n; i++) /* sequential: which another iteration may write as v[i] */
        v[i] -= v[p[i]];
}

void leaves_in_the_middle(double *v, int n)
{
    for (int i = 0; i < n; i++) { /* sequential: v[0] */
        if (v[i] < 0)
            break;
        v[i] -= v[0];
    }
}

void halves(double *v, int n)
{
    for (int i = 0; i < n; i++) /* sequential: v[i / 2] */
        v[i] += v[i / 2];
}

void counter_lives_on(double *v, int n, int *end)
{
    int i;
    for (i = 0; i < n; i++) /* sequential: v[0] */
        v[i] -= v[0];
    *end = i;
}
