void wavefront(int n, int m, char *a, char *b, int *d)
{
    for (int i = 0; i <= n; i++)
        d[i * (m + 1)] = i;
    for (int j = 0; j <= m; j++)
        d[j] = j;
    for (int i = 1; i <= n; i++)
        for (int j = 1; j <= m; j++) {
            int cost = d[(i - 1) * (m + 1) + j - 1] + (a[i - 1] != b[j - 1]);
            int up = d[(i - 1) * (m + 1) + j] + 1;
            int left = d[i * (m + 1) + j - 1] + 1;
            if (up < cost)
                cost = up;
            if (left < cost)
                cost = left;
            d[i * (m + 1) + j] = cost;
        }
}
