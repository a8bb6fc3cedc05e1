#include <stdlib.h>

static int fits(const int *place, int k, int at)
{
    for (int j = 0; j < k; j++)
        if (place[j] == at || abs(place[j] - at) == k - j)
            return 0;
    return 1;
}

/* the state is passed on */
long placements(int size, int k, int *place)
{
    long found = 0;
    if (size == k)
        return 1;
    for (int at = 0; at != size; ++at) { /* sequential: */
        if (!fits(place, k, at))
            continue;
        place[k] = at;
        found = found + placements(size, k + 1, place);
    }
    return found;
}

int colorings(int k, int n, int *color)
{
    if (k == n)
        return 1;
    int count = 0;
    for (int c = 0; c < 3; c++) { /* parallel backtracking proved Accumulator */
        if (k > 0) {
            int clash = 0;
            for (int j = 0; j < k; j++)
                if (color[j] == c && j % 2 == k % 2)
                    clash = 1;
            if (clash)
                continue;
        }
        color[k] = c;
        count += colorings(k + 1, n, color);
    }
    return count;
}

/* no state at all */
long masks(int n, int k, unsigned columns, unsigned left, unsigned right)
{
    if (k == n)
        return 1;
    long count = 0;
    for (int c = 0; c < n; c++) { /* parallel backtracking proved Accumulator */
        unsigned bit = 1u << c;
        if (!((columns | left | right) & bit))
            count += masks(n, k + 1, columns | bit, (left | bit) << 1, (right | bit) >> 1);
    }
    return count;
}

/* reads what deeper calls wrote */
long looks_ahead(int n, int k, int *s)
{
    if (k == n)
        return 1;
    long count = 0;
    for (int c = 0; c < n; c++) { /* sequential: at its own depth or deeper */
        if (s[k + 1] == c)
            continue;
        s[k] = c;
        count += looks_ahead(n, k + 1, s);
    }
    return count;
}

/* goes deeper without writing */
long sometimes(int n, int k, int *s)
{
    if (k == n)
        return 1;
    long count = 0;
    for (int c = 0; c < n; c++) { /* sequential: without having written */
        if (c % 2)
            s[k] = c;
        count += sometimes(n, k + 1, s);
    }
    return count;
}

/* writes a fixed element */
long counter_in_state(int n, int k, int *s)
{
    if (k == n)
        return 1;
    long count = 0;
    for (int c = 0; c < n; c++) { /* sequential: another element */
        s[k] = c;
        s[0] = c;
        count += counter_in_state(n, k + 1, s);
    }
    return count;
}

/* stops at the first solution */
int solved(int n, int k, int *s)
{
    if (k == n)
        return 1;
    for (int c = 0; c < n; c++) { /* sequential: */
        s[k] = c;
        if (fits(s, k, c) && solved(n, k + 1, s))
            return 1;
    }
    return 0;
}

/* the leaves look at the whole state */
long checked_at_the_end(int n, int k, int *s)
{
    if (k == n)
        return s[0] < s[n - 1];
    long count = 0;
    for (int c = 0; c < n; c++) { /* sequential: outside of the loop over the choices */
        s[k] = c;
        count += checked_at_the_end(n, k + 1, s);
    }
    return count;
}

/* a second array may be the state */
long priced(int n, int k, int *s, const int *price)
{
    if (k == n)
        return 1;
    long count = 0;
    for (int c = 0; c < n; c++) { /* sequential: may lead to the state */
        s[k] = c;
        count += price[c] * priced(n, k + 1, s, price);
    }
    return count;
}
