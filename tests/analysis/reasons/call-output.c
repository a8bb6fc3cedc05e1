#include <stdio.h>

void show(const double *x, int n)
{
    for (int i = 0; i < n; i++)
        printf("%g\n", x[i]);
}
