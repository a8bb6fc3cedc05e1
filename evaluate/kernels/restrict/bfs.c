void bfs(int n, const int *restrict start, const int *restrict edge, int source, int dist[restrict n],
         int queue[restrict n])
{
    for (int i = 0; i < n; i++)
        dist[i] = -1;
    int head = 0, tail = 0;
    dist[source] = 0;
    queue[tail++] = source;
    while (head < tail) {
        int u = queue[head++];
        for (int e = start[u]; e < start[u + 1]; e++) {
            int v = edge[e];
            if (dist[v] < 0) {
                dist[v] = dist[u] + 1;
                queue[tail++] = v;
            }
        }
    }
}
