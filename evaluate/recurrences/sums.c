/* Sums, polynomials, numbers read digit by digit, linear filters and generators: x = a*x + b. */
#include <stddef.h>
#include <stdint.h>

/* The value of a decimal number, leading digit first. */
unsigned long parse_decimal(const char *digits, size_t count)
{
    unsigned long value = 0;
    for (size_t i = 0; i < count; i++)
        value = value * 10 + (unsigned long)(digits[i] - '0');
    return value;
}

/* Hexadecimal, both cases of letters; anything else counts as zero. */
uint32_t parse_hex(const unsigned char *text, int length)
{
    uint32_t number = 0;
    for (int at = 0; at < length; at++) {
        unsigned char c = text[at];
        uint32_t digit = 0;
        if (c >= '0' && c <= '9')
            digit = c - '0';
        else if (c >= 'a' && c <= 'f')
            digit = c - 'a' + 10;
        else if (c >= 'A' && c <= 'F')
            digit = c - 'A' + 10;
        number = number << 4 | digit;
    }
    return number;
}

/* Horner's rule, highest coefficient first. */
double horner_descending(const double *coefficient, int degree, double x)
{
    double result = 0.0;
    for (int k = 0; k <= degree; ++k)
        result = coefficient[k] + x * result;
    return result;
}

/* The same polynomial, lowest coefficient first, with a running power. */
long polynomial_mod_word(const long *c, int n, long x)
{
    unsigned long sum = 0, power = 1;
    for (int i = 0; i < n; i++) {
        sum += (unsigned long)c[i] * power;
        power *= (unsigned long)x;
    }
    return (long)sum;
}

/* Exponential moving average, every value kept. */
void smooth_exponentially(const float *sample, float *smoothed, int n, float alpha)
{
    float level = 0.0f;
    for (int t = 0; t < n; t++) {
        level = alpha * sample[t] + (1.0f - alpha) * level;
        smoothed[t] = level;
    }
}

/* An account with interest that changes from day to day. */
double balance_after(const double *rate, const double *deposit, size_t days, double opening)
{
    double balance = opening;
    size_t day = 0;
    while (day < days) {
        balance += balance * rate[day];
        balance += deposit[day];
        day++;
    }
    return balance;
}

/* Second-order filter, direct form: y depends on its two previous values. */
void biquad(const double *in, double *out, int n, double b0, double b1, double a1, double a2)
{
    double y1 = 0.0, y2 = 0.0, x1 = 0.0;
    for (int i = 0; i < n; i++) {
        double y = b0 * in[i] + b1 * x1 - a1 * y1 - a2 * y2;
        out[i] = y;
        x1 = in[i];
        y2 = y1;
        y1 = y;
    }
}

/* Fibonacci numbers modulo 2^64. */
uint64_t fibonacci(int n)
{
    uint64_t a = 0, b = 1;
    for (int k = 0; k < n; k++) {
        uint64_t next = a + b;
        a = b;
        b = next;
    }
    return a;
}

/* Tribonacci with inputs mixed in. */
unsigned tribonacci_driven(const unsigned *input, int n)
{
    unsigned a = 0, b = 0, c = 1;
    for (int i = 0; i < n; ++i) {
        unsigned d = a + b + c + input[i];
        a = b;
        b = c;
        c = d;
    }
    return c;
}

/* Two tanks that leak into each other. */
void two_tanks(const double *inflow, double *upper, double *lower, int steps, double leak, double drain)
{
    double high = 1.0, low = 0.0;
    for (int s = 0; s < steps; s++) {
        double moved = leak * high;
        high = high - moved + inflow[s];
        low = low + moved - drain * low;
        upper[s] = high;
        lower[s] = low;
    }
}

/* A linear congruential generator fills a buffer. */
void fill_random(uint32_t *buffer, size_t n, uint32_t seed)
{
    uint32_t state = seed;
    for (size_t i = 0; i < n; i++) {
        state = state * 1664525u + 1013904223u;
        buffer[i] = state >> 8;
    }
}

/* Mean and variance from the sum and the sum of squares. */
double variance(const double *x, int n)
{
    double sum = 0.0, squares = 0.0;
    for (int i = 0; i < n; i++) {
        sum += x[i];
        squares += x[i] * x[i];
    }
    double mean = sum / n;
    return squares / n - mean * mean;
}

/* Plus and minus in turn, the sign carried along. */
long alternating_sum(const int *terms, int n)
{
    long total = 0;
    int sign = 1;
    for (int i = 0; i < n; i++) {
        total += (long)sign * terms[i];
        sign = -sign;
    }
    return total;
}

/* Prefix sums of prefix sums: a second-order running total. */
void double_integral(const int *acceleration, unsigned *position, int n)
{
    unsigned velocity = 0, where = 0;
    for (int t = 0; t < n; t++) {
        velocity += (unsigned)acceleration[t];
        where += velocity;
        position[t] = where;
    }
}

/* Sum of all prefix sums, only the total counts. */
unsigned sum_of_prefixes(const unsigned *v, int n)
{
    unsigned run = 0, total = 0;
    for (int i = 0; i < n; i++) {
        run += v[i];
        total += run;
    }
    return total;
}

/* A polynomial hash of a string modulo 2^32 (Java's). */
uint32_t string_hash(const char *s, size_t n)
{
    uint32_t h = 7;
    const char *end = s + n;
    for (; s != end; ++s)
        h = 31 * h + (unsigned char)*s;
    return h;
}

/* First-order recurrence with both coefficients from arrays, in place on its second one. */
void linear_recurrence(const uint32_t *a, uint32_t *b, int n)
{
    for (int i = 1; i < n; i++)
        b[i] = a[i] * b[i - 1] + b[i];
}

/* A sum that starts again where a flag is set. */
void segmented_sum(const unsigned char *head, const unsigned *value, unsigned *out, int n)
{
    unsigned running = 0;
    for (int i = 0; i < n; i++) {
        if (head[i])
            running = 0;
        running += value[i];
        out[i] = running;
    }
}

/* Counts up, down, or resets to the last checkpoint's value. */
int replay(const int *op, const int *arg, int n)
{
    int counter = 0;
    for (int i = n - 1; i >= 0; i--) {
        switch (op[i]) {
        case 0:
            counter = (int)((unsigned)counter + (unsigned)arg[i]);
            break;
        case 1:
            counter = (int)((unsigned)counter - (unsigned)arg[i]);
            break;
        case 2:
            counter = arg[i];
            break;
        default:
            break;
        }
    }
    return counter;
}

/* Weighted sum with the position as the weight, the weight counted by hand. */
unsigned long checksum_positions(const unsigned char *data, size_t n)
{
    unsigned long check = 0, weight = 1;
    for (size_t i = 0; i < n; ++i, ++weight)
        check += weight * data[i];
    return check;
}
