#include <stdint.h>
#include <stddef.h>
#include <math.h>
#include <limits.h>
#include <stdbool.h>

// inputs: a, b
int int_mix(int a, int b) {
    return (a & b) | (a ^ ~b) | ((a >> 3) + (b >> 5)) % 7;
}

// inputs: a, b
unsigned wrap_mix(unsigned a, unsigned b) {
    unsigned c = a * b + (a << 7) - b;
    c ^= c >> 15;
    c *= 2654435761u;
    return c + 1;
}

// inputs: a, b
uint64_t hash64(uint64_t a, uint32_t b) {
    a += b;
    a ^= a << 13;
    a ^= a >> 7;
    a ^= a << 17;
    return a * 0x9E3779B97F4A7C15ull;
}

// inputs: c, s, u
int promotions(signed char c, short s, unsigned char u) {
    int a = c + s * 2 - u;
    c += 100;
    s -= u;
    u = u + c;
    u <<= 1;
    u++;
    return a + c * 3 + s * 5 + u * 7;
}

// inputs: a, b
int sign_compare(int a, unsigned b) {
    return (a < b) + 2 * (a == b) + 4 * (-1 < (int)b) + 8 * ((long)a < b);
}

// inputs: a, b
long long divide(int a, int b) {
    if (b == 0 || (a == INT_MIN && b == -1))
        return 0;
    return (long long)(a / b) * 1000003 + a % b;
}

// inputs: x in -1000..1000, y in -1000..1000
int float_to_int(double x, float y) {
    int a = x, b = (int)y;
    unsigned char c = (unsigned char)(a & 255);
    long d = (long)(x * 1000.0) + (long)y;
    return a + b + c + (int)d;
}

// inputs: i, l, u
float int_to_float(int i, long l, uint64_t u) {
    float f = i;
    f += l;
    return f + u;
}

// inputs: a, b, n in 0..5
double float_ops(double a, double b, int n) {
    double c = a * b - a / b + n;
    for (int i = 0; i < n; i++)
        c = c * 0.5f + sqrt(fabs(a)) - (b > 0 ? 1 : -1) * i;
    return c;
}

// inputs: a, b
float float32_ops(float a, float b) {
    float c = a * b + a / b - 0.1f;
    c += 0.1;
    c *= 3;
    return c - a * 1e-3;
}

// inputs: x
double libm(double x) {
    return sin(x) + cos(x) * exp(-fabs(x)) + pow(fabs(x), 0.3) + floor(x) + fmod(x, 2.5) + atan2(x, 2.0);
}

// inputs: x
float libmf(float x) {
    return sinf(x) + sqrtf(fabsf(x)) + powf(fabsf(x), 1.5f) + sqrt(x) + fmaxf(x, 0.5f) + fabs(x);
}

// inputs: x, y
int comparisons(double x, double y) {
    return (x < y) | (x <= y) << 1 | (x == y) << 2 | (x != y) << 3 | (!x) << 4 | (x && y) << 5 | (x || y) << 6 |
           (x > y ? 1 : 0) << 7;
}

// inputs: a
int characters(char a) {
    int r = 0;
    if (a >= 'a' && a <= 'z')
        r = a - 'a' + 'A';
    else if (a == '\n' || a == '\0' || a == '\'')
        r = '\x41' + 1;
    return r + sizeof(a) + sizeof('a') + sizeof(int[3]);
}

// inputs: a, b
bool booleans(int a, double b) {
    bool x = a, y = b, z = 2;
    x ^= y;
    x |= a > 3;
    return (x + y + z) > 1 && !(x & y);
}

// inputs: n in 0..62, x
long shifts(int n, long x) {
    unsigned long u = x;
    u >>= n;
    return (1L << n) ^ (x >> n) ^ (long)u ^ (1u << (n & 31));
}

// inputs: a in -100..100, b in -100..100, c in -100..100
int precedence(int a, int b, int c) {
    return a - (b - c) - -b * (a + c) + (a << 2 & b | c ^ a) + !a * ~b + (a, b) % 7 + (a < b == c > 0) -
           (a ? b ? 1 : 2 : c ? 3 : 4);
}

// inputs: a
int16_t narrow(int32_t a) {
    int16_t s = (int16_t)a;
    uint16_t u = (uint16_t)(a >> 3);
    int8_t c = (int8_t)u;
    s ^= c;
    s = -s;
    return s + (u > 1000);
}

// inputs: a, b
int64_t compound(int32_t a, double b) {
    int64_t t = a;
    t *= 3;
    t -= a / 7;
    t |= 1;
    t %= 100007;
    float f = 2;
    f /= 3;
    f += t;
    if (b > -1e6 && b < 1e6)
        t += b;
    return t + (int64_t)f;
}

// inputs: a, b
double mixed(float a, int b) {
    double d = a + b;
    d += a * b;
    return d / (b | 1) + (b & 1 ? a : d) + 1.0f / 3;
}

// inputs: x in -3..3
double special(double x) {
    double inf = INFINITY, n = NAN;
    return x > 1 ? inf * x : x < -1 ? n : isnan(x) ? 5 : HUGE_VAL > x ? M_PI * x : (double)LONG_MAX;
}
