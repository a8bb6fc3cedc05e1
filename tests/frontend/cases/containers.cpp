#include <algorithm>
#include <array>
#include <complex>
#include <deque>
#include <numeric>
#include <optional>
#include <span>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

using Row = std::vector<double>;
struct Point {
    double x = 0, y = 0;
};
struct Sample {
    int id;
    Point at;
    std::array<float, 2> w;
};

// inputs: v, k in -3..3
long sum_scaled(const std::vector<int> &v, int k) {
    long total = 0;
    for (std::size_t i = 0; i < v.size(); ++i)
        total += static_cast<long>(v[i]) * k;
    return total;
}

// inputs: v in -100..100
std::vector<int> evens(const std::vector<int> &v) {
    std::vector<int> out;
    out.reserve(v.size());
    for (int x : v) {
        if (x % 2 == 0)
            out.push_back(x / 2);
    }
    return out;
}

// inputs: v finite, by finite
void scale(std::vector<float> &v, double by) {
    for (auto &x : v)
        x *= by;
    if (!v.empty())
        v.back() = v.front() + 1;
}

// inputs: m in -9..9
std::vector<long> row_sums(const std::vector<std::vector<int>> &m) {
    std::vector<long> sums(m.size(), 0);
    for (size_t i = 0; i < m.size(); i++)
        for (auto x : m[i])
            sums[i] += x;
    return sums;
}

// inputs: m finite
void append_means(std::vector<Row> &m) {
    for (Row &r : m) {
        double s = 0;
        for (const double &x : r)
            s += x;
        r.push_back(r.size() ? s / r.size() : 0.0);
    }
    m.emplace_back();
    m.push_back(Row(2, 1.5));
}

// inputs: n in 0..6
std::vector<int> build(int n) {
    std::vector<int> a(n), b(n, 7), c{n, n + 1};
    std::vector<int> d = b;
    a.resize(n + 2, 3);
    d.insert(d.begin(), -1);
    d.insert(d.end(), a.begin(), a.end());
    c.erase(c.begin());
    d.pop_back();
    std::swap(a, c);
    d.insert(d.end(), a.begin(), a.end());
    a = d;
    a.clear();
    d.push_back((int)a.size());
    return d;
}

// inputs: n in 0..9, s[n] text
int unused_pointer(const char *s, int n) { return n ? s[0] : -1; }

// inputs: s
std::string caesar(const std::string &s) {
    std::string out;
    for (char c : s) {
        if (c >= 'a' && c <= 'z')
            c = static_cast<char>('a' + (c - 'a' + 3) % 26);
        out += c;
    }
    out += "!";
    out.push_back('?');
    return out + "<" + std::string(2, 'x');
}

// inputs: s
std::size_t count_words(std::string s) {
    std::size_t n = 0;
    bool in = false;
    for (std::size_t i = 0; i < s.length(); i++) {
        bool space = s[i] == ' ' || s[i] == '\n';
        if (!space && !in)
            ++n;
        in = !space;
    }
    return n;
}

// inputs: a, b
bool text_compare(const std::string &a, const std::string &b) { return a < b || a == b + "z"; }

// inputs: ps finite
Point centre(const std::vector<Point> &ps) {
    Point c{0, 0};
    for (const auto &p : ps) {
        c.x += p.x;
        c.y += p.y;
    }
    if (ps.size() > 0) {
        c.x /= ps.size();
        c.y /= static_cast<double>(ps.size());
    }
    return c;
}

// inputs: ss finite
double samples(std::vector<Sample> &ss) {
    double total = 0;
    for (auto &s : ss) {
        auto &[id, at, w] = s;
        total += w[0] * id + at.x;
        s.at = Point{at.y, w[1]};
        w.fill(total > 0 ? 1.f : -1.f);
    }
    return total;
}

// inputs: a finite, b finite
std::complex<double> complex_mix(std::complex<double> a, std::complex<double> b) {
    std::complex<double> c = a * b + a - b * 2.0;
    c += a;
    c *= std::complex<double>(0, 1);
    return std::abs(c) > 10 ? std::conj(c) : c / 3.0 + std::complex<double>(b.imag(), a.real());
}

