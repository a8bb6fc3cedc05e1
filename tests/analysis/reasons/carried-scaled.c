void digits(char *text, unsigned x, int n)
{
    for (int i = n - 1; i >= 0; i--) {
        text[i] = '0' + x % 10;
        x /= 10;
    }
}
