/* Runs, last writes and positions. */
#include <stdbool.h>
#include <stddef.h>

/* Longest run of ones. */
int longest_ones(const int *bit, int n)
{
    int run = 0, longest = 0;
    for (int i = 0; i < n; i++) {
        run = bit[i] == 1 ? run + 1 : 0;
        if (run > longest)
            longest = run;
    }
    return longest;
}

/* Longest stretch of equal neighbours. */
size_t longest_plateau(const short *v, size_t n)
{
    size_t length = 1, best = 0;
    for (size_t i = 1; i < n; ++i) {
        if (v[i] == v[i - 1]) {
            ++length;
        } else {
            length = 1;
        }
        best = best < length ? length : best;
    }
    return best;
}

/* Longest ascending run. */
int longest_ascent(const double *x, int n)
{
    int now = 0, most = 0;
    for (int i = 1; i < n; i++) {
        if (x[i] > x[i - 1])
            now++;
        else
            now = 0;
        if (now > most)
            most = now;
    }
    return most;
}

/* Missing readings (negative) take the last good one. */
void fill_forward(const int *reading, int *filled, int n)
{
    int last = 0;
    for (int i = 0; i < n; i++) {
        if (reading[i] >= 0)
            last = reading[i];
        filled[i] = last;
    }
}

/* The same in place, and how many were filled. */
int fill_in_place(double *series, const unsigned char *missing, int n)
{
    double value = 0.0;
    int repaired = 0;
    for (int i = 0; i < n; i++) {
        if (missing[i]) {
            series[i] = value;
            repaired++;
        } else {
            value = series[i];
        }
    }
    return repaired;
}

/* Distance to the nearest marker on the left. */
void distance_left(const char *seat, int *distance, int n)
{
    int since = 1000000;
    for (int i = 0; i < n; i++) {
        if (seat[i] == 'x')
            since = 0;
        else
            since++;
        distance[i] = since;
    }
}

/* Position of the last element that is not zero. */
int last_nonzero(const float *x, int n)
{
    int where = -1;
    for (int i = 0; i < n; i++)
        if (x[i] != 0.0f)
            where = i;
    return where;
}

/* First position of the largest element, by position. */
int argmax(const int *v, int n)
{
    int best = 0;
    for (int i = 1; i < n; i++)
        if (v[i] > v[best])
            best = i;
    return best;
}

/* Which segment each element is in: heads start a new one. */
void segment_numbers(const bool *head, int *segment, int n)
{
    int current = 0;
    for (int i = 0; i < n; i++) {
        if (head[i])
            current++;
        segment[i] = current;
    }
}

/* Schmitt trigger: on above one threshold, off below another. */
void hysteresis(const int *signal, unsigned char *out, int n, int low, int high)
{
    int on = 0;
    for (int i = 0; i < n; i++) {
        if (signal[i] > high)
            on = 1;
        else if (signal[i] < low)
            on = 0;
        out[i] = (unsigned char)on;
    }
}

/* The latest timestamp of an event of each kind, seen from now. */
long newest_event(const int *kind, const long *stamp, int n, int wanted)
{
    long newest = -1;
    int found = 0;
    for (int i = 0; i < n; i++) {
        if (kind[i] == wanted) {
            newest = stamp[i];
            found = 1;
        }
    }
    return found ? newest : -1;
}

/* Changes of sign between neighbours, zeros ignored: carried is the last sign that was not zero. */
int sign_changes(const int *x, int n)
{
    int last = 0, changes = 0;
    for (int i = 0; i < n; i++) {
        int sign = (x[i] > 0) - (x[i] < 0);
        if (sign != 0) {
            if (last != 0 && sign != last)
                changes++;
            last = sign;
        }
    }
    return changes;
}

/* Largest distance between two neighbours among the marked elements. */
int widest_gap(const unsigned char *marked, int n)
{
    int previous = -1, widest = 0;
    for (int i = 0; i < n; i++) {
        if (marked[i]) {
            if (previous >= 0 && i - previous > widest)
                widest = i - previous;
            previous = i;
        }
    }
    return widest;
}

/* Lengths of lines of text: how long is the longest? */
int longest_line(const char *text, int n)
{
    int column = 0, width = 0;
    for (int i = 0; i < n; i++) {
        if (text[i] == '\n') {
            column = 0;
        } else {
            column++;
            if (column > width)
                width = column;
        }
    }
    return width;
}

/* Column of every character, tabs to the next multiple of 8 left out. */
void columns(const char *text, int *column, int n)
{
    int at = 0;
    for (int i = 0; i < n; i++) {
        column[i] = at;
        at = text[i] == '\n' ? 0 : at + 1;
    }
}

/* The best sum of one run of positive numbers. */
int best_positive_run(const int *v, int n)
{
    int run = 0, best = 0;
    for (int i = 0; i < n; i++) {
        if (v[i] > 0)
            run += v[i];
        else
            run = 0;
        if (run > best)
            best = run;
    }
    return best;
}

/* The maximum of what precedes the first... last one seen so far. */
int max_before_last_one(const int *v, int n)
{
    int high = 0, before = 0;
    for (int i = 0; i < n; i++) {
        if (v[i] == 1)
            before = high;
        if (v[i] > high)
            high = v[i];
    }
    return before;
}
