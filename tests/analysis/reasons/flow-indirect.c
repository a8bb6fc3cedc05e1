void relax(double *x, const int *from, int n)
{
    for (int i = 0; i < n; i++)
        x[i] = 0.5 * (x[i] + x[from[i]]);
}
