double dot(int n, const double x[restrict n], const double y[restrict n])
{
    double sum = 0.0;
    for (int i = 0; i < n; i++)
        sum += x[i] * y[i];
    return sum;
}
