void shift(double *x, int n)
{
    for (int i = 0; i < n; i++)
        x[i] -= x[0];
}
