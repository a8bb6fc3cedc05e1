/* Loops of which some statements get a loop of their own, and what must stay together. */
#include <math.h>
#include <stddef.h>

void a_map_in_front(double *a, double *b, const double *c, int n)
{
    for (int i = 1; i < n; i++) { /* parallel map;sequential guarded Disjoint */
        a[i] = sqrt(c[i]) * 2.0 + exp(c[i]);
        b[i] = b[i - 1] * b[i - 1] + a[i];
    }
}

void a_map_behind(double *restrict y, double *restrict z, int n)
{
    for (int i = 1; i < n; i++) { /* parallel sequential;map proved */
        y[i] = y[i - 1] * y[i - 1] + 1.0;
        z[i] = exp(y[i]) * sqrt(y[i] + 2.0);
    }
}

double a_value_that_flows(const double *c, int n)
{
    double s = 0.5;
    for (int i = 0; i < n; i++) { /* parallel map;sequential proved */
        double t = exp(c[i]) / (1.0 + c[i]);
        s = sin(s) + t;
    }
    return s;
}

void a_state_in_front(unsigned *state, float *out, int n)
{
    unsigned s = *state;
    for (int k = n - 1; k >= 0; k--) { /* parallel sequential;map proved */
        s ^= s << 13;
        s ^= s >> 17;
        s ^= s << 5;
        out[k] = sqrtf((float)(s % 1000)) + expf((float)(s & 15));
    }
    *state = s;
}

void rows_behind(double *restrict y, double *restrict z, const double *m, int n)
{
    for (int i = 1; i < n; i++) { /* parallel sequential;map proved */
        const double *row = m + i * n;
        y[i] = y[i - 1] * y[i - 1] + row[0];
        for (int j = 0; j < n; j++)
            z[i * n + j] = y[i] * row[j];
    }
}

void declared_outside(double *a, const double *c, int n)
{
    double t;
    for (int i = 1; i < n; i++) { /* parallel map;sequential guarded */
        t = exp(c[i]);
        a[i] = a[i - 1] * a[i - 1] + t;
    }
}

/* --- near misses ---------------------------------------------------------------------------------- */

void a_cycle(double *y, double *z, int n)
{
    for (int i = 1; i < n; i++) { /* sequential: reads y[i - 1] */
        z[i] = exp(y[i - 1]);
        y[i] = sin(y[i - 1]) + z[i];
    }
}

void a_cycle_through_a_variable(double *a, const double *c, int n)
{
    double t = 0;
    for (int i = 0; i < n; i++) { /* sequential: t depends on its value */
        a[i] = exp(c[i] + t);
        t = sin(t) + a[i];
    }
}

void too_little(double *restrict a, double *restrict b, const double *restrict c, int n)
{
    for (int i = 1; i < n; i++) { /* sequential: reads b[i - 1] */
        a[i] = c[i];
        b[i] = b[i - 1] * b[i - 1] + c[i];
    }
}

void leaves_in_between(double *restrict a, double *restrict b, const double *restrict c, int n)
{
    for (int i = 1; i < n; i++) { /* sequential: may leave the loop early */
        a[i] = exp(c[i]) * sqrt(c[i]);
        if (a[i] > 1e6)
            break;
        b[i] = b[i - 1] * b[i - 1] + a[i];
    }
}

void through_an_unknown_subscript(double *a, const int *p, int n)
{
    double s = 1;
    for (int i = 0; i < n; i++) { /* sequential: s depends on its value */
        a[p[i]] = exp(a[p[i] + 1]) * sqrt(s);
        s = sin(s) * a[i];
    }
}

void inner_loops_stay_parallel(double *restrict a, double *restrict b, int n)
{
    for (int i = 1; i < n; i++) { /* sequential: written by iteration i-1 */
        a[i] = exp(a[i]) * sqrt(a[i]);
        for (int j = 0; j < n; j++) /* parallel map proved */
            b[i * n + j] = b[(i - 1) * n + j] * b[(i - 1) * n + j] + 1;
    }
}
