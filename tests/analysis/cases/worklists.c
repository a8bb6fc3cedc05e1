#include <stdbool.h>
#include <stdlib.h>

/* FIFO in an array, the order of discovery stays in it */
void levels(int n, const int *restrict off, const int *restrict to, int s, int *restrict level, int *restrict fifo) {
    for (int i = 0; i < n; i++) /* parallel map proved */
        level[i] = -1;
    int first = 0, last = 0;
    fifo[last++] = s;
    level[s] = 0;
    while (first != last) { /* parallel frontier guarded */
        int x = fifo[first];
        first++;
        for (int k = off[x]; k < off[x + 1]; ++k)
            if (level[to[k]] == -1) {
                level[to[k]] = level[x] + 1;
                fifo[last] = to[k];
                last = last + 1;
            }
    }
}

/* parents: the first item in the queue's order wins, as in the loop */
void parents(int n, const long *restrict row, const int *restrict adj, int root, int *restrict parent) {
    int *q = malloc(n * sizeof(int));
    int h = 0, t = 0;
    for (int v = 0; v < n; v++) /* parallel map proved */
        parent[v] = -1;
    parent[root] = root;
    q[t++] = root;
    while (h < t) { /* parallel frontier guarded */
        int u = q[h++];
        for (long e = row[u]; e < row[u + 1]; e++) {
            int v = adj[e];
            if (parent[v] != -1)
                continue;
            parent[v] = u;
            q[t++] = v;
        }
    }
    free(q);
}

/* a matrix; how many were reached, early end */
int reached(int n, const char *restrict a, int s, int goal) {
    bool *seen = calloc(n, sizeof(bool));
    int *q = malloc(sizeof(int) * n);
    int h = 0, t = 0, count = 0, found = 0;
    seen[s] = true;
    q[t++] = s;
    while (h < t) { /* parallel frontier proved Accumulator */
        int u = q[h++];
        count++;
        if (u == goal) {
            found = 1;
            break;
        }
        for (int v = 0; v < n; v++)
            if (a[u * n + v] && !seen[v]) {
                seen[v] = true;
                q[t++] = v;
            }
    }
    free(q);
    free(seen);
    return found ? count : -count;
}

/* a stack, counts only */
int stacked(int n, const int *restrict off, const int *restrict to, int s, unsigned char *restrict mark) {
    int *stack = malloc(n * sizeof(int));
    for (int i = 0; i < n; i++) /* parallel map proved */
        mark[i] = 0;
    int top = 0, count = 1;
    stack[top++] = s;
    mark[s] = 1;
    while (top > 0) { /* parallel frontier guarded Accumulator */
        int u = stack[--top];
        for (int e = off[u]; e < off[u + 1]; e++) {
            int v = to[e];
            if (mark[v] == 0) {
                mark[v] = 1;
                count++;
                stack[top++] = v;
            }
        }
    }
    free(stack);
    return count;
}

/* the order in which a stack is worked off shows */
void parents_by_stack(int n, const int *restrict off, const int *restrict to, int s, int *restrict parent) {
    int *stack = malloc(n * sizeof(int));
    for (int i = 0; i < n; i++) /* parallel map proved */
        parent[i] = -1;
    int top = 0;
    stack[top++] = s;
    parent[s] = s;
    while (top > 0) { /* sequential: depends on which item reaches it first */
        int u = stack[--top];
        for (int e = off[u]; e < off[u + 1]; e++) {
            int v = to[e];
            if (parent[v] < 0) {
                parent[v] = u;
                stack[top++] = v;
            }
        }
    }
    free(stack);
}

void order_left(int n, const int *restrict off, const int *restrict to, int s, char *restrict mark,
                int *restrict stack) {
    for (int i = 0; i < n; i++) /* parallel map proved */
        mark[i] = 0;
    int top = 0;
    stack[top++] = s;
    mark[s] = 1;
    while (top > 0) { /* sequential: the order of the visits is left in stack */
        int u = stack[--top];
        for (int e = off[u]; e < off[u + 1]; e++)
            if (!mark[to[e]]) {
                mark[to[e]] = 1;
                stack[top++] = to[e];
            }
    }
}

