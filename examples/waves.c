#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define SAMPLES 200000

static const double SPEED = 0.7;

/* A sum of ten harmonics at each sample. */
void synthesize(double *signal, int n)
{
    for (int i = 0; i < n; i++) {
        double t = SPEED * i / n;
        signal[i] = 0.0;
        for (int k = 1; k <= 10; k++)
            signal[i] += sin(6.283185307179586 * k * t) / k;
    }
}

/* The positions where the signal changes sign; returns how many. */
int crossings(const double *signal, int n, int *where)
{
    int count = 0;
    for (int i = 1; i < n; i++)
        if ((signal[i - 1] < 0.0) != (signal[i] < 0.0))
            where[count++] = i;
    return count;
}

double loudest(const double *signal, int n)
{
    double peak = 0.0;
    for (int i = 0; i < n; i++)
        peak = fmax(peak, fabs(signal[i]));
    return peak;
}

int main(void)
{
    double *signal = malloc(SAMPLES * sizeof *signal);
    int *where = malloc(SAMPLES * sizeof *where);
    if (!signal || !where)
        return 1;
    synthesize(signal, SAMPLES);
    int count = crossings(signal, SAMPLES, where);
    printf("%d crossings, peak %.6f\n", count, loudest(signal, SAMPLES));
    free(signal);
    free(where);
    return 0;
}
