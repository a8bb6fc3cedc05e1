/* Two sorted arrays merged by three loops. */

void merge(const int *a, int n, const int *b, int m, int *out)
{
    int i = 0, j = 0, k = 0;
    while (i < n && j < m) { /* parallel merge guarded Disjoint Disjoint NonDecreasing NonDecreasing */
        if (a[i] <= b[j])
            out[k++] = a[i++];
        else
            out[k++] = b[j++];
    }
    while (i < n)
        out[k++] = a[i++];
    while (j < m)
        out[k++] = b[j++];
}

void halves(const long *v, long *to, int lo, int mid, int hi)
{
    int p = lo, q = mid + 1, w = lo;
    while (p <= mid && q <= hi) { /* parallel merge guarded */
        if (v[q] < v[p]) {
            to[w] = v[q];
            q++;
        } else {
            to[w] = v[p];
            p++;
        }
        w++;
    }
    while (q <= hi)
        to[w++] = v[q++];
    for (; p <= mid; p++, w++)
        to[w] = v[p];
}

/* --- near misses ---------------------------------------------------------------------------------- */

void not_a_number(const double *a, int n, const double *b, int m, double *out)
{
    int i = 0, j = 0, k = 0;
    while (i < n && j < m) { /* sequential: number of iterations is not known */
        if (a[i] <= b[j])
            out[k++] = a[i++];
        else
            out[k++] = b[j++];
    }
    while (i < n)
        out[k++] = a[i++];
    while (j < m)
        out[k++] = b[j++];
}

void falling(const int *a, int n, const int *b, int m, int *out)
{
    int i = 0, j = 0, k = 0;
    while (i < n && j < m) { /* sequential: number of iterations is not known */
        if (a[i] >= b[j])
            out[k++] = a[i++];
        else
            out[k++] = b[j++];
    }
    while (i < n)
        out[k++] = a[i++];
    while (j < m)
        out[k++] = b[j++];
}

void one_rest_only(const int *a, int n, const int *b, int m, int *out)
{
    int i = 0, j = 0, k = 0;
    while (i < n && j < m) { /* sequential: number of iterations is not known */
        if (a[i] <= b[j])
            out[k++] = a[i++];
        else
            out[k++] = b[j++];
    }
    while (i < n)
        out[k++] = a[i++];
}

void another_end(const int *a, int n, const int *b, int m, int *out)
{
    int i = 0, j = 0, k = 0;
    while (i < n && j < m) { /* sequential: number of iterations is not known */
        if (a[i] <= b[j])
            out[k++] = a[i++];
        else
            out[k++] = b[j++];
    }
    while (i < n)
        out[k++] = a[i++];
    while (j < m - 1)
        out[k++] = b[j++];
}

void once_only(const int *a, int n, const int *b, int m, int *out)
{
    int i = 0, j = 0, k = 0;
    while (i < n && j < m) { /* sequential: number of iterations is not known */
        if (a[i] < b[j])
            out[k++] = a[i++];
        else if (b[j] < a[i])
            out[k++] = b[j++];
        else {
            out[k++] = a[i++];
            j++;
        }
    }
    while (i < n)
        out[k++] = a[i++];
    while (j < m)
        out[k++] = b[j++];
}

void the_next_one(const int *a, int n, const int *b, int m, int *out)
{
    int i = 0, j = 0, k = 0;
    while (i < n && j < m) { /* sequential: number of iterations is not known */
        if (a[i] <= b[j]) {
            i++;
            out[k++] = a[i];
        } else
            out[k++] = b[j++];
    }
    while (i < n)
        out[k++] = a[i++];
    while (j < m)
        out[k++] = b[j++];
}

void into_one_of_them(int *a, int n, const int *b, int m)
{
    int i = 0, j = 0, k = 0;
    while (i < n && j < m) { /* sequential: number of iterations is not known */
        if (a[i] <= b[j])
            a[k++] = a[i++];
        else
            a[k++] = b[j++];
    }
    while (i < n)
        a[k++] = a[i++];
    while (j < m)
        a[k++] = b[j++];
}
