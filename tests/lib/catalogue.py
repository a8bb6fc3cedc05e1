"""Small functions of all sorts with the shapes that their inputs must have, for the tests of the tester.

``sizes`` are the scalars given, ``free`` what nothing determines; ``extents`` and ``ranges`` are what must be found,
by key (``row[]`` is an element of ``row``).  Keys left out are not checked.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from unseq.frontend.source import Language


@dataclass(frozen=True)
class Example:
    name: str
    text: str
    extents: dict[str, int]
    sizes: dict[str, float] = field(default_factory=dict)
    free: int = 10
    ranges: dict[str, tuple[float, float]] = field(default_factory=dict)
    language: Language = Language.C


C = (
    Example(
        "saxpy",
        """void saxpy(int n, float a, const float *x, float *y) {
    for (int i = 0; i < n; i++) y[i] = a * x[i] + y[i]; }""",
        {"x": 7, "y": 7},
        {"n": 7},
    ),
    Example(
        "heat",
        """void heat(int n, const double *now, double *next, double alpha) {
    for (int i = 1; i < n - 1; i++)
        for (int j = 1; j < n - 1; j++)
            next[i * n + j] = now[i * n + j] + alpha * (now[(i - 1) * n + j] + now[(i + 1) * n + j]
                + now[i * n + j - 1] + now[i * n + j + 1] - 4.0 * now[i * n + j]); }""",
        {"now": 48, "next": 41},  # corners are never touched
        {"n": 7},
    ),
    Example(
        "grey",
        """void grey(const unsigned char *pixels, long count, unsigned int *bins) {
    for (long i = 0; i < count; i++) bins[pixels[i]]++; }""",
        {"pixels": 9, "bins": 256},
        {"count": 9},
        ranges={"pixels[]": (0, 255)},
    ),
    Example(
        "spmv",
        """void spmv(int rows, const int *start, const int *col, const double *val, const double *x, double *y) {
    for (int r = 0; r < rows; r++) {
        double sum = 0.0;
        for (int e = start[r]; e < start[r + 1]; e++) sum += val[e] * x[col[e]];
        y[r] = sum;
    } }""",
        {"start": 6, "col": 10, "val": 10, "x": 10, "y": 5},
        {"rows": 5},
        ranges={"start[]": (0, 10), "col[]": (0, 9)},
    ),
    Example(
        "spmv_nnz",
        """void spmv_nnz(int rows, int nnz, int cols, const int *start, const int *col, double *val, const double *x,
        double *y) {
    for (int e = 0; e < nnz; e++) val[e] *= 2.0;
    for (int c = 0; c < cols; c++) y[0] += x[c];
    for (int r = 0; r < rows; r++)
        for (int e = start[r]; e < start[r + 1]; e++) y[r] += val[e] * x[col[e]]; }""",
        {"start": 6, "col": 8, "val": 8, "x": 3, "y": 5},
        {"rows": 5, "nnz": 8, "cols": 3},
        ranges={"start[]": (0, 8), "col[]": (0, 2)},
    ),
    Example(
        "gemm",
        """void gemm(const double *a, const double *b, double *c, int m, int k, int n) {
    for (int i = 0; i < m; i++)
        for (int j = 0; j < n; j++) {
            double s = 0;
            for (int p = 0; p < k; p++) s += a[i * k + p] * b[p * n + j];
            c[i * n + j] = s;
        } }""",
        {"a": 6, "b": 12, "c": 8},
        {"m": 2, "k": 3, "n": 4},
    ),
    Example(
        "compact",
        """int compact(const int *a, int n, int *out) {
    int k = 0;
    for (int i = 0; i < n; i++) if (a[i] > 10) out[k++] = a[i];
    return k; }""",
        {"a": 6, "out": 6},
        {"n": 6},
    ),
    Example(
        "find",
        """int find(const int *a, int n, int key) {
    for (int i = 0; i < n; i++) if (a[i] == key) return i;
    return -1; }""",
        {"a": 9},
        {"n": 9},
    ),
    Example(
        "stencil3",
        """void stencil3(const float *in, float *out, int n) {
    for (int i = 0; i < n; i++) {
        float left = i > 0 ? in[i - 1] : 0.0f, right = i + 1 < n ? in[i + 1] : 0.0f;
        out[i] = left + in[i] + right;
    } }""",
        {"in": 5, "out": 5},
        {"n": 5},
    ),
    Example(
        "interleaved",
        """void interleaved(const double *xyz, double *len, int n) {
    for (int i = 0; i < n; i++)
        len[i] = xyz[3 * i] * xyz[3 * i] + xyz[3 * i + 1] * xyz[3 * i + 1] + xyz[3 * i + 2] * xyz[3 * i + 2]; }""",
        {"xyz": 12, "len": 4},
        {"n": 4},
    ),
    Example(
        "sum_while",
        """double sum_while(const double *p, int n) {
    double s = 0;
    while (n--) s += *p++;
    return s; }""",
        {"p": 8},
        {"n": 8},
    ),
    Example(
        "range_sum",
        """double range_sum(const double *begin, const double *end) {
    double s = 0;
    for (const double *p = begin; p != end; ++p) s += *p;
    return s; }""",
        {"begin": 10},
    ),
    Example(
        "scatter",
        """void scatter(const int *where, const float *x, float *out, int n, int m) {
    for (int i = 0; i < m; i++) out[i] = 0;
    for (int i = 0; i < n; i++) out[where[i]] = x[i]; }""",
        {"where": 9, "x": 9, "out": 4},
        {"n": 9, "m": 4},
        ranges={"where[]": (0, 3)},
    ),
    Example(
        "binned",
        """void binned(const double *x, int n, int *bins, int nbins, double lo, double hi) {
    for (int i = 0; i < n; i++) {
        int b = (int)((x[i] - lo) / (hi - lo) * nbins);
        if (b >= 0 && b < nbins) bins[b]++;
    } }""",
        {"x": 9, "bins": 4},
        {"n": 9, "nbins": 4},
    ),
    Example(
        "digits",
        """void digits(const unsigned *keys, int n, int *count, int shift) {
    for (int i = 0; i < n; i++) count[(keys[i] >> shift) & 15]++; }""",
        {"keys": 9, "count": 16},
        {"n": 9},
    ),
    Example(
        "binary_search",
        """int binary_search(const int *a, int n, int key) {
    int lo = 0, hi = n;
    while (lo < hi) { int mid = (lo + hi) / 2; if (a[mid] < key) lo = mid + 1; else hi = mid; }
    return lo; }""",
        {"a": 9},
        {"n": 9},
    ),
    Example(
        "triangle",
        """long triangle(const int *a, int n) {
    long count = 0;
    for (int i = 0; i < n; i++) for (int j = i + 1; j < n; j++) if (a[i] + a[j] == 0) count++;
    return count; }""",
        {"a": 9},
        {"n": 9},
    ),
    Example(
        "reverse",
        """void reverse(int *a, int n) {
    for (int i = 0, j = n - 1; i < j; i++, j--) { int t = a[i]; a[i] = a[j]; a[j] = t; } }""",
        {"a": 9},
        {"n": 9},
    ),
    Example(
        "strided",
        """float strided(int n, const float *x, int incx) {
    float s = 0;
    for (int i = 0; i < n; i++) s += x[i * incx];
    return s; }""",
        {"x": 13},
        {"n": 5, "incx": 3},
    ),
    Example(
        "tiled",
        """#define TILE 4
