void transpose_onto(double *a, int n)
{
    for (int i = 0; i < n; i++)
        a[n - 1 - i] += a[i];
}
