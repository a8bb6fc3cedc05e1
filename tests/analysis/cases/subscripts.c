/* Affine subscripts: what can and what cannot meet. */

void shift_left(double *a, int n)
{
    for (int i = 0; i + 1 < n; i++) /* parallel map proved Buffered */
        a[i] = a[i + 1];
}

void shift_right(double *a, int n)
{
    for (int i = 1; i < n; i++) /* parallel scan any */
        a[i] = 0.5 * a[i - 1];
}

void far(double *a, int n)
{
    for (int i = 8; i < n; i++) /* sequential: (distance 8) */
        a[i] += a[i - 8] * a[i - 8];
}

void even_odd(double *a, int n)
{
    for (int i = 0; i < n; i++) /* parallel map proved */
        a[2 * i] = a[2 * i + 1];
}

void even_any(double *a, int n)
{
    for (int i = 0; i < n; i++) /* sequential: reads a[3 * i] */
        a[2 * i] = a[3 * i];
}

void step_two(double *a, int n)
{
    for (int i = 0; i < n - 1; i += 2) /* parallel map proved */
        a[i] = a[i + 1];
}

void step_two_near_miss(double *a, int n)
{
    for (int i = 0; i < n - 2; i += 2) /* parallel map proved Buffered */
        a[i] = a[i + 2];
}

void reversed(double *a, int n)
{
    for (int i = n - 1; i > 0; i--) /* parallel map proved Buffered */
        a[i] = a[i - 1];
}

void reversed_flow(double *a, int n)
{
    for (int i = n - 2; i >= 0; i--) /* parallel scan any */
        a[i] = 2.0 * a[i + 1];
}

void halves(double *a, int n)
{
    for (int i = 0; i < n; i++) /* parallel map proved */
        a[i] = a[i + n];
}

void overlapping_halves(double *a, int n)
{
    for (int i = 0; i <= n; i++) /* parallel map proved */
        a[i] = a[i + n];
}

void mirror(double *a, int n)
{
    for (int i = 0; i < n; i++) /* sequential: which another iteration may write */
        a[i] = a[n - 1 - i] + 1.0;
}

void reverse_half(double *a, int n)
{
    for (int i = 0, j = n - 1; i < n / 2; i++, j--) { /* parallel map any Induction */
        double t = a[i];
        a[i] = a[j];
        a[j] = t;
    }
}

void one_element(double *a, int n, int k)
{
    for (int i = 0; i < n; i++) /* sequential: written again by another iteration */
        a[k] = i;
}

void not_element_k(double *a, int n)
{
    for (int i = 1; i < n; i++) /* parallel map proved */
        a[i] = a[0] * i;
}

void element_zero_too(double *a, int n)
{
    for (int i = 0; i < n; i++) /* parallel map proved */
        a[i] = a[0] * i;
}

void squares(double *a, int n)
{
    for (int i = 0; i < n; i++) /* sequential: not linear */
        a[i * i] = i;
}

void unsigned_wrap(double *a, unsigned n, unsigned k)
{
    for (unsigned i = 0; i < n; i++) /* parallel map guarded Holds */
        a[i + k] = i;
}

void unsigned_plain(double *a, unsigned n)
{
    for (unsigned i = 1; i < n; i++) /* parallel map proved */
        a[i - 1] = i;
}

void narrow(double *a, int n)
{
    for (int i = 0; i < n; i++) /* parallel map guarded Holds */
        a[(unsigned char) i] = i;
}