void tiled(const double *a, double *t, int n) {
    for (int ii = 0; ii < n; ii += TILE)
        for (int jj = 0; jj < n; jj += TILE)
            for (int i = ii; i < ii + TILE && i < n; i++)
                for (int j = jj; j < jj + TILE && j < n; j++) t[j * n + i] = a[i * n + j]; }""",
        {"a": 49, "t": 49},
        {"n": 7},
    ),
    Example(
        "ring",
        """void ring(const int *a, int *b, int n, int k) { for (int i = 0; i < n; i++) b[i] = a[(i + k) % n]; }""",
        {"a": 7, "b": 7},
        {"n": 7, "k": 2},
    ),
    Example(
        "vla",
        """void vla(int n, int m, double a[n][m], double *sums) {
    for (int i = 0; i < n; i++) { sums[i] = 0; for (int j = 0; j < m; j++) sums[i] += a[i][j]; } }""",
        {"sums": 3},
        {"n": 3, "m": 5},
    ),
    Example(
        "matrix_struct",
        """struct matrix { int rows, cols; double *data; };
double matrix_struct(const struct matrix *m) {
    double s = 0;
    for (int i = 0; i < m->rows; i++) for (int j = 0; j < m->cols; j++) s += m->data[i * m->cols + j];
    return s; }""",
        {"m": 1, "m[].data": 12},
        {"m[].rows": 3, "m[].cols": 4},
    ),
    Example(
        "particles",
        """struct particle { double x, v; int cell; };
