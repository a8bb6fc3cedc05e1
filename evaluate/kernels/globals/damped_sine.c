#include <math.h>

#define N 1000000
double t[N], out[N];

void damped_sine(int n)
{
    for (int i = 0; i < n; i++)
        out[i] = sin(t[i]) * exp(-t[i]);
}
