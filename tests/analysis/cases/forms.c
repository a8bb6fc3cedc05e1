/* Other forms of loops that are understood: tests in the body, counters of while loops, helpers, continue. */

static void add(double *total, double x)
{
    *total += x;
}

double by_address(const double *x, int n)
{
    double total = 0.0;
    for (int i = 0; i < n; i++) /* parallel reduction proved Accumulator */
        add(&total, x[i]);
    return total;
}

static int wanted(int x)
{
    return x > 0;
}

int walking_filter(int n, const int *in, int *out)
{
    int k = 0;
    const int *p = in;
    for (int i = 0; i < n; i++, p++) /* parallel compaction any Append Induction */
        if (wanted(*p))
            out[k++] = *p;
    return k;
}

void test_inside(double *a, int n)
{
    for (int i = 0;; i++) { /* parallel map proved */
        if (i >= n)
            break;
        a[i] = 0.0;
    }
}

void test_after_work(double *a, int n, double limit)
{
    for (int i = 0;; i++) { /* sequential: number of iterations */
        a[i] = a[i] * 0.5;
        if (a[i] > limit)
            break;
    }
}

int search_with_while(const int *v, int n, int x)
{
    int i = 0;
    while (i < n) { /* parallel search any Exit */
        if (v[i] == x)
            return i;
        i++;
    }
    return -1;
}

double skipping(const double *v, int n)
{
    double best = -1.0;
    for (int i = 0; i < n; i++) { /* parallel reduction proved */
        if (!(v[i] > best))
            continue;
        best = v[i];
    }
    return best;
}

int named_test(const int *v, int n)
{
    int best = -1;
    for (int i = 0; i < n; i++) { /* parallel reduction proved */
        int larger = v[i] > best;
        if (larger)
            best = v[i];
    }
    return best;
}

int named_test_late(const int *v, int n)
{
    int best = -1;
    for (int i = 0; i < n; i++) { /* sequential: best depends */
        int larger = v[i] > best;
        best += 2;
        if (larger)
            best = v[i];
    }
    return best;
}

static void next(double *a, int i)
{
    a[i] = a[i - 1] + a[i + 1];
}

void neighbours(double *a, int n)
{
    for (int i = 1; i < n - 1; i++) /* sequential: written by iteration */
        next(a, i);
}

void entered(double *a, int n)
{
    int i = 0;
    if (i < n)
        do { /* parallel map any */
            a[i] = 0.0;
            i++;
        } while (i < n);
}