void particles(struct particle *p, int n, double dt, int *cells, int ncells) {
    for (int c = 0; c < ncells; c++) cells[c] = 0;
    for (int i = 0; i < n; i++) { p[i].x += dt * p[i].v; cells[p[i].cell]++; } }""",
        {"p": 6, "cells": 4},
        {"n": 6, "ncells": 4},
        ranges={"p[].cell": (0, 3)},
    ),
    Example(
        "letters",
        """int letters(const char *s) {
    int count = 0;
    for (int i = 0; s[i] != '\\0'; i++) if (s[i] >= 'a' && s[i] <= 'z') count++;
    return count; }""",
        {},
    ),
    Example(
        "outputs",
        """void outputs(const double *v, int n, double *sum, double *biggest) {
    *sum = 0; *biggest = v[0];
    for (int i = 0; i < n; i++) { *sum += v[i]; if (v[i] > *biggest) *biggest = v[i]; } }""",
        {"v": 5, "sum": 1, "biggest": 1},
        {"n": 5},
    ),
    Example(
        "merge",
        """void merge(const int *a, int na, const int *b, int nb, int *out) {
    int i = 0, j = 0, k = 0;
    while (i < na && j < nb) { if (a[i] <= b[j]) out[k++] = a[i++]; else out[k++] = b[j++]; }
    while (i < na) out[k++] = a[i++];
    while (j < nb) out[k++] = b[j++]; }""",
        {"a": 3, "b": 4},
        {"na": 3, "nb": 4},
    ),
    Example(
        "merge_sort",
        """static void sort_range(int *a, int *tmp, int lo, int hi) {
    if (hi - lo < 2) return;
    int mid = lo + (hi - lo) / 2;
    sort_range(a, tmp, lo, mid);
    sort_range(a, tmp, mid, hi);
    int i = lo, j = mid, k = lo;
    while (i < mid && j < hi) tmp[k++] = a[i] <= a[j] ? a[i++] : a[j++];
    while (i < mid) tmp[k++] = a[i++];
    while (j < hi) tmp[k++] = a[j++];
    for (k = lo; k < hi; k++) a[k] = tmp[k]; }
void merge_sort(int *a, int *tmp, int n) { sort_range(a, tmp, 0, n); }""",
        {"a": 9},
        {"n": 9},
    ),
    Example(
        "fib",
        "int fib(int n) { return n < 2 ? n : fib(n - 1) + fib(n - 2); }",
        {},
        {"n": 9},
    ),
    Example(
        "gather",
        """void gather(const int *index, const double *table, double *out, int n) {
    for (int i = 0; i < n; i++) out[i] = table[index[i]]; }""",
        {"index": 6, "table": 10, "out": 6},
        {"n": 6},
        ranges={"index[]": (0, 9)},
    ),
    Example(
        "counting_sort",
        """void counting_sort(const int *keys, int n, int *count, int k, int *out) {
    for (int i = 0; i < k; i++) count[i] = 0;
    for (int i = 0; i < n; i++) count[keys[i]]++;
    int total = 0;
    for (int i = 0; i < k; i++) { int c = count[i]; count[i] = total; total += c; }
    for (int i = 0; i < n; i++) out[count[keys[i]]++] = keys[i]; }""",
        {"keys": 9, "count": 4},
        {"n": 9, "k": 4},
        ranges={"keys[]": (0, 3)},
    ),
    Example(
        "logistic",
        """double logistic(double x, double r, int steps) {
    for (int i = 0; i < steps; i++) x = r * x * (1.0 - x);
    return x; }""",
        {},
        {"steps": 9},
    ),
)

CPP = tuple(replace(e, language=Language.CPP) for e in (
    Example(
        "dot",
        """#include <vector>
