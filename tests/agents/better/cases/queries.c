/* Each function stands under the algorithms that may take its loops' place; "none": near misses. */

/* sort with indices, then halve */
void ranks(const double *a, int n, int *rank) {
    for (int i = 0; i < n; i++) {
        int c = 0;
        for (int j = 0; j < n; j++)
            if (a[j] < a[i] || (a[j] == a[i] && j < i)) c++;
        rank[i] = c;
    }
}

/* sort with indices, then halve */
void ranks_down(const int *a, int n, int *rank) {
    for (int i = 0; i < n; i++) {
        int c = 0;
        for (int j = 0; j < n; j++)
            if (a[j] > a[i] || (i >= j && a[i] == a[j])) c++;
        rank[i] = c;
    }
}

/* sort once, then halve */
void at_least(const float *a, int n, const float *b, int m, int *out) {
    for (int i = 0; i < n; i++) {
        int c = 0;
        for (int j = 0; j < m; j++) c += b[j] >= a[i];
        out[i] = c;
    }
}

/* sort once, then halve */
void how_many_equal(const float *a, int n, const float *b, int m, long *out) {
    for (int i = 0; i < n; i++) {
        long c = 0;
        for (int j = 0; j < m; j++)
            if (a[i] == b[j]) c++;
        out[i] = c;
    }
}

/* none: what it raises may be what it asks for */
void raises(const long *a, int n, const long *b, int m, long *out) {
    for (int i = 0; i < n; i++)
        for (int j = 0; j < m; j++)
            if (a[i] == b[j]) out[i]++;
}

/* none: the array changes on the way */
void moving(int *a, int n) {
    for (int i = 0; i < n; i++) {
        int c = 0;
        for (int j = 0; j < n; j++) c += a[j] < a[i];
        a[i] = c;
    }
}

/* none: no order of the pairs */
void ranks_by_two(const int *a, const int *b, int n, int *rank) {
    for (int i = 0; i < n; i++) {
        int c = 0;
        for (int j = 0; j < n; j++)
            if (a[j] < a[i] || (a[j] == b[i] && j < i)) c++;
        rank[i] = c;
    }
}

/* none: what it counts depends on the iteration */
void ranks_of_shifted(const int *a, int n, int *rank) {
    for (int i = 0; i < n; i++) {
        int c = 0;
        for (int j = 0; j < n; j++) c += a[j] * i < a[i];
        rank[i] = c;
    }
}

/* none: counts in floating point */
void float_ranks(const int *a, int n, float *rank) {
    for (int i = 0; i < n; i++) {
        float c = 0;
        for (int j = 0; j < n; j++)
            if (a[j] < a[i]) c += 1;
        rank[i] = c;
    }
}

/* none: asks for what it writes */
void climbs(const int *a, int n, int *h, int m) {
    for (int i = 0; i < m; i++)
        for (int j = 0; j < n; j++)
            if (a[j] > h[i]) h[i]++;
}

/* sort once, then search by halving */
int members(const int *a, int n, const int *b, int m) {
    int hits = 0;
    for (int i = 0; i < n; i++) {
        int found = 0;
        for (int j = 0; j < m; j++) {
            if (a[i] == b[j]) {
                found = 1;
                break;
            }
        }
        hits += found;
    }
    return hits;
}

/* sort once, then search by halving */
void float_members(const double *a, int n, const double *b, int m, int *out) {
    for (int i = 0; i < n; i++) {
        int found = 3;
        for (int j = 0; j < m; j++)
            if (b[j] == a[i]) found = 4;
        out[i] = found;
    }
}

/* none: which one it is matters */
void places(const int *a, int n, const int *b, int m, int *out) {
    for (int i = 0; i < n; i++) {
        int found = -1;
        for (int j = 0; j < m; j++)
            if (a[i] == b[j]) {
                found = j;
                break;
            }
        out[i] = found;
    }
}

/* none: leaves the outer loop as well */
int all_members(const int *a, int n, const int *b, int m) {
    for (int i = 0; i < n; i++) {
        int found = 0;
        for (int j = 0; j < m; j++)
            if (a[i] == b[j]) found = 1;
        if (!found) return 0;
    }
    return 1;
}

/* one pass that counts for all bins */
void histogram(const int *x, int n, int *h, int bins) {
    for (int b = 0; b < bins; b++) {
        h[b] = 0;
        for (int i = 0; i < n; i++)
            if (x[i] == b) h[b]++;
    }
}

/* one pass that counts for all bins */
void residues(const unsigned char *x, int n, long *h) {
    for (int b = 2; b < 200; b++) {
        long c = 0;
        for (int i = 0; i < n; i++)
            if (b == x[i]) c++;
        h[b - 2] = c;
    }
}

/* sort once, then halve */
void wrapped_histogram(const int *x, int n, int *h, int bins) {
    for (int b = 0; b < bins; b++) {
        int c = 0;
        for (int i = 0; i < n; i++)
            if (x[i] == (signed char)b) c++;
        h[b] = c;
    }
}

/* none: the order of the indices wraps around */
void ranks_by_low_bits(const int *a, int n, int *rank) {
    for (int i = 0; i < n; i++) {
        int c = 0;
        for (int j = 0; j < n; j++)
            if (a[j] < a[i] || (a[j] == a[i] && (signed char)j < (signed char)i)) c++;
        rank[i] = c;
    }
}

/* sort once, then halve */
void coarse_histogram(const int *x, int n, int *h, int bins) {
    for (int b = 0; b < bins; b++) {
        int c = 0;
        for (int i = 0; i < n; i++)
            if (x[i] == 3 * b) c++;
        h[b] = c;
    }
}
