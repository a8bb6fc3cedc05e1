#include <math.h>

#define N 20000
double px[N], py[N], m[N], fx[N], fy[N];

void nbody(int n)
{
    for (int i = 0; i < n; i++) {
        double ax = 0.0, ay = 0.0;
        for (int j = 0; j < n; j++) {
            double dx = px[j] - px[i], dy = py[j] - py[i];
            double r2 = dx * dx + dy * dy + 1e-9;
            double s = m[j] / (r2 * sqrt(r2));
            ax += s * dx;
            ay += s * dy;
        }
        fx[i] = ax;
        fy[i] = ay;
    }
}
