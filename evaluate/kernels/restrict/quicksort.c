static int less(const int *a, const int *b)
{
    return *a < *b;
}

void quicksort(int *restrict v, int lo, int hi)
{
    if (lo >= hi)
        return;
    int pivot = v[(lo + hi) / 2], i = lo, j = hi;
    while (i <= j) {
        while (less(&v[i], &pivot))
            i++;
        while (less(&pivot, &v[j]))
            j--;
        if (i <= j) {
            int t = v[i];
            v[i] = v[j];
            v[j] = t;
            i++;
            j--;
        }
    }
    quicksort(v, lo, j);
    quicksort(v, i, hi);
}