/* a stack that may be too small for all that waits at one time */
int small_stack(int n, const int *restrict off, const int *restrict to, int s, char *restrict mark) {
    int stack[64];
    for (int i = 0; i < n; i++) /* parallel map proved */
        mark[i] = 0;
    int top = 0, count = 0;
    stack[top++] = s;
    mark[s] = 1;
    while (top > 0) { /* sequential: may be too small */
        int u = stack[--top];
        count++;
        for (int e = off[u]; e < off[u + 1]; e++)
            if (!mark[to[e]]) {
                mark[to[e]] = 1;
                stack[top++] = to[e];
            }
    }
    return count;
}

/* not every push is marked: an item may come twice */
void twice(int n, const int *restrict off, const int *restrict to, int s, int *restrict level, int *restrict q) {
    for (int i = 0; i < n; i++) /* parallel map proved */
        level[i] = 1000;
    int h = 0, t = 0;
    level[s] = 0;
    q[t++] = s;
    while (h < t) { /* sequential: whether a vertex is new depends on more than its mark */
        int u = q[h++];
        for (int e = off[u]; e < off[u + 1]; e++) {
            int v = to[e];
            if (level[v] > level[u] + 1) {
                level[v] = level[u] + 1;
                q[t++] = v;
            }
        }
    }
}

void unmarked(int n, const int *restrict off, const int *restrict to, int s, int *restrict level, int *restrict q) {
    int h = 0, t = 0;
    q[t++] = s;
    while (h < t) { /* sequential: without marking */
        int u = q[h++];
        for (int e = off[u]; e < off[u + 1]; e++)
            if (level[to[e]] < 5)
                q[t++] = to[e];
    }
}

/* reads another vertex's mark */
int triangles(int n, const int *restrict off, const int *restrict to, int s, int *restrict level, int *restrict q) {
    int h = 0, t = 0, odd = 0;
    for (int i = 0; i < n; i++) /* parallel map proved */
        level[i] = -1;
    q[t++] = s;
    level[s] = 0;
    while (h < t) { /* sequential: while the search changes it */
        int u = q[h++];
        for (int e = off[u]; e < off[u + 1]; e++) {
            int v = to[e];
            if (level[v] == level[u])
                odd++;
            if (level[v] < 0) {
                level[v] = level[u] + 1;
                q[t++] = v;
            }
        }
    }
    return odd;
}

/* looks at how much waits */
int widest(int n, const int *restrict off, const int *restrict to, int s, int *restrict level, int *restrict q) {
    int h = 0, t = 0, most = 0;
    for (int i = 0; i < n; i++) /* parallel map proved */
        level[i] = -1;
    q[t++] = s;
    level[s] = 0;
    while (h < t) { /* sequential: besides taking and pushing */
        int u = q[h++];
        if (t - h > most)
            most = t - h;
        for (int e = off[u]; e < off[u + 1]; e++)
            if (level[to[e]] < 0) {
                level[to[e]] = level[u] + 1;
                q[t++] = to[e];
            }
    }
    return most;
}

/* pointers that may overlap: a batch checks what it reads and writes */
void may_overlap(int n, int *off, int *to, int s, int *level, int *q) {
    for (int i = 0; i < n; i++) /* parallel map proved */
        level[i] = -1;
    int h = 0, t = 0;
    level[s] = 0;
    q[t++] = s;
    while (h < t) { /* parallel frontier guarded */
        int u = q[h++];
        for (int e = off[u]; e < off[u + 1]; e++)
            if (level[to[e]] < 0) {
                level[to[e]] = level[u] + 1;
                q[t++] = to[e];
            }
    }
}
