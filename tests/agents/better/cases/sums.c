/* Each function stands under the algorithms that may take its loops' place; "none": near misses. */

/* one running sum */
void prefixes(const double *x, int n, double *out) {
    for (int i = 0; i < n; i++) {
        double s = 0;
        for (int j = 0; j <= i; j++) s += x[j] * x[j];
        out[i] = s / (i + 1);
    }
}

/* one running sum */
void prefixes_from(const int *x, int first, int n, short *out) {
    for (int i = first; i < n; i++) {
        short s = 5;
        for (int j = 2; j < i; j++) s += x[j];
        out[i] = s;
    }
}

/* differences of one running sum */
void suffixes(const int *x, int n, int *out) {
    for (int i = 0; i < n; i++) {
        int s = 0;
        for (int j = i; j < n; j++) s += x[j];
        out[i] = s;
    }
}

/* differences of one running sum */
void windows(const int *x, int n, int w, int *out) {
    for (int i = 0; i <= n - w; i++) {
        int s = 0;
        for (int j = i; j < i + w; j++) s -= x[j];
        out[i] = s;
    }
}

/* differences of one running sum */
void windows_by_offset(const unsigned char *x, int n, int w, long *out) {
    for (int i = 0; i < n - w; i++) {
        long s = 0;
        for (int j = 0; j < w; j++) s += x[i + j];
        out[i] = s;
    }
}

/* none: a difference of floating-point sums loses digits */
void float_windows(const double *x, int n, int w, double *out) {
    for (int i = 0; i < n - w; i++) {
        double s = 0;
        for (int j = i; j < i + w; j++) s += x[j];
        out[i] = s;
    }
}

/* none: a product has no differences */
void products(const unsigned *x, int n, int w, unsigned *out) {
    for (int i = 0; i < n - w; i++) {
        unsigned s = 1;
        for (int j = i; j < i + w; j++) s *= x[j];
        out[i] = s;
    }
}

/* none: a convolution weighs by the place in the window */
void convolved(const int *x, const int *k, int n, int w, int *out) {
    for (int i = 0; i < n - w; i++) {
        int s = 0;
        for (int j = 0; j < w; j++) s += x[i + j] * k[j];
        out[i] = s;
    }
}

/* none: sums what it writes */
void self_sums(int *x, int n) {
    for (int i = 0; i < n; i++) {
        int s = 0;
        for (int j = 0; j < i; j++) s += x[j];
        x[i] = s;
    }
}

/* none: the window jumps */
void strides(const int *x, int n, int *out) {
    for (int i = 0; i < n; i++) {
        int s = 0;
        for (int j = 2 * i; j < 2 * i + 5; j++) s += x[j];
        out[i] = s;
    }
}
