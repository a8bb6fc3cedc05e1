/* What calls do. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static double square(double x)
{
    return x * x;
}

static void set(double *p, int i, double x)
{
    p[i] = x;
}

static double total;

static void count(double x)
{
    total += x;
}

extern double somewhere(double x);

static int below(int n)
{
    return n < 2 ? n : below(n - 1) + below(n - 2);
}

void pure(double *a, int n)
{
    for (int i = 0; i < n; i++) /* parallel map proved */
        a[i] = square(sin(a[i]));
}

void through_pointer(double *a, int n)
{
    for (int i = 0; i < n; i++) /* parallel map proved */
        set(a, i, 2.0 * i);
}

void through_pointer_shifted(double *a, int n)
{
    for (int i = 0; i < n; i++) /* sequential: (distance 1) */
        set(a + i, 1, a[i]);
}

void hidden_global(double *a, int n)
{
    for (int i = 0; i < n; i++) /* parallel reduction any Accumulator */
        count(a[i]);
}

void random_values(double *a, int n)
{
    for (int i = 0; i < n; i++) /* sequential: calls rand (hidden state) */
        a[i] = rand();
}

void external(double *a, int n)
{
    for (int i = 0; i < n; i++) /* sequential: calls external function somewhere */
        a[i] = somewhere(a[i]);
}

void recursive(int *a, int n)
{
    for (int i = 0; i < n; i++) /* sequential: recursive */
        a[i] = below(a[i]);
}

void by_address(double *a, int n)
{
    for (int i = 0; i < n; i++) { /* parallel map proved */
        int e;
        a[i] = frexp(a[i], &e);
    }
}

void allocates(double *a, int n, int m)
{
    for (int i = 0; i < n; i++) { /* parallel map proved */
        double *t = malloc(m * sizeof *t);
        for (int k = 0; k < m; k++)
            t[k] = i + k;
        a[i] = t[m / 2];
        free(t);
    }
}
