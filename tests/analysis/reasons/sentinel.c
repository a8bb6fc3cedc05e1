void upper(char *text)
{
    for (int i = 0; text[i] != 0; i++)
        text[i] -= 32;
}
