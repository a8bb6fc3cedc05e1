/* Loops that must stay as they are: one step is in no family that is closed under composition. */
#include <stddef.h>
#include <stdint.h>

/* Boyer and Moore's majority vote: candidate and count depend on each other through equality with the data. */
int majority(const int *v, int n)
{
    int candidate = 0, count = 0;
    for (int i = 0; i < n; i++) {
        if (count == 0) {
            candidate = v[i];
            count = 1;
        } else if (v[i] == candidate) {
            count++;
        } else {
            count--;
        }
    }
    return candidate;
}

/* FNV-1a: xor and multiplication do not distribute. */
uint32_t fnv1a(const unsigned char *data, size_t n)
{
    uint32_t hash = 2166136261u;
    for (size_t i = 0; i < n; i++) {
        hash ^= data[i];
        hash *= 16777619u;
    }
    return hash;
}

/* Collatz: the branch depends on the value. */
uint64_t collatz(uint64_t start, int steps)
{
    uint64_t x = start;
    for (int i = 0; i < steps; i++)
        x = x % 2 == 0 ? x / 2 : 3 * x + 1;
    return x;
}

/* The logistic map: quadratic in the carried value. */
double logistic(double x, int n, double r)
{
    for (int i = 0; i < n; i++)
        x = r * x * (1.0 - x);
    return x;
}

/* A neuron that fires at a threshold and starts again from zero. */
int spikes(const int *input, int n, int threshold)
{
    int potential = 0, fired = 0;
    for (int i = 0; i < n; i++) {
        potential += input[i];
        if (potential >= threshold) {
            potential = 0;
            fired++;
        }
    }
    return fired;
}

/* Greedy packing: the bin is closed when the next item does not fit. */
int bins(const int *size, int n, int capacity)
{
    int used = 0, count = 1;
    for (int i = 0; i < n; i++) {
        if (used + size[i] > capacity) {
            count++;
            used = size[i];
        } else {
            used += size[i];
        }
    }
    return count;
}

/* A pointer chase through an array. */
int chase(const int *next, int n, int start)
{
    int at = start;
    for (int i = 0; i < n; i++)
        at = next[at];
    return at;
}

/* Von Neumann's middle square. */
uint32_t middle_square(uint32_t seed, int n)
{
    uint32_t x = seed;
    for (int i = 0; i < n; i++)
        x = (uint32_t)((uint64_t)x * x >> 16);
    return x;
}

/* Newton's iteration for a square root. */
double newton(double a, int n)
{
    double x = a;
    for (int i = 0; i < n; i++)
        x = 0.5 * (x + a / x);
    return x;
}

/* Blum, Blum and Shub's generator. */
uint64_t blum(uint64_t seed, int n, uint64_t m)
{
    uint64_t x = seed;
    for (int i = 0; i < n; i++)
        x = x * x % m;
    return x;
}

/* The greatest common divisor by subtraction of a pair, a fixed number of steps. */
unsigned subtractive_gcd(unsigned a, unsigned b, int steps)
{
    for (int i = 0; i < steps; i++) {
        if (a > b)
            a -= b;
        else if (b > a)
            b -= a;
    }
    return a;
}

/* A one-time pad that feeds on its own output through a table. */
unsigned table_walk(const unsigned *table, const unsigned char *data, int n)
{
    unsigned state = 0;
    for (int i = 0; i < n; i++)
        state = table[(state ^ data[i]) & 255] + (state >> 8);
    return state;
}

/* Sums in floating point that round to a grid at every step. */
long rounded_interest(long cents, int years)
{
    for (int y = 0; y < years; y++)
        cents = cents + cents / 20;
    return cents;
}

/* Selection without overlap: take the next interval that starts after the end of the one taken. */
int disjoint_intervals(const int *start, const int *end, int n)
{
    int busy_until = 0, taken = 0;
    for (int i = 0; i < n; i++) {
        if (start[i] >= busy_until) {
            busy_until = end[i];
            taken++;
        }
    }
    return taken;
}
