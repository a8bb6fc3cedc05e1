void mark(int *restrict owner, const int *restrict cell, int n)
{
    for (int i = 0; i < n; i++)
        owner[cell[i] / 2] = i;
}
