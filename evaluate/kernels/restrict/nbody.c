#include <math.h>

void nbody(int n, const double px[restrict n], const double py[restrict n], const double m[restrict n],
           double fx[restrict n], double fy[restrict n])
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
