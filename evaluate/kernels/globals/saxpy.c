#define N 1000000
float x[N], y[N];

void saxpy(int n, float a)
{
    for (int i = 0; i < n; i++)
        y[i] = a * x[i] + y[i];
}
