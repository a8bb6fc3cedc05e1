/* Loops whose step is not known before they run. */
#include <cstddef>
#include <vector>

void butterflies(std::vector<double> &v, std::size_t len)
{
    const std::size_t n = v.size();
    for (std::size_t i = 0; i < n; i += len) /* parallel map guarded Induction Holds */
        for (std::size_t j = 0; j < len / 2; j++) {
            double a = v[i + j], b = v[i + j + len / 2];
            v[i + j] = a + b;
            v[i + j + len / 2] = a - b;
        }
}

void butterflies_too_wide(std::vector<double> &v, std::size_t len)
{
    const std::size_t n = v.size();
    for (std::size_t i = 0; i < n; i += len) /* parallel map guarded Holds Holds Holds */ /* the guard never holds */
        for (std::size_t j = 0; j < len / 2 + 1; j++) {
            double a = v[i + j], b = v[i + j + len / 2];
            v[i + j] = a + b;
            v[i + j + len / 2] = a - b;
        }
}

void one_further(std::vector<double> &v, std::size_t len)
{
    const std::size_t n = v.size();
    for (std::size_t i = 0; i < n; i += len) /* sequential: v[i */
        v[i + len] += v[i];
}

void on_pointers(double *a, int n, int step)
{
    for (int i = 0; i < n; i += step) /* parallel map guarded Induction Holds */
        a[i] *= 2.0;
}

void from_the_middle(double *a, int from, int n, int step)
{
    for (int i = from; i < n; i += step) /* parallel map guarded Induction Holds */
        a[i] *= 2.0;
}

void growing_step(double *a, int n, int step)
{
    for (int i = 0; i < n; i += step) { /* sequential: number of iterations */
        a[i] *= 2.0;
        step++;
    }
}

void step_in_memory(int *a, int n, int *step)
{
    for (int i = 0; i < n; i += *step) /* sequential: number of iterations */
        a[i] *= 2;
}

void doubling(double *a, int n)
{
    for (int i = 1; i < n; i += i) /* sequential: number of iterations */
        a[i] *= 2.0;
}

void downwards(double *a, int n, int step)
{
    for (int i = n - 1; i >= 0; i -= step) /* sequential: number of iterations */
        a[i] *= 2.0;
}

void to_the_end_exactly(double *a, int n, int step)
{
    for (int i = 0; i != n; i += step) /* sequential: number of iterations */
        a[i] *= 2.0;
}

double every_so_often(const double *a, int n, int step)
{
    double sum = 0.0;
    for (int i = 0; i < n; i += step) /* parallel reduction guarded Accumulator Induction Holds */
        sum += a[i];
    return sum;
}
