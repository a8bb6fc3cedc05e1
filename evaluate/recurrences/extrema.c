/* Best sums, queues, water levels: x = max(x + p, q) and its mirror image. */
#include <limits.h>
#include <stddef.h>

/* Kadane: the largest sum of a (perhaps empty) segment. */
int max_segment_sum(const int *a, int n)
{
    int current = 0, best = 0;
    for (int i = 0; i < n; i++) {
        current = current + a[i] > 0 ? current + a[i] : 0;
        if (current > best)
            best = current;
    }
    return best;
}

/* The smallest sum of a non-empty segment. */
long min_segment_sum(const int *values, int count)
{
    long here = 0, least = LONG_MAX;
    for (int i = 0; i < count; ++i) {
        if (here > 0)
            here = 0;
        here += values[i];
        if (here < least)
            least = here;
    }
    return least;
}

/* Maximum prefix sum. */
int max_prefix_sum(const int *x, int n)
{
    int sum = 0, most = 0;
    for (int i = 0; i < n; i++) {
        sum += x[i];
        if (sum > most)
            most = sum;
    }
    return most;
}

/* Maximum suffix sum, read from the left. */
int max_tail_sum(const int *x, int n)
{
    int tail = 0;
    for (int i = 0; i < n; i++) {
        tail += x[i];
        if (tail < 0)
            tail = 0;
    }
    return tail;
}

/* Where the maximum prefix sum ends (first one). */
int max_prefix_position(const int *x, int n)
{
    int sum = 0, most = 0, at = -1;
    for (int i = 0; i < n; i++) {
        sum += x[i];
        if (sum > most) {
            most = sum;
            at = i;
        }
    }
    return at;
}

/* Buy once, sell once. */
int best_trade(const int *price, int days)
{
    int lowest = INT_MAX, profit = 0;
    for (int d = 0; d < days; d++) {
        if (price[d] < lowest)
            lowest = price[d];
        if (price[d] - lowest > profit)
            profit = price[d] - lowest;
    }
    return profit;
}

/* Deepest fall below an earlier peak. */
double max_drawdown(const double *equity, int n)
{
    double peak = equity[0], worst = 0.0;
    for (int i = 0; i < n; i++) {
        if (equity[i] > peak)
            peak = equity[i];
        double fall = peak - equity[i];
        if (fall > worst)
            worst = fall;
    }
    return worst;
}

/* How far below the running peak each sample is. */
void underwater(const int *level, int *below, int n)
{
    int peak = INT_MIN;
    for (int i = 0; i < n; i++) {
        peak = level[i] > peak ? level[i] : peak;
        below[i] = peak - level[i];
    }
}

/* A peak meter that falls by one step a sample. */
void peak_meter(const int *amplitude, int *shown, int n, int decay)
{
    int held = 0;
    for (int k = 0; k < n; k++) {
        held -= decay;
        if (amplitude[k] > held)
            held = amplitude[k];
        shown[k] = held;
    }
}

/* Lindley's equation: waiting times of customers in a queue. */
void waiting_times(const int *service, const int *gap, int *wait, int customers)
{
    int w = 0;
    for (int c = 0; c < customers; c++) {
        wait[c] = w;
        w = w + service[c] - gap[c];
        if (w < 0)
            w = 0;
    }
}

/* When the last job of a single machine ends. */
long last_finish(const int *release, const int *duration, int jobs)
{
    long clock = 0;
    for (int j = 0; j < jobs; j++) {
        if (release[j] > clock)
            clock = release[j];
        clock += duration[j];
    }
    return clock;
}

/* Deepest nesting of parentheses. */
int max_depth(const char *text, int n)
{
    int depth = 0, deepest = 0;
    for (int i = 0; i < n; i++) {
        if (text[i] == '(')
            depth++;
        else if (text[i] == ')')
            depth--;
        if (depth > deepest)
            deepest = depth;
    }
    return deepest;
}

