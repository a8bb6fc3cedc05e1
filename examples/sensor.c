#include <math.h>
#include <stdio.h>

/* Raw counts to physical units. */
void calibrate(const int *raw, double *value, int n, double gain, double offset)
{
    for (int i = 0; i < n; i++)
        value[i] = gain * (raw[i] - offset) + 0.01 * sqrt(fabs((double) raw[i]));
}

/* Energy so far: energy[i] = v[0]^2 + ... + v[i]^2. */
void running_energy(const double *v, double *energy, int n)
{
    double total = 0.0;
    for (int i = 0; i < n; i++) {
        total += v[i] * v[i];
        energy[i] = total;
    }
}

/* Replaces spikes by the mean of the neighbours, in place: each step sees the one before. */
void despike(double *v, int n, double limit)
{
    for (int i = 1; i < n - 1; i++) {
        double mean = 0.5 * (v[i - 1] + v[i + 1]);
        if (fabs(v[i] - mean) > limit)
            v[i] = mean;
    }
}

/* One line a sample. */
void log_all(const double *v, int n)
{
    for (int i = 0; i < n; i++)
        printf("%d %g\n", i, v[i]);
}
