/* Small machines: the carried state has few values. */
#include <stdbool.h>
#include <stddef.h>

/* Words of a text. */
int count_words(const char *text, int n)
{
    int words = 0;
    bool inside = false;
    for (int i = 0; i < n; i++) {
        bool blank = text[i] == ' ' || text[i] == '\n' || text[i] == '\t';
        if (!blank && !inside)
            words++;
        inside = !blank;
    }
    return words;
}

enum place { OUT, IN };

/* The same with a state and a switch. */
size_t count_words_switch(const char *p, size_t n)
{
    enum place state = OUT;
    size_t words = 0;
    for (size_t k = 0; k < n; k++) {
        switch (state) {
        case OUT:
            if (p[k] != ' ') {
                state = IN;
                words++;
            }
            break;
        case IN:
            if (p[k] == ' ')
                state = OUT;
            break;
        }
    }
    return words;
}

/* Is the array sorted? Never leaves early. */
int is_sorted(const int *v, int n)
{
    int sorted = 1;
    for (int i = 1; i < n; i++)
        sorted = sorted && v[i - 1] <= v[i];
    return sorted;
}

/* The same with the previous element carried along. */
int is_sorted_carried(const int *v, int n)
{
    int sorted = 1, previous = v[0];
    for (int i = 0; i < n; i++) {
        if (v[i] < previous)
            sorted = 0;
        previous = v[i];
    }
    return sorted;
}

/* Parity of the ones. */
int parity(const unsigned char *bits, int n)
{
    int odd = 0;
    for (int i = 0; i < n; i++)
        if (bits[i])
            odd = !odd;
    return odd;
}

/* Is a binary number divisible by three? Leading bit first. */
int binary_mod_three(const char *digits, int n)
{
    int rest = 0;
    for (int i = 0; i < n; i++)
        rest = (2 * rest + (digits[i] == '1')) % 3;
    return rest;
}

/* A decimal number modulo 7. */
unsigned decimal_mod_seven(const unsigned char *digits, int n)
{
    unsigned rest = 0;
    for (int i = 0; i < n; i++)
        rest = (rest * 10 + digits[i] % 10u) % 7;
    return rest;
}

/* Marks what stands between double quotes. */
void mark_quoted(const char *line, unsigned char *quoted, int n)
{
    int in = 0;
    for (int i = 0; i < n; i++) {
        if (line[i] == '"')
            in = 1 - in;
        quoted[i] = (unsigned char)in;
    }
}

/* Quotes with a backslash that escapes the next character. */
int count_quoted_with_escapes(const char *s, int n)
{
    int in_string = 0, escaped = 0, count = 0;
    for (int i = 0; i < n; i++) {
        if (escaped) {
            escaped = 0;
        } else if (s[i] == '\\') {
            escaped = 1;
        } else if (s[i] == '"') {
            in_string = !in_string;
        }
        count += in_string;
    }
    return count;
}

/* Blanks out C comments. */
void strip_comments(const char *in, char *out, int n)
{
    enum mode { CODE, SLASH, COMMENT, STAR };
    enum mode mode = CODE;
    for (int i = 0; i < n; i++) {
        char c = in[i];
        if (mode == CODE)
            mode = c == '/' ? SLASH : CODE;
        else if (mode == SLASH)
            mode = c == '*' ? COMMENT : c == '/' ? SLASH : CODE;
        else if (mode == COMMENT)
            mode = c == '*' ? STAR : COMMENT;
        else
            mode = c == '/' ? CODE : c == '*' ? STAR : COMMENT;
        out[i] = mode == COMMENT || mode == STAR ? ' ' : c;
    }
}

/* Fields of a CSV line: commas outside quotes. */
int csv_fields(const char *line, int n)
{
    int fields = 1;
    bool quoted = false;
    for (int i = 0; i < n; i++) {
        if (line[i] == '"')
            quoted = !quoted;
        else if (line[i] == ',' && !quoted)
            fields++;
    }
    return fields;
}

/* Does the sequence match 0*1*? */
bool zeros_then_ones(const unsigned char *v, int n)
{
    bool ok = true, seen_one = false;
    for (int i = 0; i < n; i++) {
        if (v[i] == 0 && seen_one)
            ok = false;
        if (v[i] != 0)
            seen_one = true;
    }
    return ok;
}

/* Adds two big numbers, 32 bits a limb; the carry runs from limb to limb. */
unsigned add_limbs(const unsigned *a, const unsigned *b, unsigned *sum, int limbs)
{
    unsigned carry = 0;
    for (int i = 0; i < limbs; i++) {
        unsigned long long t = (unsigned long long)a[i] + b[i] + carry;
        sum[i] = (unsigned)t;
        carry = (unsigned)(t >> 32);
    }
    return carry;
}

/* Subtracts with a borrow. */
int subtract_limbs(const unsigned *a, const unsigned *b, unsigned *out, int limbs)
{
    int borrow = 0;
    for (int i = 0; i < limbs; i++) {
        unsigned d = a[i] - b[i] - (unsigned)borrow;
        borrow = borrow ? a[i] <= b[i] : a[i] < b[i];
        out[i] = d;
    }
    return borrow;
}

/* How often "10" stands in a bit string. */
int count_one_zero(const char *bits, int n)
{
    char before = '0';
    int count = 0;
    for (int i = 0; i < n; i++) {
        if (before == '1' && bits[i] == '0')
            count++;
        before = bits[i];
    }
    return count;
}

/* Occurrences of 1 0* 2. */
int count_one_zeros_two(const int *v, int n)
{
    int armed = 0, hits = 0;
    for (int i = 0; i < n; i++) {
        if (v[i] == 2 && armed)
            hits++;
        if (v[i] == 1)
            armed = 1;
        else if (v[i] != 0)
            armed = 0;
    }
    return hits;
}

/* Do the signs alternate? */
int alternates(const int *v, int n)
{
    int expected = -1, good = 1;
    for (int i = 0; i < n; i++) {
        int sign = v[i] > 0 ? 1 : v[i] < 0 ? 0 : 2;
        if (sign == 2 || (expected != -1 && sign != expected))
            good = 0;
        expected = sign == 1 ? 0 : 1;
    }
    return good;
}

/* A traffic light that a button moves on. */
void traffic_light(const unsigned char *pressed, unsigned char *shown, int n)
{
    unsigned phase = 0;
    for (int i = 0; i < n; i++) {
        if (pressed[i])
            phase = (phase + 1) % 4;
        shown[i] = (unsigned char)phase;
    }
}

/* Two-bit saturating branch predictor: mispredictions. */
int mispredictions(const unsigned char *taken, int n)
{
    int counter = 1, wrong = 0;
    for (int i = 0; i < n; i++) {
        int predicted = counter >= 2;
        if (predicted != (taken[i] != 0))
            wrong++;
        if (taken[i]) {
            if (counter < 3)
                counter++;
        } else if (counter > 0) {
            counter--;
        }
    }
    return wrong;
}

/* Line endings: counts \r\n as one, \r and \n alone as one each. */
int count_lines(const char *s, int n)
{
    int lines = 0;
    bool after_return = false;
    for (int i = 0; i < n; i++) {
        if (s[i] == '\r') {
            lines++;
            after_return = true;
        } else {
            if (s[i] == '\n' && !after_return)
                lines++;
            after_return = false;
        }
    }
    return lines;
}
