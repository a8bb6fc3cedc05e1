#define N 1000000
int v[N];

long max_subarray(int n)
{
    long best = v[0], here = v[0];
    for (int i = 1; i < n; i++) {
        here = here > 0 ? here + v[i] : v[i];
        if (here > best)
            best = here;
    }
    return best;
}
