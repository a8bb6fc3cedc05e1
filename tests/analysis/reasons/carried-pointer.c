double zigzag(const double *a, const double *b, int n)
{
    const double *from = a, *to = b;
    double sum = 0.0;
    for (int i = 0; i < n; i++) {
        sum += from[i];
        const double *t = from;
        from = to;
        to = t;
    }
    return sum;
}
