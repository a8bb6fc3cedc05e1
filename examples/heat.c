/* One explicit step of the heat equation on an n x n plate; the border is kept. */
void heat_step(int n, const double *now, double *next, double alpha)
{
    for (int i = 1; i < n - 1; i++)
        for (int j = 1; j < n - 1; j++)
            next[i * n + j] = now[i * n + j]
                + alpha * (now[(i - 1) * n + j] + now[(i + 1) * n + j]
                           + now[i * n + j - 1] + now[i * n + j + 1]
                           - 4.0 * now[i * n + j]);
}
