int compact(int n, int *in, int *out)
{
    int k = 0;
    for (int i = 0; i < n; i++)
        if (in[i] > 0)
            out[k++] = in[i];
    return k;
}
