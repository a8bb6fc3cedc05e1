void histogram(int n, const int v[restrict n], int bins, int count[restrict bins])
{
    for (int b = 0; b < bins; b++)
        count[b] = 0;
    for (int i = 0; i < n; i++)
        count[v[i]]++;
}
