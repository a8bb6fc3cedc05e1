void scan(int n, const double in[restrict n], double out[restrict n])
{
    out[0] = in[0];
    for (int i = 1; i < n; i++)
        out[i] = out[i - 1] + in[i];
}
