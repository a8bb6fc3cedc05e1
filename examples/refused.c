/* Three that stay sequential, each for another reason. */
#include <stdio.h>

extern double table_lookup(double key);

/* The logistic map: each step needs the one before, and its steps do not compose into a smaller form. */
double logistic(double x, double r, int steps)
{
    for (int i = 0; i < steps; i++)
        x = r * x * (1.0 - x);
    return x;
}

/* Prints while it goes: the order of the lines is visible. */
int report_large(const double *v, int n, double limit)
{
    int shown = 0;
    for (int i = 0; i < n; i++) {
        if (v[i] > limit) {
            printf("%d: %g\n", i, v[i]);
            shown++;
        }
    }
    return shown;
}

/* Calls a function that this file does not define. */
void look_up_all(const double *key, double *value, int n)
{
    for (int i = 0; i < n; i++)
        value[i] = table_lookup(key[i]);
}
