/* Arrays and records that every iteration writes before it reads them. */
#include <stdlib.h>
#include <string.h>

struct vec {
    double x, y, z;
};

void an_array(const double *a, double *out, int n)
{
    double work[16];
    for (int i = 0; i < n; i++) { /* parallel map guarded Private */
        for (int j = 0; j < 16; j++)
            work[j] = a[i * 16 + j] * 2.0;
        out[i] = work[3] * work[i % 16];
    }
}

void in_two_dimensions(const double *restrict a, double *restrict out, int n)
{
    double m[3][3];
    for (int i = 0; i < n; i++) { /* parallel map proved Private */
        for (int r = 0; r < 3; r++)
            for (int c = 2; c >= 0; c--)
                m[r][c] = a[9 * i + 3 * r + c];
        out[i] = m[0][0] * m[1][1] - m[0][1] * m[1][0];
    }
}

void a_record(const struct vec *p, double *restrict out, int n)
{
    struct vec t;
    for (int i = 0; i < n; i++) { /* parallel map proved Private */
        t.x = p[i].x * 2;
        t.y = p[i].y + 1;
        out[i] = t.x * t.y;
    }
}

void counted(const int *restrict a, int *restrict out, int n, int m)
{
    int *count = malloc(256 * sizeof(int));
    for (int i = 0; i < n; i++) { /* parallel map proved Private */
        memset(count, 0, 256 * sizeof(int));
        for (int j = 0; j < m; j++)
            count[a[i * m + j] & 255]++;
        out[i] = count[17];
    }
    free(count);
}

void of_a_length_given(const double *restrict a, double *restrict out, int n, int m)
{
    double *work = malloc(m * sizeof(double));
    for (int i = 0; i < n; i++) { /* parallel map proved Private */
        for (int j = 0; j < m; j++)
            work[j] = a[i * m + j];
        for (int j = 1; j < m; j++)
            work[j] += work[j - 1];
        out[i] = m > 0 ? work[m - 1] : 0;
    }
    free(work);
}

void of_the_caller(const double *a, double *out, double *work, int n, int m)
{
    for (int i = 0; i < n; i++) { /* parallel map guarded Private Disjoint Disjoint */
        for (int j = 0; j < m; j++)
            work[j] = a[i * m + j] * 2.0;
        double s = 0;
        for (int j = 0; j < m; j++)
            s += work[j] * work[m - 1 - j];
        out[i] = s;
    }
}

void two_rows(const char *s, const char *words, int *out, int n, int len)
{
    int prev[65], cur[65];
    for (int w = 0; w < n; w++) { /* parallel map guarded Private Private */
        for (int j = 0; j <= 64; j++)
            prev[j] = 0;
        for (int i = 1; i <= len; i++) {
            cur[0] = 0;
            for (int j = 1; j <= 64; j++)
                cur[j] = s[i - 1] == words[w * 64 + j - 1] ? prev[j - 1] + 1
                                                           : (prev[j] > cur[j - 1] ? prev[j] : cur[j - 1]);
            for (int j = 0; j <= 64; j++)
                prev[j] = cur[j];
        }
        out[w] = prev[64];
    }
}

static void twice_row(const double *row, double *to, int m)
{
    for (int j = 0; j < m; j++)
        to[j] = 2 * row[j];
}

void by_a_helper(const double *restrict a, double *restrict out, int n)
{
    double work[32];
    for (int i = 0; i < n; i++) { /* parallel map proved Private */
        twice_row(a + 32 * i, work, 32);
        out[i] = work[0] + work[31];
    }
}

void a_column_beside_it(const double *restrict a, const double *restrict b, double *restrict out, int n)
{
    double m[3][4];
    for (int i = 0; i < n; i++) { /* parallel map proved Private */
        for (int r = 0; r < 3; r++) {
            for (int c = 0; c < 3; c++)
                m[r][c] = a[9 * i + 3 * r + c];
            m[r][3] = b[3 * i + r];
        }
        for (int k = 0; k < 3; k++)
            for (int r = k + 1; r < 3; r++)
                for (int c = 3; c >= k; c--)
                    m[r][c] -= m[r][k] / m[k][k] * m[k][c];
        out[i] = m[2][3] / m[2][2];
    }
}

/* --- near misses ---------------------------------------------------------------------------------- */

void one_element_is_kept(const double *restrict a, double *restrict out, int n)
{
    double work[16] = {0};
    for (int i = 0; i < n; i++) { /* sequential: work[0] */
        for (int j = 1; j < 16; j++)
            work[j] = a[i * 16 + j] + work[0];
        work[0] = work[7];
        out[i] = work[5];
    }
}

void written_perhaps(const double *restrict a, double *restrict out, int n, int m)
{
    double work[16] = {0};
    for (int i = 0; i < n; i++) { /* sequential: work[3] */
        for (int j = 0; j < m; j++)
            work[j] = a[i * 16 + j];
        out[i] = work[3];
    }
}

void under_a_condition(const double *restrict a, double *restrict out, int n)
{
    double work[4] = {0};
    for (int i = 0; i < n; i++) { /* sequential: work[k] */
        for (int k = 0; k < 4; k++)
            if (a[4 * i + k] > 0)
                work[k] = a[4 * i + k];
        for (int k = 0; k < 4; k++)
            out[4 * i + k] = work[k];
    }
}

void leaves_the_inner_loop(const double *restrict a, double *restrict out, int n)
{
    double work[4] = {0};
    for (int i = 0; i < n; i++) { /* sequential: work[k] */
        for (int k = 0; k < 4; k++) {
            work[k] = a[4 * i + k];
            if (work[k] < 0)
                break;
        }
        for (int k = 0; k < 4; k++)
            out[4 * i + k] = work[k];
    }
}

void in_every_other_place(const double *restrict a, double *restrict out, int n)
{
    double work[8] = {0};
    for (int i = 0; i < n; i++) { /* sequential: work[k] */
        for (int k = 0; k < 8; k += 2)
            work[k] = a[8 * i + k];
        for (int k = 0; k < 8; k++)
            out[8 * i + k] = work[k];
    }
}

double read_behind(const double *restrict a, double *restrict out, int n)
{
    double work[16] = {0};
    for (int i = 0; i < n; i++) { /* sequential: work[3] */
        for (int j = 0; j < 16; j++)
            work[j] = a[i * 16 + j];
        out[i] = work[3];
    }
    return work[5];
}

double read_through_another_pointer(const double *restrict a, double *restrict out, int n)
{
    double work[16] = {0};
    double *last = work + 5;
    for (int i = 0; i < n; i++) { /* sequential: work[3] */
        for (int j = 0; j < 16; j++)
            work[j] = a[i * 16 + j];
        out[i] = work[3];
    }
    return *last;
}

double *handed_back(const double *restrict a, double *restrict out, int n)
{
    double *work = malloc(16 * sizeof(double));
    for (int i = 0; i < n; i++) { /* sequential: work[3] */
        for (int j = 0; j < 16; j++)
            work[j] = a[i * 16 + j];
        out[i] = work[3];
    }
    return work;
}

void less_and_less(const double *restrict a, double *restrict out, double *restrict work, int n)
{
    for (int i = 0; i < n; i++) { /* sequential: work[i] */
        for (int j = i; j < n; j++)
            work[j] = a[i * n + j];
        out[i] = work[i];
    }
}

void too_large_for_a_stack(const double *restrict a, double *restrict out, int n)
{
    double work[100000];
    for (int i = 0; i < n; i++) { /* sequential: work[i] */
        for (int j = 0; j < 100000; j++)
            work[j] = a[i] * j;
        out[i] = work[i];
    }
}
