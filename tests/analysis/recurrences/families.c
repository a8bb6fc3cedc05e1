/* Loops with carried values: what family each is of, or that it is in none. One function each; the first word of the
   comment before it is what is expected of the loop. */
#include <stdbool.h>
#include <stdint.h>

/* clamp */ int thermostat(const int *heat, int n) { int t = 20; for (int i = 0; i < n; i++) { t += heat[i]; if (t < 15) t = 15; else if (t > 30) t = 30; } return t; }
/* clamp */ int thermostat_backwards(const int *p, int n, int t) { while (n-- > 0) { int next = t + p[n]; t = next > 9 ? 9 : next < -9 ? -9 : next; } return t; }
/* clamp */ unsigned char brightness(const int *step, int n) { unsigned char b = 0; for (int i = 0; i < n; i++) { int v = b + step[i] % 100; b = v < 0 ? 0 : v > 255 ? 255 : v; } return b; }
/* max-plus */ int floor_of(const char *s, int n) { int open = 0; for (int i = 0; i < n; i++) { if (s[i] == '(') ++open; if (s[i] == ')' && open > 0) --open; } return open; }
/* none */ int threshold_reset(const int *v, int n) { int x = 0; for (int i = 0; i < n; i++) { x += v[i]; if (x > 100) x = 0; } return x; }
/* none */ unsigned wraps_below_zero(const unsigned *v, int n) { unsigned x = 0; for (int i = 0; i < n; i++) { x -= v[i]; if (x > 100u) x = 100u; } return x; }
/* none */ short narrow(const int *v, int n) { short x = 0; for (int i = 0; i < n; i++) { x = (short)(x + v[i]); if (x > 100) x = 100; } return x; }
/* none */ int bounces(const int *v, int n) { int x = 0; for (int i = 0; i < n; i++) { x += v[i]; if (x < 0) x = -x; } return x; }
/* none */ int doubled(const int *v, int n) { int x = 0; for (int i = 0; i < n; i++) { x = 2 * x + v[i]; if (x < 0) x = 0; } return x; }

/* finite */ int odd_ones(const bool *b, int n) { bool odd = false; for (int i = 0; i < n; i++) if (b[i]) odd = !odd; return odd; }
/* finite */ int cycle(const int *v, int n) { int phase = 2; for (int i = 0; i < n; i++) if (v[i] > 3) phase = phase == 2 ? 0 : phase + 1; return phase; }
/* finite */ int either_flag(const int *v, int n, bool on) { for (int i = 0; i < n; i++) on = v[i] ? !on : on; return on; }
/* none */ int unknown_start(const int *v, int n, int phase) { for (int i = 0; i < n; i++) if (v[i] > 3) phase = phase == 2 ? 0 : phase + 1; return phase; }
/* none */ int many_states(const int *v, int n) { int s = 0; for (int i = 0; i < n; i++) s = (s * s + (v[i] & 1)) % 1000; return s; }
/* none */ int gathered_ahead(const int *v, const int *t, int n) { int s = 0; for (int i = 0; i < n; i++) s = s ? t[v[i]] > 0 : v[i] > 0; return s; }
/* none */ int divided_ahead(const int *v, const int *t, int n) { int s = 0; for (int i = 0; i < n; i++) s = s ? 7 / t[i] > 0 : v[i] > 0; return s; }

/* affine modulo */ unsigned remainders(const unsigned char *v, int n) { unsigned r = 0; for (int i = 0; i < n; i++) r = (r * 256u + v[i]) % 9973u; return r; }
/* affine modulo */ long counted_down(const unsigned short *v, int n) { long r = 5; for (int i = n; i > 0; --i) { long t = r * v[i - 1]; r = (t + 3) % 65537; } return r; }
/* none */ unsigned product_wraps(const unsigned char *v, int n) { unsigned h = 0; for (int i = 0; i < n; i++) h = (h * 257u + v[i]) % 1000000007u; return h; }
/* none */ unsigned start_beyond(const unsigned char *v, int n, unsigned r) { for (int i = 0; i < n; i++) r = (r * 256u + v[i]) % 9973u; return r; }
/* none */ int negative_remainder(const int *v, int n) { int r = 0; for (int i = 0; i < n; i++) r = (r * 10 + v[i] % 10) % 97; return r; }

/* bitwise */ unsigned masks(const unsigned *on, const unsigned *off, int n) { unsigned f = 0; for (int i = 0; i < n; i++) { f |= on[i]; f &= ~off[i]; } return f; }
/* bitwise */ uint8_t toggles(const uint8_t *m, int n, uint8_t f) { for (int i = 0; i < n; i++) f = (uint8_t)~(f ^ (m[i] & 0x0f)) & 0x3f; return f; }
/* none */ unsigned carries(const unsigned *v, int n) { unsigned f = 0; for (int i = 0; i < n; i++) f = (f & v[i]) + (f >> 1); return f; }

/* affine */ unsigned nibbles(const unsigned char *v, int n) { unsigned x = 0; for (int i = 0; i < n; i++) x = x << 4 | (v[i] & 15); return x; }
/* none */ unsigned overlapping(const unsigned char *v, int n) { unsigned x = 0; for (int i = 0; i < n; i++) x = x << 3 | (v[i] & 15); return x; }

/* max-plus */ int two_states(const int *a, const int *b, int n) { int x = 0, y = 0; for (int i = 0; i < n; i++) { int s = x + a[i], t = y + b[i]; int u = s > t ? s : t; y = s - 1 > t ? s - 1 : t; x = u; } return x; }
/* none */ int mixed_lanes(const int *a, int n) { int x = 0, y = 0; for (int i = 0; i < n; i++) { int s = x + a[i], t = y - a[i]; x = s > t ? s : t; y = s < t ? s : t; } return x + y; }

/* affine+affine */ void staged(const unsigned *v, unsigned *out, int n) { unsigned a = 0, b = 0; for (int i = 0; i < n; i++) { a = 3 * a + v[i]; b = 5 * b + a; out[i] = b; } }
/* last write+max-plus */ int gaps(const bool *m, int n) { int p = -1, w = 0; for (int i = 0; i < n; i++) if (m[i]) { if (p >= 0 && i - p > w) w = i - p; p = i; } return w; }
/* none */ int upstream_unknown(const int *v, int n) { int x = 1, y = 0; for (int i = 0; i < n; i++) { x = x * x + v[i]; y = x > 5 ? 1 : y; } return y; }