/* Balanced: never below zero, zero at the end. */
int is_balanced(const char *s, int n)
{
    int open = 0, lowest = 0;
    for (int i = 0; i < n; i++) {
        open += s[i] == '[';
        open -= s[i] == ']';
        if (open < lowest)
            lowest = open;
    }
    return open == 0 && lowest >= 0;
}

/* Closing brackets without a partner are skipped; how many stay open? */
int unmatched_open(const char *s, int n)
{
    int open = 0;
    for (int i = 0; i < n; i++) {
        if (s[i] == '{')
            open++;
        else if (s[i] == '}' && open > 0)
            open--;
    }
    return open;
}

/* Volume between limits, as a knob turns it. */
int turn_knob(const int *step, int n, int volume)
{
    for (int i = 0; i < n; i++) {
        volume += step[i];
        if (volume > 100)
            volume = 100;
        if (volume < 0)
            volume = 0;
    }
    return volume;
}

/* Token bucket: which packets pass when each needs at most one token? The level is kept between 0 and the burst. */
void bucket_levels(const int *earned, const int *spent, int *level, int n, int burst)
{
    int tokens = 0;
    for (int i = 0; i < n; i++) {
        tokens = tokens + earned[i];
        if (tokens > burst)
            tokens = burst;
        tokens = tokens - spent[i];
        if (tokens < 0)
            tokens = 0;
        level[i] = tokens;
    }
}

/* A row of the edit-distance table, given the row above. */
void edit_row(const int *above, int *row, const char *word, char letter, int n)
{
    for (int j = 1; j <= n; j++) {
        int best = above[j - 1] + (word[j - 1] != letter);
        if (above[j] + 1 < best)
            best = above[j] + 1;
        if (row[j - 1] + 1 < best)
            best = row[j - 1] + 1;
        row[j] = best;
    }
}

/* A row of the longest-common-subsequence table. */
void lcs_row(const int *above, int *row, const char *word, char letter, int n)
{
    int left = 0;
    for (int j = 0; j < n; j++) {
        int up = above[j + 1];
        if (word[j] == letter)
            left = above[j] + 1;
        else if (up > left)
            left = up;
        row[j] = left;
    }
}

/* Two states of a hidden Markov model, scores as integers. */
int viterbi_two(const int *stay, const int *cross, int n)
{
    int a = 0, b = 0;
    for (int i = 0; i < n; i++) {
        int to_a = a + stay[i] > b + cross[i] ? a + stay[i] : b + cross[i];
        int to_b = b + stay[i] > a + cross[i] ? b + stay[i] : a + cross[i];
        a = to_a;
        b = to_b;
    }
    return a > b ? a : b;
}

/* Stock with a fee a sale: cash in hand, or a share. */
int trade_with_fee(const int *price, int n, int fee)
{
    int cash = 0, share = -1000000;
    for (int i = 0; i < n; i++) {
        int sold = share + price[i] - fee;
        int bought = cash - price[i];
        if (sold > cash)
            cash = sold;
        if (bought > share)
            share = bought;
    }
    return cash;
}

/* Rob no two neighbouring houses. */
int house_robber(const int *loot, int houses)
{
    int with = 0, without = 0;
    for (int h = 0; h < houses; h++) {
        int took = without + loot[h];
        without = with > without ? with : without;
        with = took;
    }
    return with > without ? with : without;
}

/* The two smallest values. */
int second_smallest(const int *v, int n)
{
    int first = INT_MAX, second = INT_MAX;
    for (int i = 0; i < n; i++) {
        if (v[i] < first) {
            second = first;
            first = v[i];
        } else if (v[i] < second) {
            second = v[i];
        }
    }
    return second;
}

/* Largest minus smallest. */
int spread(const int *v, int n)
{
    int low = v[0], high = v[0];
    for (int i = 1; i < n; i++) {
        if (v[i] < low)
            low = v[i];
        else if (v[i] > high)
            high = v[i];
    }
    return high - low;
}

/* Buildings that one can see from the left. */
int visible_from_left(const int *height, int n)
{
    int tallest = 0, seen = 0;
    for (int i = 0; i < n; i++) {
        if (height[i] > tallest) {
            tallest = height[i];
            seen++;
        }
    }
    return seen;
}
