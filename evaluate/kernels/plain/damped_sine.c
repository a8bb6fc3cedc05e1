#include <math.h>

void damped_sine(int n, double *t, double *out)
{
    for (int i = 0; i < n; i++)
        out[i] = sin(t[i]) * exp(-t[i]);
}
