#define N 1000000
#define BINS 1024
int v[N], count[BINS];

void histogram(int n)
{
    for (int b = 0; b < BINS; b++)
        count[b] = 0;
    for (int i = 0; i < n; i++)
        count[v[i]]++;
}
