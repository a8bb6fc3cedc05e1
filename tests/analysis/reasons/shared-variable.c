struct filter {
    double state;
};

void filter(struct filter *f, double *x, int n)
{
    for (int i = 0; i < n; i++) {
        if (x[i] > f->state)
            f->state = x[i] * f->state;
        x[i] = f->state;
    }
}
