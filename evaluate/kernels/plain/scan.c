void scan(int n, double *in, double *out)
{
    double sum = 0.0;
    for (int i = 0; i < n; i++) {
        sum += in[i];
        out[i] = sum;
    }
}
