#include <limits.h>
#include <stddef.h>
#include <stdint.h>

#define MAX(a, b) ((a) > (b) ? (a) : (b))
#define EACH(i, n) for (int i = 0; i < (n); i++)

typedef double real;
enum color { RED, GREEN = 5, BLUE };
static const int limits[2][3] = {{1, 2}, {[1] = 7}};
static int counter;

// inputs: n in 0..8, a[n] in -99..99
int sum_down(int n, int *a) { int s = 0; while (n--) s += a[n]; return s + n; }

// inputs: n in 0..8, a[n] in -3..99
int sum_until(int n, int *a) { int s = 0; while (n-- > 0) { if (a[n] < 0) break; s += a[n]; } return s * 100 + n; }

// inputs: n in 0..8, a[n] in -99..99
int down(int n, const int *a) { int k = 0; for (int i = n; i-- > 0; ) { if (a[i] % 3 == 0) continue; k = k * 2 + i; } return k; }

// inputs: n in 0..8, a[n] in -99..99
int down_outside(int n, const int *a) { int i, k = 0; for (i = n; i-- > 0; ) { if (a[i] % 5 == 0) break; k += i; } return k * 100 + i; }

// inputs: n in 1..8, s[n] text, d[n+1]
int copy(int n, const char *s, char *d) { const char *from = s; while ((*d++ = *s++)) ; return s - from + n; }

// inputs: x[2] in -99..99, y[2] in -99..99, z in -99..99
void chain(int *x, int *y, int z) { *x = *y = z; x[1] += y[1] -= 2; x[0] = y[0] = 7; }

// inputs: n in 0..8, in[n] in -1..1, out[n]
int compact(int n, const int *in, int *out) { int k = 0; for (int i = 0; i < n; i++) if (in[i]) out[k++] = in[i] * i; return k; }

// inputs: n[1] in 0..3, buf[4] in -9..9, x in -9..9
int push(int *n, int *buf, int x) { buf[(*n)++] = x; return buf[--*n] + *n; }

// inputs: a in -2..2, b[1] in -9..9
int logic(int a, int *b) { if (a && (*b)++ > 3) return 1; if (a || ++*b) return 2 + *b; return 3; }

// inputs: a in -1..1, b in -99..99
int choose(int a, int b) { int c = a > 0 ? b++ : a < 0 ? --b : (b += 2, b * 2); return c * 100 + b; }

// inputs: p[3] in -9..9, c in -1..1, x in -9..9
void as_statements(int *p, int c, int x) { c ? p[0]++ : (p[1] = x); c && p[2]++; c || (p[2] = 5); (void)x; }

// inputs: n in 1..8, s[n] text
unsigned hash(int n, const char *s) { unsigned h = 5381u + n; int c; while ((c = *s++)) h = ((h << 5) + h) + c; return h; }

// inputs: n in -2..6
int do_both(int n) { int k = 0; do { k += n; } while (--n > 0); do k = k * 3 + n; while (n++ < 2); return k; }

// inputs: x in -99..99
int commas(int x) { int y = (x++, x + 1), z; z = (y -= 2, y * x); return (x, y, z); }

// inputs: i in 0..99
int double_and(int i) { int k = i-- && i-- && i++; return k * 1000 + i; }

// inputs: n in 0..6, a[n] in -99..99
int largest(int n, const int *a) { int m = INT_MIN; EACH(i, n) m = MAX(m, a[i]); return m; }

// inputs: c in -1..7
int arms(int c) { switch (c) { case RED: return 1; case 1: case 2: c = 3; break; case BLUE: { c++; break; } default: c = 9; } return c; }

// inputs: i in 0..2, n in 0..3
int tables(int i, int n) { static int calls = 0; counter = n; calls = n; calls++; return limits[i % 2][i] + calls + counter++; }

// inputs: a, b, c
int16_t narrowing(uint8_t a, int16_t b, long long c) { b = (int16_t)(b / 2 + a); a = c; b ^= a << 3; return a * (b % 7); }

// inputs: a, b in -1000..1000
long mixed_signs(unsigned a, int b) { long r = a < b ? -a : ~b; r += a % 7u + b % 7 + (a >> 3) + (b & 0xff) + !a + (a == b); return r; }

// inputs: a finite, n in -9..9
real single(float a, int n) { float s = a * 2.0 + n / 2 + 1.5f; s /= 3; s -= n; return s > 0 ? s : -s * 0.5f; }

// inputs: n in 2..6, a[n] in -99..99
ptrdiff_t pointers(int n, int *a) { int *p = a, *q = a + n; *p++ = 3; *--q = 4; p += 1; return (q - p) * 10 + *(q - 1) + *(1 + a) + a[n - 1] + (p < q); }

// inputs: n in 1..5, m[n*n] in -9..9
int rows(int n, int m[n][n]) { int t[n], s = 0; for (int i = 0; i < n; i++) { t[i] = 0; for (int j = 0; j < n; ++j) t[i] += m[i][j] * j; s -= t[i]++; s ^= t[i]; } return s + (int)sizeof m / 8; }

// inputs: x in -9..9
int shadows(int x) { int y = x; { int x = 3; y += x; for (int y = 0; y < 2; y++) x += y; y += x; } return y * 10 + x; }
