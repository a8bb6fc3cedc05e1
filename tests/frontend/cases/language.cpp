#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <numeric>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

struct Pt {
    double x, y;
    double norm2() const { return x * x + y * y; }
    Pt operator+(const Pt& o) const { return {x + o.x, y + o.y}; }
};
static double gap(const Pt& a, const Pt& b) { return (a.x - b.x) * (a.x - b.x) + (a.y - b.y); }
constexpr int K = 4;
enum class Color { red, green = 5 };
struct Acc { double s = 0.5; int n = 1; };
struct C2 {
    double re, im;
    C2(double r, double i) : re(r), im(i) {}
    C2() : re(0), im(1) {}
    double both() const { return re + im; }
};
static inline int helper(int x, int y = 2) { return x * y; }
static int fib(int n) { if (n < 2) return n; return fib(n - 1) + fib(n - 2); }

// inputs: ax finite, ay finite, bx finite
double points(double ax, double ay, double bx) { Pt a{ax, ay}, b = {bx}; Pt c = a + b; c.x += K; return c.norm2() + gap(a, b); }

// inputs: n in -99..99
int lambdas(int n) { int k = n; auto g = [&](int x) { k += x; return x + n; }; auto h = [n](int x) -> double { return x * n; }; int r = g(2) + static_cast<int>(h(3)) + int(2.5); return r * 10 + k % 7; }

// inputs: n in -99..99
double callees(int n) { return helper(n) + helper(n, 3) + fib(n & 7); }

// inputs: v finite, m in 0..5
double members(const std::vector<double>& v, int m) { Acc a; for (double x : v) { a.s += x; a.n++; } C2 b(1, 2); C2 c; return a.s * a.n + b.both() * m + c.both(); }

// inputs: v in -99..99
int references(std::vector<int>& v) { int s = 0; for (auto& x : v) { auto& y = x; const int& z = y; y += 2; s += z % 3 ? x-- : 3; } return s; }

// inputs: c in 0..5
int colors(int c) { Color k = static_cast<Color>(c); switch (k) { case Color::red: return 1; case Color::green: return 2; } return k == Color::red ? 0 : (int) k; }

// inputs: a in -9..9, b in -9..9
int conditions(int a, int& b) { if (int k = a; k > 2) b = k; if (auto k = a + 1) b += k; else b -= k; return b; }

// inputs: v in -9..9, w in -9..9
int bindings(const std::vector<int>& v, const std::vector<int>& w) { std::vector<std::pair<int, int>> p; for (std::size_t i = 0; i < std::min(v.size(), w.size()); ++i) p.push_back({v[i], w[i]}); int s = 0; for (const auto& [a, b] : p) s += a * 3 - b; for (auto [a, b] : p) { a += b; s -= a; } auto [x, y] = std::make_pair(s, 2.5); return x + static_cast<int>(y); }

// inputs: k in 0..3, out[5] in -9..9, x in -9..9
int post_reference(int& k, int* out, int x) { out[k++] = x; out[k] = k; return k; }

// inputs: n in 0..6, m in 1..3
int vectors(int n, int m) { std::vector<int> v(n), w(n * m, 1), u{1, 2, 3}; std::vector<std::vector<int>> grid(m, std::vector<int>(n, 4)); std::iota(v.begin(), v.end(), m); for (auto& row : grid) for (auto& x : row) x += m; v.resize(n + 1); v.back() = 2; v.front() += u.at(1); return std::accumulate(v.begin(), v.end(), 0) + static_cast<int>(w.size()) + u[2] + (n ? grid[m - 1][n - 1] : 0); }

// inputs: x finite, y finite, n in -9..9
double mathematics(double x, float y, int n) { return std::abs(x) + std::sqrt(std::abs(n)) + abs(-n) + std::fmin(y, 2.f) + std::floor(x) + std::max(n, 3) + std::clamp(n, 0, 4); }

// inputs: x in -99..99
int trap(double x) { return abs(x); }

// inputs: s text, c in 97..122
int words(const std::string& s, char c) { std::string t = s + c; t += "x"; int k = 0; for (char d : t) if (d == c || d > 'm') ++k; return k * 10 + (t == "ax" || s < t); }

// inputs: v in -9..9
long long reductions(const std::vector<int>& v) { return std::accumulate(v.begin(), v.end(), 0LL) * 3 + std::count_if(v.begin(), v.end(), [](int x) { return x > 0; }) + std::inner_product(v.begin(), v.end(), v.begin(), 0) - (v.empty() ? 0 : *std::max_element(v.begin(), v.end())) + std::numeric_limits<int>::max(); }

// inputs: v in -9..9
int iterators(const std::vector<int>& v) { int s = 0; for (auto it = v.begin(); it != v.end(); ++it) { if (*it < 0) continue; s = s * 2 + *it; s += it[0]; s %= 10007; } auto at = std::find(v.begin(), v.end(), 3); return s + static_cast<int>(at - v.begin()); }

// inputs: x
std::uint64_t mix(std::uint64_t x) { x ^= x >> 33; x *= 0xff51afd7ed558ccdULL; std::uint32_t y = x; x ^= y << 7; return x + (y < 5u ? 1 : -1); }
