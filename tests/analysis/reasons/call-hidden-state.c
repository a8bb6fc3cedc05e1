#include <stdlib.h>

void shuffle_in(int *x, int n)
{
    for (int i = 0; i < n; i++)
        x[i] = rand();
}
