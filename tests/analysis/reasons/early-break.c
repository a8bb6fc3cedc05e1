void until_large(double *y, const double *x, int n)
{
    for (int i = 0; i < n; i++) {
        y[i] = 2.0 * x[i];
        if (y[i] > 100.0)
            break;
    }
}
