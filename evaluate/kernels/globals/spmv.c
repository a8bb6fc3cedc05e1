#define N 100000
#define NNZ 1000000
int start[N + 1], column[NNZ];
double value[NNZ], x[N], y[N];

void spmv(int n)
{
    for (int i = 0; i < n; i++) {
        double sum = 0.0;
        for (int k = start[i]; k < start[i + 1]; k++)
            sum += value[k] * x[column[k]];
        y[i] = sum;
    }
}
