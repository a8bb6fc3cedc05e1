static int safe(const int *restrict column, int row, int c)
{
    for (int r = 0; r < row; r++)
        if (column[r] == c || column[r] - c == row - r || c - column[r] == row - r)
            return 0;
    return 1;
}

long queens(int n, int row, int column[restrict n])
{
    if (row == n)
        return 1;
    long count = 0;
    for (int c = 0; c < n; c++)
        if (safe(column, row, c)) {
            column[row] = c;
            count += queens(n, row + 1, column);
        }
    return count;
}
