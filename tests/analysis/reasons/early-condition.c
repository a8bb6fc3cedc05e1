void clear_positive(int *a, int n)
{
    int i = 0;
    while (i < n && a[i] > 0) {
        a[i] = 0;
        i++;
    }
}
