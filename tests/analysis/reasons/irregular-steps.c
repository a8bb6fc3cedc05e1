void every_positive(double *y, const double *x, int n)
{
    for (int i = 0; i < n; i++) {
        if (x[i] < 0.0)
            i++;
        y[i] = x[i];
    }
}
