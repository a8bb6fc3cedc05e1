#include <stddef.h>
#include <limits.h>
#include <stdlib.h>

#define SCALE 3
enum { BLOCK = 4, SHIFTED = 1 << 3 };

// inputs: n in 0..9, a[n], b[n]
int while_countdown(int n, const int *a, int *b) {
    int k = 0;
    while (n--) {
        if (a[n] < 0)
            continue;
        b[k++] = a[n] / 2;
        if (k > BLOCK)
            break;
    }
    return k * 100 + n;
}

// inputs: n in 0..9, a[n] in -100..100
int do_while_sum(int n, int *a) {
    int i = 0, total = 0;
    if (n == 0)
        return -1;
    do {
        total += a[i] * SCALE;
        a[i] = total;
    } while (++i < n);
    return total;
}

// inputs: n in 0..9, src[n] in -9..9
int pointer_walk(const int *src, int n) {
    const int *p = src, *end = src + n;
    int total = 0;
    while (p != end) {
        total = total * 3 % 1009 + *p++;
    }
    for (p = end; p > src;)
        total += *--p;
    return total;
}

// inputs: n in 0..6, m in 0..6, a[n*m] in -50..50, b[n*m]
long nested_break(int n, int m, const int *a, int *b) {
    long found = 0;
    for (int i = 0; i < n; i++) {
        int j;
        for (j = 0; j < m; j++) {
            if (a[i * m + j] > 40)
                break;
            b[i * m + j] = a[i * m + j] + i - j;
        }
        if (j == m)
            found++;
        else if (a[i * m + j] == 50)
            return -found;
    }
    return found;
}

// inputs: n in 0..12, a[n] in -20..20
int chained(int n, int *a) {
    int x, y, z = 0;
    for (x = y = 0; x < n; x += 2, y++) {
        z = a[x] = a[y] + z;
        if (z > 60)
            z -= 100;
        else if (z < -60)
            z += 100;
    }
    return x + y * 10 + z;
}

// inputs: n in 0..10, a[n] in 0..9
int switch_counts(int n, const int *a) {
    int evens = 0, odds = 0, other = 0;
    for (int i = 0; i < n; i++) {
        switch (a[i]) {
        case 0:
        case 2:
        case 4:
            evens++;
            break;
        case 1: {
            odds += 10;
            break;
        }
        case 3:
            odds++;
            break;
        default:
            other += a[i];
        }
    }
    return evens + 100 * odds + 10000 * other;
}

// inputs: n in 0..10, a[n] in -9..9
int switch_return(int n, const int *a) {
    for (int i = 0; i < n; i++)
        switch (a[i]) {
        case -9: return i;
        case SHIFTED: continue;
        case 'a': return -1;
        }
    return n;
}

// inputs: n in -5..40
unsigned collatz(int n) {
    unsigned steps = 0;
    if (n <= 0)
        return UINT_MAX;
    while (n != 1) {
        n = n % 2 ? 3 * n + 1 : n / 2;
        ++steps;
    }
    return steps;
}

// inputs: n in 0..8, a[n] in -1000..1000
void bubble(int n, int a[]) {
    int swapped;
    do {
        swapped = 0;
        for (int i = 1; i < n; ++i) {
            if (a[i - 1] > a[i]) {
                int t = a[i - 1];
                a[i - 1] = a[i];
                a[i] = t;
                swapped = 1;
            }
        }
    } while (swapped);
}

// inputs: n in 0..9, a[n] in -9..9, out[n+1]
int compaction(int n, const int *a, int *out) {
    int k = 0;
    for (int i = 0; i < n; i++)
        if (a[i] > 0 && a[i] != 5)
            out[k++] = a[i];
    out[k] = -1;
    return k;
}

// inputs: n in 0..9, a[n] in -9..9
int conditional_effects(int n, int *a) {
    int i = 0, hits = 0;
    while (i < n && a[i++] != 0)
        hits += i < n ? a[i]-- : (hits ? 1 : 2);
    int last = (i > 0 && a[i - 1]) || hits++;
    return hits * 2 + last;
}

// inputs: n in 0..9, m in 1..5
int for_without_parts(int n, int m) {
    int i = 0;
    for (;;) {
        if (i >= n)
            break;
        i += m;
    }
    for (; i > 0; i -= 3)
        ;
    return i;
}

static int helper(int *p, int by) {
    *p += by;
    return *p > 10;
}

// inputs: x in -5..20, by in -3..8
int calls_with_effects(int x, int by) {
    int rounds = 0;
    while (!helper(&x, by ? by : 1) && rounds < 20)
        rounds++;
    return x * 100 + rounds;
}

static long fib(int n) { return n < 2 ? n : fib(n - 1) + fib(n - 2); }

// inputs: n in 0..10
long recursion(int n) { return fib(n); }

// inputs: n in 0..9, a[n] in -9..9
int goto_free_flag(int n, const int *a) {
    _Bool seen = 0;
    int at = -1;
    for (int i = 0; i < n && !seen; i++) {
        seen = a[i] & 4;
        if (seen)
            at = i;
    }
    return at;
}

// inputs: a in -9..9, b in -9..9
int logical_value(int a, int b) {
    int k = 0;
    int either = a - b || k++;
    int both = a * b && (k += 2);
    return either + 10 * both + 100 * k;
}
