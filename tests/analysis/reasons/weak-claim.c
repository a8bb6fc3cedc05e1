/* require: proved */
void copy(double *y, const double *x, int n)
{
    for (int i = 0; i < n; i++)
        y[i] = x[i];
}
