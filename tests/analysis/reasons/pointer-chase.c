struct node {
    double value;
    struct node *next;
};

void scale(struct node *p, double factor)
{
    while (p != 0) {
        p->value *= factor;
        p = p->next;
    }
}
