#include <stdlib.h>

void release(double **rows, int n)
{
    for (int i = 0; i < n; i++)
        free(rows[i]);
}
