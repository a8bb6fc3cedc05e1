void ranks(int *rank, const int *x, int n)
{
    int distinct = 0;
    for (int i = 1; i < n; i++) {
        if (x[i] != x[i - 1])
            distinct++;
        if (distinct % 2 == 1)
            distinct++;
        rank[i] = distinct;
    }
}
