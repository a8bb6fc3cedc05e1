#include <utility>

// Quicksort of a[lo] .. a[hi - 1].
static int partition(int *a, int lo, int hi)
{
    int pivot = a[lo + (hi - lo - 1) / 2];
    int i = lo - 1, j = hi;
    for (;;) {
        do
            i++;
        while (a[i] < pivot);
        do
            j--;
        while (a[j] > pivot);
        if (i >= j)
            return j + 1;
        std::swap(a[i], a[j]);
    }
}

void quicksort(int *a, int lo, int hi)
{
    if (hi - lo < 2)
        return;
    int middle = partition(a, lo, hi);
    quicksort(a, lo, middle);
    quicksort(a, middle, hi);
}
