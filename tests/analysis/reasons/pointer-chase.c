struct node {
    double value;
    struct node *next;
};

void halve_links(struct node *p)
{
    while (p != 0) {
        if (p->next != 0 && p->next->value < p->value)
            p->next = p->next->next;
        p = p->next;
    }
}
