void clear_rows(double **rows, int n)
{
    for (int i = 0; i < n; i++)
        rows[i][0] = 0.0;
}
