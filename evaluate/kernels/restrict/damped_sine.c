#include <math.h>

void damped_sine(int n, const double t[restrict n], double out[restrict n])
{
    for (int i = 0; i < n; i++)
        out[i] = sin(t[i]) * exp(-t[i]);
}
