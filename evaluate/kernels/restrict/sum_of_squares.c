int sum_of_squares(int n, const int v[restrict n])
{
    int sum = 0;
    for (int i = 0; i < n; i++)
        sum += v[i] * v[i];
    return sum;
}
