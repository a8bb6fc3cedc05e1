void number(int *y, int n)
{
    for (int i = 0; i < n; i++) {
        static int calls;
        calls++;
        y[i] = calls;
    }
}
