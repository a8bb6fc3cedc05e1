int paths(int *seen, const int *next, int node, int width)
{
    int count = 1;
    for (int i = 0; i < width; i++)
        if (seen[next[node + i]] == 0) {
            seen[next[node + i]] = 1;
            count += paths(seen, next, next[node + i], width);
        }
    return count;
}
