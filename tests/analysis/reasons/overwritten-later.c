double shifted(double *x, int n)
{
    double sum = 0.0;
    for (int i = 0; i < n - 1; i++) {
        x[i] = x[i + 1];
        sum += x[i];
    }
    return sum;
}
