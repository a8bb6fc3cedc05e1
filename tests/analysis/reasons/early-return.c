int invert(double *x, int n)
{
    for (int i = 0; i < n; i++) {
        if (x[i] == 0.0)
            return i;
        x[i] = 1.0 / x[i];
    }
    return n;
}
