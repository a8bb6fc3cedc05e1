/* Subscripts that are read from memory. */

void gather(double *restrict y, const double *restrict x, const int *idx, int n)
{
    for (int i = 0; i < n; i++) /* parallel map proved */
        y[i] = x[idx[i]];
}

void gather_in_place(double *x, const int *idx, int n)
{
    for (int i = 0; i < n; i++) /* sequential: reads x[idx[i]] */
        x[i] = x[idx[i]];
}

void remainder_bins(int *bins, const int *v, int n)
{
    for (int i = 0; i < n; i++) /* parallel histogram any ArrayAccumulator */
        bins[(v[i] & 63)]++;
}
