#include <stddef.h>

struct node {
    double value;
    struct node *next;
};

struct node *head;

void linked_list(double factor)
{
    for (struct node *p = head; p != NULL; p = p->next)
        p->value = p->value * factor + 1.0;
}
