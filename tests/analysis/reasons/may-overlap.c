void gather(double *y, const double *x, const int *index, int n)
{
    for (int i = 0; i < n; i++)
        if (index[i] >= 0)
            y[i] = x[index[i]];
}
