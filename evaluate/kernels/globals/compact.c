#define N 1000000
int in[N], out[N];

int compact(int n)
{
    int k = 0;
    for (int i = 0; i < n; i++)
        if (in[i] > 0)
            out[k++] = in[i];
    return k;
}
