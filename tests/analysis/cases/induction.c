/* Ways to count. */

void walk(double *p, int n)
{
    while (n--) /* parallel map any Induction Induction */
        *p++ = 0.0;
}

void walk_to_end(double *p, double *end)
{
    for (; p != end; ++p) /* parallel map proved */
        *p = 1.0;
}

void two_walks(const float *from, float *to, const float *end)
{
    while (from < end) /* parallel map guarded Disjoint */
        *to++ = *from++;
}

void counter(double *a, int n)
{
    int k = 3;
    for (int i = 0; i < n; i++) { /* parallel map proved Induction */
        a[k] = i;
        k += 2;
    }
}

void counter_before_and_after(double *a, int n)
{
    int k = 0;
    for (int i = 0; i < n; i++) { /* sequential: (distance 1) */
        a[k] = 1.0;
        k++;
        a[k] = 2.0;
    }
}

void doubling(double *a, int n)
{
    for (int i = 1; i < n; i *= 2) /* sequential: number of iterations */
        a[i] = 0.0;
}

void moving_end(double *a, int n)
{
    for (int i = 0; i < n; i++) { /* sequential: number of iterations */
        a[i] = 0.0;
        if (i == 5)
            n--;
    }
}

void counter_changed(double *a, int n)
{
    for (int i = 0; i < n; i++) { /* sequential: number of iterations */
        a[i] = 0.0;
        i += a[i] > 1.0;
    }
}

void until(double *a, int n)
{
    int i = 0;
    do { /* parallel map guarded Holds Induction */
        a[i] = 0.0;
        i++;
    } while (i < n);
}

void flat_index(double *a, int n, int m)
{
    int k = 0;
    for (int i = 0; i < n; i++) /* parallel map any Induction */
        for (int j = 0; j < m; j++)
            a[k++] = i + j;
}
