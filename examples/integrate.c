#include <math.h>

/* Integral of exp(-x) * sin(x)^2 over [a, b] by the midpoint rule with n steps. */
double integrate(double a, double b, int n)
{
    double h = (b - a) / n;
    double sum = 0.0;
    for (int i = 0; i < n; i++) {
        double x = a + (i + 0.5) * h;
        double s = sin(x);
        sum += exp(-x) * s * s;
    }
    return sum * h;
}
