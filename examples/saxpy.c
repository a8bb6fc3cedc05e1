/* y = a*x + y on plain pointers: nothing tells the compiler that x and y do not overlap. */
void saxpy(int n, float a, const float *x, float *y)
{
    for (int i = 0; i < n; i++)
        y[i] = a * x[i] + y[i];
}
