void count_down(int *x, int n)
{
    int i = 0;
again:
    x[i] = i;
    if (++i < n)
        goto again;
}
