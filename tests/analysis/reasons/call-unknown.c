double table_lookup(double x);

void look_up(double *y, const double *x, int n)
{
    for (int i = 0; i < n; i++)
        y[i] = table_lookup(x[i]);
}
