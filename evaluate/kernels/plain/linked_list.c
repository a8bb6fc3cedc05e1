#include <stddef.h>

struct node {
    double value;
    struct node *next;
};

void linked_list(struct node *head, double factor)
{
    for (struct node *p = head; p != NULL; p = p->next)
        p->value = p->value * factor + 1.0;
}
