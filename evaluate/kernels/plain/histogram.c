void histogram(int n, int *v, int bins, int *count)
{
    for (int b = 0; b < bins; b++)
        count[b] = 0;
    for (int i = 0; i < n; i++)
        count[v[i]]++;
}
