/* Each function stands under the algorithms that may take its loops' place; "none": near misses. */
#include <math.h>
#include <stdlib.h>

/* sort, then compare neighbours */
double closest(const double *a, int n) {
    double best = INFINITY;
    for (int i = 0; i < n; i++)
        for (int j = i + 1; j < n; j++) {
            double d = fabs(a[i] - a[j]);
            if (d < best) best = d;
        }
    return best;
}

struct site { int x, y; };

/* sort, then compare neighbours */
int closest_member(const struct site *s, int first, int n, int start) {
    int best = start;
    for (int i = first; i < n - 1; i++)
        for (int j = i + 1; j < n; j++)
            if (abs(s[j].x - s[i].x) < best) best = abs(s[j].x - s[i].x);
    return best;
}

/* none: the distance of unsigned numbers wraps around */
unsigned closest_unsigned(const unsigned *a, int n) {
    unsigned best = 1000;
    for (int i = 0; i < n; i++)
        for (int j = i + 1; j < n; j++)
            if (a[i] - a[j] < best) best = a[i] - a[j];
    return best;
}

/* none: two dimensions */
double closest_in_plane(const double *x, const double *y, int n) {
    double best = INFINITY;
    for (int i = 0; i < n; i++)
        for (int j = i + 1; j < n; j++) {
            double d = fabs(x[i] - x[j]) + fabs(y[i] - y[j]);
            if (d < best) best = d;
        }
    return best;
}

/* none: the farthest, not the closest */
double farthest(const double *a, int n) {
    double best = 0;
    for (int i = 0; i < n; i++)
        for (int j = i + 1; j < n; j++)
            if (fabs(a[i] - a[j]) > best) best = fabs(a[i] - a[j]);
    return best;
}

/* none: of two arrays */
double closest_of_two(const double *a, const double *b, int n) {
    double best = INFINITY;
    for (int i = 0; i < n; i++)
        for (int j = i + 1; j < n; j++)
            if (fabs(a[i] - b[j]) < best) best = fabs(a[i] - b[j]);
    return best;
}

/* none: not all pairs */
double closest_but_neighbours(const double *a, int n) {
    double best = INFINITY;
    for (int i = 0; i < n; i++)
        for (int j = i + 2; j < n; j++)
            if (fabs(a[i] - a[j]) < best) best = fabs(a[i] - a[j]);
    return best;
}

/* none: its own function is no distance */
static double fabsf_of(double x) { return x > 3 ? x : 3 - x; }

/* none: calls a function of the file */
double closest_by(const double *a, int n) {
    double best = INFINITY;
    for (int i = 0; i < n; i++)
        for (int j = i + 1; j < n; j++)
            if (fabsf_of(a[i] - a[j]) < best) best = fabsf_of(a[i] - a[j]);
    return best;
}

/* sort, then look for equal neighbours */
int has_duplicate(const int *a, int n) {
    for (int i = 0; i < n; i++)
        for (int j = i + 1; j < n; j++)
            if (a[i] == a[j]) return 1;
    return 0;
}

/* sort, then look for equal neighbours */
int flags_duplicate(const float *a, int n) {
    int found = 0;
    for (int i = 0; i < n; i++)
        for (int j = i + 1; j < n; j++)
            if (a[i] == a[j]) {
                found = 1;
                break;
            }
    return found;
}

/* none: which one matters */
int first_duplicate(const int *a, int n) {
    for (int i = 0; i < n; i++)
        for (int j = i + 1; j < n; j++)
            if (a[i] == a[j]) return i;
    return -1;
}

/* sort, then count equal runs */
int count_equal(const short *a, int n) {
    int total = 0;
    for (int i = 0; i < n - 1; i++)
        for (int j = i + 1; j < n; j++)
            if (a[i] == a[j]) total++;
    return total;
}

/* sort, then count equal runs */
long count_equal_floats(const double *a, int n) {
    long total = 5;
    for (int i = 0; i < n; i++)
        for (int j = i + 1; j < n; j++)
            if (a[j] == a[i]) total += 1;
    return total;
}

/* none: weighs each pair */
int weigh_equal(const int *a, int n) {
    int total = 0;
    for (int i = 0; i < n; i++)
        for (int j = i + 1; j < n; j++)
            if (a[i] == a[j]) total += j - i;
    return total;
}

/* sort, then weigh each element by its place in the sum of minima */
long sum_of_minima(const int *a, int n) {
    long total = 0;
    for (int i = 0; i < n; i++)
        for (int j = i + 1; j < n; j++)
            total += a[i] < a[j] ? a[i] : a[j];
    return total;
}

/* sort, then weigh each element by its place in the sum of maxima */
unsigned sum_of_maxima(const unsigned *a, int n) {
    unsigned total = 7;
    for (int i = 0; i < n; i++)
        for (int j = i + 1; j < n; j++)
            total += a[i] > a[j] ? a[i] : a[j];
    return total;
}

/* none: a floating-point sum in another order, and of values that may be no numbers */
double sum_of_float_minima(const double *a, int n) {
    double total = 0;
    for (int i = 0; i < n; i++)
        for (int j = i + 1; j < n; j++)
            total += a[i] < a[j] ? a[i] : a[j];
    return total;
}

/* none: the sum is cut to 8 bits before it is added */
long sum_of_cut_minima(const int *a, int n) {
    long total = 0;
    for (int i = 0; i < n; i++)
        for (int j = i + 1; j < n; j++)
            total += (signed char)(a[i] < a[j] ? a[i] : a[j]);
    return total;
}
