void logistic(double *y, double x, double r, int n)
{
    for (int i = 0; i < n; i++) {
        x = r * x * (1.0 - x);
        y[i] = x;
    }
}
