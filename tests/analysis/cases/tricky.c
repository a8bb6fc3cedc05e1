/* Things that look harmless. */
#include <stdio.h>
#include <string.h>

void into_scalar(double *out, const double *a, int n)
{
    for (int i = 0; i < n; i++) /* parallel reduction guarded Accumulator Disjoint */
        *out += a[i];
}

void positions(const int *v, int n, int *where)
{
    int count = 0;
    for (int i = 0; i < n; i++) /* parallel compaction guarded Append Disjoint */
        if (v[i] > 0)
            where[count++] = i;
}

void sentinel(int *a)
{
    for (int i = 0; a[i] != 0; i++) /* sequential: number of iterations */
        a[i] = 1;
}

void stops_with_effects(int *a, int n)
{
    int i = 0;
    while (i < n && a[i] > 0) { /* sequential: whether the loop goes on */
        a[i] = 0;
        i++;
    }
}

void breaks_with_effects(int *a, int n)
{
    for (int i = 0; i < n; i++) { /* sequential: leave the loop early */
        a[i] = i;
        if (a[i] > 100)
            break;
    }
}

void punned(char *buffer, char *end)
{
    for (char *p = buffer; p < end; p += 4) /* sequential: pointer that changes */
        *(int *) p = 0;
}

void second_name(double *a, int n)
{
    double *b = a + 1;
    for (int i = 0; i < n; i++) /* parallel map guarded Disjoint */
        a[i] = b[i];
}

void static_state(int *a, int n)
{
    for (int i = 0; i < n; i++) { /* sequential: calls is static */
        static int calls;
        calls++;
        a[i] = calls;
    }
}

static int next_number(void)
{
    static int last;
    return ++last;
}

void hidden_static(int *a, int n)
{
    for (int i = 0; i < n; i++) /* sequential: last */
        a[i] = next_number();
}

void clear_elements(double *a, int n)
{
    for (int i = 0; i < n; i++) /* parallel map proved */
        memset(&a[i], 0, sizeof a[i]);
}

void copy_rows(double *to, const double *from, int n, int m)
{
    for (int i = 0; i < n; i++) /* parallel map guarded Disjoint */
        memcpy(to + i * m, from + i * m, m * sizeof *to);
}

void shift_rows(double *a, int n, int m)
{
    for (int i = 1; i < n; i++) /* sequential: iteration */
        memcpy(a + i * m, a + (i - 1) * m, m * sizeof *a);
}

void through_function(double (*f)(double), double *a, int n)
{
    for (int i = 0; i < n; i++) /* sequential: calls f */
        a[i] = f(a[i]);
}

void pairs(double *a, int n)
{
    for (int i = 0; i < n; i++) /* sequential: reads a[j] */
        for (int j = 0; j < n; j++)
            if (i != j)
                a[i] += a[j];
}

void every_other(int *b, int n)
{
    for (int i = 0; i < n; i++) /* sequential: written again */
        b[i / 2] = i;
}

void halves_of_even(int *b, int n)
{
    for (int i = 0; i < n; i += 2) /* parallel map proved */
        b[i / 2] = i;
}

void cyclic(int *b, const int *restrict v, int n)
{
    for (int i = 0; i < n; i++) /* sequential: written again */
        b[i % 8] = v[i];
}

void down_to_zero(double *a, unsigned long n)
{
    for (unsigned long i = n; i-- > 0;) /* parallel map any */
        a[i] = 2.0 * i;
}

void down_signed(double *a, int n)
{
    for (int i = n - 1; i >= 0; --i) /* parallel map proved */
        a[i] *= 2.0;
}

void read_size(double *a)
{
    int n;
    if (scanf("%d", &n) != 1)
        return;
    for (int i = 0; i < n; i++) /* parallel map any */
        a[i] = i;
}

void last_of_private(double *a, const double *restrict b, int n, double *restrict last)
{
    double t = 0.0;
    for (int i = 0; i < n; i++) { /* parallel map proved Private */
        t = b[i] * 2.0;
        a[i] = t;
    }
    *last = t;
}

void last_of_conditional(double *restrict a, const double *restrict b, int n, double *restrict last)
{
    double t = 0.0;
    for (int i = 0; i < n; i++) { /* parallel scan proved Recurrence */
        if (b[i] > 0.0)
            t = b[i] * 2.0;
        a[i] = t;
    }
    *last = t;
}

void skips(double *a, int n)
{
    int k = 0;
    for (int i = 0; i < n; i++) { /* sequential: k */
        if (a[i] < 0.0)
            continue;
        k++;
        a[k] = 1.0;
    }
}

struct list {
    double value;
    struct list *next;
};

void chase(struct list *p)
{
    while (p) { /* parallel walk proved */
        p->value *= 2.0;
        p = p->next;
    }
}

struct grid {
    int n;
    double cells[64];
};

void inside_struct(struct grid *g)
{
    for (int i = 0; i < g->n; i++) /* parallel map proved */
        g->cells[i] = i;
}

void inside_struct_chain(struct grid *g)
{
    for (int i = 1; i < g->n; i++) /* sequential: (distance 1) */
        g->cells[i] = g->cells[i - 1];
}

void two_grids(struct grid *g, struct grid *h)
{
    for (int i = 1; i < 64; i++) /* parallel map guarded Disjoint */
        g->cells[i] = h->cells[i - 1];
}

void switched(int *a, const unsigned char *kind, int n)
{
    for (int i = 0; i < n; i++) { /* parallel map guarded Disjoint */
        int step;
        switch (kind[i]) {
        case 0:
            step = 1;
            break;
        case 1:
            step = 2;
            break;
        default:
            step = 3;
        }
        a[i] = step;
    }
}

void early_continue(double *a, int n)
{
    for (int i = 1; i < n; i++) { /* sequential: (distance 1) */
        if (i % 2 == 0)
            continue;
        a[i] = a[i - 1] + a[i - 2 + 1];
        a[i - 1] = 0.0;
        a[i + 1] = 0.0;
    }
}

void until_negative(double *a, int n, int limit)
{
    for (int i = 0, k = limit; i < n && k > 0; i++, k--) /* sequential: */
        a[i] = k;
}

/* The element that the iteration before wrote is written again: nothing is carried but the order of the writes. */
void twice_downwards(double *a, int n)
{
    for (int i = n; i >= 2; i--) { /* sequential: written again */
        a[i] = 1.0;
        a[i - 1] = 2.0;
    }
}

void overwritten_then_used(double *a, const double *b, int n)
{
    for (int i = 1; i < n; i++) { /* sequential: a[i - 1] */
        a[i - 1] = 2.0 * b[i];
        a[i] = a[i - 1] + b[i];
    }
}

static void twice(double *x)
{
    *x *= 2.0;
}

void changed_through_a_pointer(double *a, const double *b, int n)
{
    for (int i = 1; i < n; i++) { /* sequential: a[i - 1] */
        twice(&a[i - 1]);
        a[i] = a[i - 1] + b[i];
    }
}