// inputs: v in -9..9
std::pair<int, int> extremes(const std::vector<int> &v) {
    std::pair<int, int> p{1000, -1000};
    for (int x : v) {
        p.first = std::min(p.first, x);
        p.second = std::max(x, p.second);
    }
    return p;
}

// inputs: v in -9..9
std::tuple<int, double, bool> stats(const std::vector<int> &v) {
    auto [lo, hi] = extremes(v);
    return std::make_tuple(hi - lo, v.empty() ? 0.5 : v[0] * 1.5, lo < hi);
}

// inputs: a in -9..9, i in 0..4
int fixed(std::array<int, 5> &a, std::size_t i) {
    std::array<int, 3> small = {1, 2};
    int t = a[i];
    for (int &x : a)
        x += small[1] + t;
    std::array<int, 5> copy = a;
    copy[0] = 100;
    return a.size() + a[0] + copy.back() + small[2];
}

// inputs: s in -9..9, k in 0..3
long window(std::span<const int> s, size_t k) {
    long total = 0;
    for (int x : s.subspan(std::min(k, s.size())))
        total = total * 2 + x;
    return total + static_cast<long>(s.size());
}

// inputs: v in -5..5, key in -5..5
std::optional<int> find_value(const std::vector<int> &v, int key) {
    for (size_t i = 0; i < v.size(); ++i)
        if (v[i] == key)
            return static_cast<int>(i);
    return std::nullopt;
}

// inputs: v in -5..5
int first_of(const std::vector<int> &v) {
    auto at = find_value(v, 3);
    std::optional<int> other = find_value(v, -3);
    int r = other.value_or(50);
    if (at)
        r += *at * 100;
    if (other.has_value() && other.value() > 1)
        r = -r;
    return r;
}

// inputs: v in -9..9
std::vector<bool> flags(const std::vector<int> &v) {
    std::vector<bool> f(v.size(), false);
    for (size_t i = 0; i + 1 < v.size(); i++)
        f[i] = v[i] > v[i + 1];
    return f;
}

// inputs: d in -9..9
std::deque<int> shuffle(std::deque<int> d) {
    if (d.size() > 1) {
        d.push_front(d.back());
        d.pop_back();
    }
    d.push_back(d.empty() ? 1 : d.front());
    return d;
}

// inputs: v in -9..9, a in -9..9
void references(std::vector<int> &v, int &a) {
    int &b = v.at(0);
    b += 5;
    const int &c = a;
    int old = a;
    a += c;
    v.push_back(old);
    int *p = &v[0];
    *p *= 2;
}

// inputs: v in -9..9
int at_checked(const std::vector<int> &v) {
    int total = 0;
    for (unsigned i = 0; i < v.size(); i++)
        total += v.at(i) - v.at(v.size() - 1 - i) / 2;
    return total;
}

// inputs: v in 0..9
int iterators(std::vector<int> &v) {
    int total = 0;
    for (auto it = v.begin(); it != v.end(); ++it) {
        *it += 1;
        total += *it * static_cast<int>(it - v.begin() + 1);
    }
    for (auto it = v.cbegin(); v.cend() - it > 1; it += 2)
        total -= it[0];
    auto last = v.end();
    if (v.size() > 1)
        total += *(last - 2) + *std::prev(last);
    return total;
}

// inputs: s, k in 0..4
int views(const std::string &s, size_t k) {
    std::string_view v = s;
    int total = 0;
    if (k < v.size())
        v = v.substr(k);
    for (char c : v)
        total = total * 31 % 1009 + (unsigned char)c;
    return total + (v == "abc") + static_cast<int>(v.length()) + s.find('a', 1) % 7;
}

// inputs: v in -9..9
int worklist(const std::vector<int> &v) {
    std::vector<int> stack = v;
    int steps = 0;
    while (!stack.empty() && steps < 50) {
        int x = stack.back();
        stack.pop_back();
        steps++;
        if (x > 2) {
            stack.push_back(x / 2);
            stack.push_back(x - x / 2 - 1);
        }
    }
    return steps;
}
