#include <stddef.h>
#include <stdlib.h>

struct cell {
    int key;
    double weight;
    struct cell *next;
    struct cell *other;
};

double total(struct cell *p)
{
    double s = 0;
    while (p) { /* parallel reduction proved Accumulator */
        s += p->weight;
        p = p->next;
    }
    return s;
}

static void grow(struct cell *c, int by)
{
    c->key += by;
}

void helped(struct cell *list, int by)
{
    for (struct cell *c = list; c != NULL; c = c->next) /* parallel walk proved */
        grow(c, by);
}

int listed(struct cell *list, int *restrict to)
{
    int k = 0;
    for (struct cell *c = list; c; c = c->next) /* parallel walk proved */
        to[k++] = c->key;
    return k;
}

void subscripts(int first, const int *restrict next, float *restrict v)
{
    for (int i = first; i != -1; i = next[i]) /* parallel walk proved */
        v[i] = v[i] * 2;
}

void unlinks(struct cell *c)
{
    while (c) { /* sequential: changes the links */
        struct cell *o = c->other;
        if (o)
            c->next = o->next;
        c = c->next;
    }
}

int searched(struct cell *c, int key)
{
    for (; c; c = c->next) /* sequential: leave the walk early */
        if (c->key == key)
            return 1;
    return 0;
}

void through_another(struct cell *c)
{
    for (; c; c = c->next) /* sequential: */
        c->other->key = c->key;
}

void from_neighbour(struct cell *c)
{
    for (; c->next; c = c->next) /* sequential: */
        c->key = c->next->key;
}

void counted(struct cell *c, int n)
{
    for (int k = 0; k < n; k++) { /* sequential: c depends */
        c->key++;
        c = c->next;
    }
}

void released(struct cell *c)
{
    while (c) { /* sequential: */
        struct cell *next = c->next;
        free(c);
        c = next;
    }
}

void skipping(struct cell *c)
{
    while (c) { /* sequential: */
        if (c->key < 0)
            c = c->next;
        c->key++;
        c = c->next;
    }
}

void whole_cells(struct cell *c, const struct cell *model)
{
    for (; c; c = c->next) /* sequential: changes the links */
        *c = *model;
}

void neighbours_by_subscript(int first, const int *restrict next, int *restrict v)
{
    for (int i = first; i >= 0; i = next[i]) /* sequential: */
        v[i] = v[i + 1] + 1;
}

void test_inside(struct cell *c)
{
    for (;;) { /* parallel walk any */
        if (!c)
            break;
        c->key++;
        c = c->next;
    }
}
