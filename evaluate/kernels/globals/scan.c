#define N 1000000
double in[N], out[N];

void scan(int n)
{
    double sum = 0.0;
    for (int i = 0; i < n; i++) {
        sum += in[i];
        out[i] = sum;
    }
}
