void despike(double *x, int n)
{
    for (int i = 1; i < n; i++)
        if (x[i] > 9.0)
            x[i] = x[i - 1];
}
