void shift(double *v, int n, int low, int high)
{
    for (int i = 0; i < n; i++)
        v[i] -= 0.5 * (v[low] + v[high]);
}