double dot(const std::vector<double> &x, const std::vector<double> &y) {
    double s = 0;
    for (std::size_t i = 0; i < x.size(); ++i) s += x[i] * y[i];
    return s; }""",
        {"x": 10, "y": 10},
    ),
    Example(
        "quadrants",
        """#include <vector>
#include <array>
struct Point { double x, y; };
void quadrants(const std::vector<Point> &points, std::array<std::size_t, 4> &bins) {
    for (const auto &p : points) {
        if (p.x >= 0 && p.y >= 0) bins[0]++;
        else if (p.x < 0 && p.y >= 0) bins[1]++;
        else if (p.x < 0) bins[2]++;
        else bins[3]++;
    } }""",
        {"points": 10, "bins": 4},
    ),
    Example(
        "tens",
        """#include <vector>
#include <array>
void tens(const std::vector<double> &x, std::array<std::size_t, 10> &bins) {
    for (double v : x) { const std::size_t b = v / 10; bins[b] += 1; } }""",
        {"x": 10, "bins": 10},
    ),
    Example(
        "evens",
        """#include <vector>
void evens(const std::vector<int> &v, std::vector<int> &out) {
    for (int x : v) if (x % 2 == 0) out.push_back(x); }""",
        {"v": 10, "out": 0},
    ),
    Example(
        "prefix",
        """#include <vector>
#include <numeric>
void prefix(const std::vector<int> &v, std::vector<int> &out) {
    std::inclusive_scan(v.begin(), v.end(), out.begin()); }""",
        {"v": 10, "out": 10},
    ),
    Example(
        "sorted",
        """#include <vector>
#include <algorithm>
void sorted(std::vector<int> &v) { std::sort(v.begin(), v.end()); }""",
        {"v": 10},
    ),
    Example(
        "gemv",
        """#include <vector>
void gemv(const std::vector<double> &A, const std::vector<double> &x, std::vector<double> &y, std::size_t M,
          std::size_t N) {
    for (std::size_t i = 0; i < M; ++i) { y[i] = 0; for (std::size_t j = 0; j < N; ++j) y[i] += A[i * N + j] * x[j]; }
}""",
        {"A": 12, "x": 4, "y": 3},
        {"M": 3, "N": 4},
    ),
    Example(
        "row_sums",
        """#include <vector>
std::vector<int> row_sums(const std::vector<std::vector<int>> &g) {
    std::vector<int> out(g.size(), 0);
    for (std::size_t i = 0; i < g.size(); i++) for (std::size_t j = 0; j < g[i].size(); j++) out[i] += g[i][j];
    return out; }""",
        {"g": 10, "g[]": 10},
    ),
    Example(
        "capitals",
        """#include <string>
int capitals(const std::string &s) {
    int k = 0;
    for (char c : s) if (c >= 'A' && c <= 'Z') ++k;
    return k; }""",
        {"s": 10},
    ),
    Example(
        "magnitude",
        """#include <complex>
#include <vector>
void magnitude(const std::vector<std::complex<double>> &z, std::vector<double> &out) {
    out.resize(z.size());
    for (std::size_t i = 0; i < z.size(); ++i) out[i] = std::abs(z[i]); }""",
        {"z": 10, "out": 0},
    ),
    Example(
        "closest",
        """#include <vector>
#include <cmath>
#include <limits>
int closest(const std::vector<double> &v, double target) {
    int best = -1; double distance = std::numeric_limits<double>::infinity();
    for (int i = 0; i < (int)v.size(); ++i) {
        double d = std::abs(v[i] - target);
        if (d < distance) { distance = d; best = i; }
    }
    return best; }""",
        {"v": 10},
    ),
    Example(
        "transformed",
        """#include <algorithm>
#include <vector>
void transformed(const std::vector<float> &a, const std::vector<float> &b, std::vector<float> &c) {
    std::transform(a.begin(), a.end(), b.begin(), c.begin(),
                   [](float x, float y) { return x > 1.0f ? x * y : y; }); }""",
        {"a": 10, "b": 10, "c": 10},
    ),
))

ALL = C + CPP
