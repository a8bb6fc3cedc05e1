#include <stdlib.h>
#include <string.h>
#include <stddef.h>
#include <stdint.h>
#include <ctype.h>

struct point {
    double x, y;
};
typedef struct {
    int id;
    struct point at;
    float weights[3];
} particle;
typedef struct node {
    int value;
    int next;
} node_t;

// inputs: n in 0..6, ps[n] finite
double norm(int n, struct point *ps) {
    double total = 0;
    for (int i = 0; i < n; i++) {
        struct point *p = &ps[i];
        total += p->x * p->x + (*p).y * ps[i].y;
        p->x = -p->x;
        ps[i].y += 1;
    }
    return total;
}

static struct point middle(struct point a, struct point b) {
    struct point m = {(a.x + b.x) / 2, .y = (a.y + b.y) / 2};
    a.x = 99;
    return m;
}

// inputs: a finite, b finite
struct point by_value(struct point a, struct point b) {
    struct point m = middle(a, b), zero = {0};
    if (m.x < 0)
        m = zero;
    m.y -= a.x;
    return m;
}

// inputs: n in 0..5, ps[n] finite
float nested_members(int n, particle *ps) {
    float best = -1;
    int at = -1;
    for (int i = 0; i < n; i++) {
        float w = 0;
        for (int k = 0; k < 3; k++)
            w += ps[i].weights[k] * (k + 1);
        ps[i].at.x = w;
        ps[i].weights[2] = ps[i].id;
        if (at < 0 || w > best) {
            best = w;
            at = i;
        }
    }
    if (at > 0) {
        particle t = ps[at];
        ps[at] = ps[0];
        ps[0] = t;
    }
    return best;
}

// inputs: n in 1..6, start in 0..n-1, list[n] in 0..n-1
int linked_indices(int start, int n, const node_t *list) {
    int total = 0, steps = 0;
    for (int i = start; steps < 2 * n; i = list[i].next, steps++)
        total += list[i].value * (steps + 1);
    return total;
}

// inputs: n in 0..20, out[n]
int stack_arrays(int n, int *out) {
    int counts[10] = {1, 2, [5] = 7};
    int table[3][4] = {{1, 2}, {3}};
    char name[] = "hello";
    for (int i = 0; i < n; i++) {
        counts[i % 10] += table[i % 3][i % 4];
        table[i % 3][(i + 1) % 4]++;
        out[i] = counts[i % 10] + name[i % 5];
    }
    return counts[5] + sizeof name + sizeof table / sizeof table[0];
}

// inputs: n in 1..6, m in 1..6, a[n*m] in -9..9, out[n]
void variable_length(int n, int m, const int a[n][m], int *out) {
    int t[m][n];
    for (int i = 0; i < n; i++)
        for (int j = 0; j < m; j++)
            t[j][i] = a[i][j];
    for (int i = 0; i < n; i++) {
        out[i] = 0;
        for (int j = 0; j < m; j++)
            out[i] += t[j][i] * (j + 1);
    }
}

// inputs: n in 0..6, a[n*4] in -9..9
int fixed_rows(int n, int (*a)[4]) {
    int total = 0;
    for (int i = 0; i < n; i++)
        for (int j = 3; j >= 0; --j)
            total = total * 2 + a[i][j];
    int *flat = n ? a[0] : NULL;
    return flat ? total + *flat : total;
}

// inputs: n in 0..9, a[n] in -100..100
double heap(int n, const double *a) {
    double *copy = malloc(n * sizeof *copy);
    int *zero = calloc(n + 1, sizeof(int));
    if (!copy || !zero)
        return -1;
    memcpy(copy, a, n * sizeof(double));
    for (int i = 1; i < n; i++) {
        double key = copy[i];
        int j = i - 1;
        while (j >= 0 && copy[j] > key) {
            copy[j + 1] = copy[j];
            j--;
            zero[i]++;
        }
        copy[j + 1] = key;
    }
    double r = n ? copy[n / 2] : 0;
    for (int i = 0; i <= n; i++)
        r += zero[i] * 1000.0;
    free(copy);
    free(zero);
    return r;
}

