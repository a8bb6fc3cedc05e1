/* Which objects may overlap. */

void restricted(double *restrict y, const double *restrict x, int n)
{
    for (int i = 0; i < n; i++) /* parallel map proved */
        y[i] = x[i] * x[i + 1];
}

void plain(double *y, const double *x, int n)
{
    for (int i = 0; i < n; i++) /* parallel map guarded Disjoint */
        y[i] = x[i] * x[i + 1];
}

void types(int *y, const double *x, int n)
{
    for (int i = 0; i < n; i++) /* parallel map proved */
        y[i] = (int) x[i];
}

void bytes(unsigned char *y, const double *x, int n)
{
    for (int i = 0; i < n; i++) /* parallel map guarded Disjoint */
        y[i] = x[i] > 0.0;
}

void factor(double *y, const double *s, int n)
{
    for (int i = 0; i < n; i++) /* parallel map guarded Disjoint */
        y[i] *= *s;
}

void bound(int *y, const int *n)
{
    for (int i = 0; i < *n; i++) /* parallel map guarded Disjoint */
        y[i] = i;
}

double level;

void global_factor(double *y, int n)
{
    for (int i = 0; i < n; i++) /* parallel map guarded Disjoint */
        y[i] *= level;
}

void local_array(double *y, int n)
{
    double t[4] = {1, 2, 3, 4};
    for (int i = 0; i < n; i++) /* parallel map proved */
        y[i] = t[i % 4];
}

void own_scratch(double *y, int n)
{
    for (int i = 0; i < n; i++) { /* parallel map proved */
        double t[8];
        for (int k = 0; k < 8; k++)
            t[k] = i * k;
        y[i] = t[i % 8];
    }
}

void shared_scratch(double *y, int n)
{
    double t[8];
    for (int i = 0; i < n; i++) { /* parallel map proved Private */
        for (int k = 0; k < 8; k++)
            t[k] = i * k;
        y[i] = t[3];
    }
}

void address_taken(double *y, int n)
{
    double s = 1.0;
    double *p = &s;
    for (int i = 0; i < n; i++) { /* sequential: *p */
        *p += 1.0;
        y[i] = s;
    }
}

void pointer_table(double **rows, int n, int m)
{
    for (int i = 0; i < n; i++) /* sequential: pointer that changes */
        for (int j = 0; j < m; j++)
            rows[i][j] = 0.0;
}

struct matrix {
    int rows, columns;
    double *data;
};

void fill(struct matrix *m, double x)
{
    for (int i = 0; i < m->rows; i++) /* parallel map proved */
        for (int j = 0; j < m->columns; j++)
            m->data[i * m->columns + j] = x;
}

struct integers {
    int count;
    int *data;
};

void fill_integers(struct integers *v, int x)
{
    for (int i = 0; i < v->count; i++) /* parallel map guarded Disjoint */
        v->data[i] = x;
}

struct particle {
    double position, speed;
};

void move(struct particle *p, int n, double dt)
{
    for (int i = 0; i < n; i++) /* parallel map proved */
        p[i].position += dt * p[i].speed;
}

void drag(struct particle *p, int n)
{
    for (int i = 1; i < n; i++) /* parallel map proved */
        p[i].position += p[i - 1].speed;
}

void drag_chain(struct particle *p, int n)
{
    for (int i = 1; i < n; i++) /* sequential: p[i - 1].position */
        p[i].position += p[i - 1].position;
}

void array_parameters(int n, double y[], const double x[n])
{
    for (int i = 0; i < n; i++) /* parallel map guarded Disjoint */
        y[i] = 2.0 * x[i];
}

void rows_of_parameters(int n, int m, double y[n][m], double x[n][m])
{
    for (int i = 1; i < n; i++) /* parallel map guarded Disjoint */
        for (int j = 0; j < m; j++)
            y[i][j] = x[i - 1][j];
}

static double first_of(const double v[])
{
    return v[0];
}

static void clear(double v[], int n)
{
    for (int i = 0; i < n; i++)
        v[i] = 0.0;
}

void handed_on(double *a, int n)
{
    for (int i = 0; i + 1 < n; i++) /* parallel map proved Buffered */
        a[i] = a[i + 1];
    for (int i = 1; i < n; i++) /* sequential: (distance 1) */
        a[i] = first_of(a + i - 1);
}

void clear_rows(double *a, int n, int m)
{
    for (int i = 0; i < n; i++) /* parallel map proved */
        clear(a + i * m, m);
}

double global_rows[100][100];

void clear_one_row(int n)
{
    for (int i = 0; i < n; i++) /* sequential: written again */
        clear(global_rows[7], 100);
}