// inputs: n in 0..9, a[n], b[n]
void block_moves(int n, int *a, unsigned char *b) {
    memset(b, 0, n);
    if (n > 2) {
        memmove(a + 1, a, (n - 1) * sizeof(int));
        memset(b + 1, 7, n - 2);
    }
    memset(a, -1, (n / 2) * sizeof a[0]);
}

// inputs: n in 0..20, s[n] text, out[n+1]
int text_scan(int n, const char *s, char *out) {
    int words = 0, in = 0, k = 0;
    for (const char *p = s; *p; p++) {
        if (isspace((unsigned char)*p)) {
            in = 0;
        } else {
            if (!in)
                words++;
            in = 1;
            out[k++] = toupper(*p);
        }
    }
    out[k] = '\0';
    return words + (int)strlen(s) + (strcmp(out, "ABC") < 0);
}

// inputs: n in 0..9, a[n]
int pointer_differences(int n, int *a) {
    int *best = a;
    for (int *p = a; p < a + n; p++)
        if (*p >= *best)
            best = p;
    int *last = &a[n];
    return (int)(best - a) + (int)(last - best) * 100;
}

static void swap_ints(int *x, int *y) {
    int t = *x;
    *x = *y;
    *y = t;
}

static int partition(int *v, int lo, int hi) {
    int pivot = v[hi], i = lo;
    for (int j = lo; j < hi; j++)
        if (v[j] < pivot)
            swap_ints(&v[i++], v + j);
    swap_ints(&v[i], &v[hi]);
    return i;
}

static void sort_part(int *v, int lo, int hi) {
    if (lo < hi) {
        int p = partition(v, lo, hi);
        sort_part(v, lo, p - 1);
        sort_part(v, p + 1, hi);
    }
}

// inputs: n in 0..12, v[n] in -50..50
void quick(int n, int *v) { sort_part(v, 0, n - 1); }

static int by_value_of(const void *a, const void *b) {
    int x = *(const int *)a, y = *(const int *)b;
    return (x > y) - (x < y);
}

// inputs: n in 0..9, a[n] in -5..5, key in -5..5
int order_test(int n, const int *a, int key) {
    int smaller = 0;
    for (int i = 0; i < n; i++)
        smaller += by_value_of(&a[i], &key) < 0;
    return smaller;
}

static const int WEIGHTS[4] = {1, 3, 5, 7};
static int seen = 3;

// inputs: n in 0..9, a[n] in -9..9
int file_scope(int n, const int *a) {
    int total = seen;
    for (int i = 0; i < n; i++)
        total += WEIGHTS[i & 3] * a[i];
    return total;
}

// inputs: n in 0..9, a[n] in 0..3, bins[4] in 0..5
void histogram(int n, const uint8_t *a, unsigned long bins[4]) {
    while (n > 0)
        ++bins[a[--n]];
}

// inputs: a[3], i in 0..2
int index_forms(int a[3], int i) {
    return *(a + i) ^ i[a] ^ *&a[i] ^ (&a[i])[0] ^ *(i + a);
}

static int row_sum(int n, const int *row) {
    int total = 0;
    for (int i = 0; i < n; i++)
        total += row[i];
    return total;
}

static void scale(int n, int m, int a[n][m], int by) {
    for (int i = 0; i < n; i++)
        for (int j = 0; j < m; j++)
            a[i][j] *= by;
}

// inputs: n in 1..4, m in 1..4, k in 1..3, a[n*m*k] in -9..9, out[n]
int variable_cube(int n, int m, int k, int a[n][m][k], int out[]) {
    int scratch[n * 2], plane[m][k];
    memset(scratch, 0, n * sizeof(int));
    for (int i = 0; i < n; i++) {
        for (int j = 0; j < m; j++)
            for (int l = 0; l < k; l++) {
                plane[j][l] = a[i][j][l] + j;
                scratch[i] += a[i][j][l];
            }
        scale(m, k, plane, i + 1);
        scale(m, k, a[i], 2);
        out[i] = row_sum(k, plane[m - 1]) + row_sum(k, a[i][0]) + scratch[i];
    }
    int (*first)[k] = a[0];
    return first[0][0] + (*first)[k - 1];
}

// inputs: n in 1..5, a[n*3] in -9..9
long rows_of_fixed(int n, const int a[n][3]) {
    long total = 0;
    for (int i = 0; i < n; i++)
        total = total * 3 + a[i][2] - *a[i];
    return total;
}
