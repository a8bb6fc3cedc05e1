#include <algorithm>
#include <cmath>
#include <functional>
#include <iterator>
#include <limits>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

namespace geo {
constexpr double kScale = 2.5;
enum class Kind { Small, Large = 4 };
inline double area(double r) { return kScale * r * r; }
template <typename T> T twice(T x) { return x + x; }
}

// inputs: v finite
double sums(const std::vector<double> &v) {
    double a = std::accumulate(v.begin(), v.end(), 0.0);
    int truncated = std::accumulate(v.begin(), v.end(), 0);
    return a + truncated + std::inner_product(v.begin(), v.end(), v.begin(), 1.0);
}

// inputs: v in -99..99
long folds(const std::vector<int> &v) {
    long p = std::accumulate(v.begin(), v.end(), 1L, [](long acc, int x) { return acc * 7 % 1000003 + x; });
    int m = std::accumulate(v.cbegin(), v.cend(), std::numeric_limits<int>::min(),
                            [](int a, int b) { return std::max(a, b); });
    return p + (v.empty() ? 0 : m) + std::accumulate(v.begin(), v.end(), 0, std::plus<int>());
}

// inputs: v in -9..9, cut in -9..9
long counting(const std::vector<int> &v, int cut) {
    auto big = std::count_if(v.begin(), v.end(), [cut](int x) { return x > cut; });
    auto equal = std::count(v.begin(), v.end(), cut);
    bool any = std::any_of(v.begin(), v.end(), [&](int x) { return x == -cut; });
    bool all = std::all_of(v.begin(), v.end(), [](auto x) { return x >= -5; });
    return big * 100 + equal * 10 + any * 2 + all + std::none_of(v.begin(), v.end(), [](int x) { return x == 0; });
}

// inputs: v in -9..9, key in -9..9
int finding(const std::vector<int> &v, int key) {
    auto it = std::find(v.begin(), v.end(), key);
    int r = it == v.end() ? -1 : static_cast<int>(it - v.begin());
    auto neg = std::find_if(v.begin(), v.end(), [](int x) { return x < 0; });
    if (neg != v.end())
        r += *neg * 100;
    if (!v.empty()) {
        r += std::distance(v.begin(), std::max_element(v.begin(), v.end())) * 1000;
        r += *std::min_element(v.begin(), v.end(), [](int a, int b) { return a * a < b * b; });
    }
    return r;
}

// inputs: v
void sorting(std::vector<int> &v) { std::sort(v.begin(), v.end()); }

// inputs: v in -20..20
void sorting_by(std::vector<int> &v) {
    std::stable_sort(v.begin(), v.end(), [](int a, int b) { return a / 3 > b / 3; });
    std::reverse(v.begin() + v.size() / 2, v.end());
}

// inputs: v in -9..9
std::vector<int> pairs(const std::vector<int> &v) {
    std::vector<std::pair<int, int>> p;
    for (int i = 0; i < (int)v.size(); i++)
        p.emplace_back(v[i], i);
    std::sort(p.begin(), p.end(), [](const auto &a, const auto &b) {
        return a.first != b.first ? a.first < b.first : a.second > b.second;
    });
    std::vector<int> order;
    for (const auto &[value, index] : p)
        order.push_back(index);
    return order;
}

// inputs: n in 0..9, a[n] in -9..9, b[n]
void pointers(int n, const int *a, int *b) {
    std::copy(a, a + n, b);
    std::sort(b, b + n, std::greater<int>());
    std::transform(b, b + n, b, [](int x) { return x * x; });
    if (n > 1)
        std::swap(b[0], b[n - 1]);
}

// inputs: v finite
std::vector<double> maps(const std::vector<double> &v) {
    std::vector<double> w(v.size()), u;
    std::transform(v.begin(), v.end(), w.begin(), [](double x) { return std::sqrt(std::fabs(x)) + 1; });
    std::transform(v.begin(), v.end(), w.begin(), w.begin(), std::multiplies<double>());
    std::transform(w.begin(), w.end(), std::back_inserter(u), geo::area);
    for (auto &x : u)
        x = geo::twice(x);
    return u;
}

// inputs: v in -9..9
std::vector<long> scans(const std::vector<int> &v) {
    std::vector<long> a(v.size()), b(v.size());
    std::partial_sum(v.begin(), v.end(), a.begin());
    std::exclusive_scan(v.begin(), v.end(), b.begin(), 10L);
    std::vector<int> c(v.size()), d(v.size());
    std::inclusive_scan(v.begin(), v.end(), c.begin(), [](int x, int y) { return std::max(x, y); });
    std::adjacent_difference(v.begin(), v.end(), d.begin());
    for (size_t i = 0; i < v.size(); i++)
        a[i] += b[i] * 100 + c[i] * 10000 + d[i] * 1000000;
    return a;
}

// inputs: n in 0..9, start in -5..5
std::vector<int> fills(int n, int start) {
    std::vector<int> v(n);
    std::iota(v.begin(), v.end(), start);
    std::fill(v.begin(), v.begin() + n / 2, 9);
    std::fill_n(v.begin(), n > 2, -1);
    std::vector<int> w;
    std::copy_if(v.begin(), v.end(), std::back_inserter(w), [](int x) { return x % 2; });
    w.erase(std::remove_if(w.begin(), w.end(), [](int x) { return x == 9; }), w.end());
    w.insert(w.end(), v.begin(), v.end());
    return w;
}

// inputs: v in -5..5
std::vector<int> uniques(std::vector<int> v) {
    std::sort(v.begin(), v.end());
    v.erase(std::unique(v.begin(), v.end()), v.end());
    std::vector<int> out(v.rbegin(), v.rend());
    return out;
}

// inputs: v in -9..9 sorted, key in -9..9
long bounds(const std::vector<int> &v, int key) {
    auto lo = std::lower_bound(v.begin(), v.end(), key) - v.begin();
    auto hi = std::upper_bound(v.begin(), v.end(), key) - v.begin();
    return lo * 1000 + hi * 10 + std::binary_search(v.begin(), v.end(), key) + std::is_sorted(v.begin(), v.end()) * 5;
}

// inputs: x in -50..50, y in -50..50
int small_things(int x, int y) {
    int a = std::max({x, y, 3}), b = std::clamp(x, -10, 10), c = std::abs(y);
    auto [lo, hi] = std::minmax(x, c);
    std::swap(a, b);
    geo::Kind k = x > 0 ? geo::Kind::Large : geo::Kind::Small;
    if (k == geo::Kind::Large)
        a += static_cast<int>(k);
    return a * 1000 + b * 100 + lo - hi + (int)std::pow(2, 3) + (int)std::lround(std::hypot(3.0, 4.0));
}

// inputs: x, i in -9..9
double overloads(float x, int i) {
    auto a = std::sqrt(std::abs(x));
    auto b = std::pow(x, 2);
    auto c = std::abs(i) + std::fmax(i, 2.5);
    return a + b + c + std::floor(x) + std::max(x, 1.0f) + std::sin(i);
}

// inputs: v in -9..9
int captures(std::vector<int> v) {
    int calls = 0, k = 2;
    auto count = [&calls](int by) { calls += by; };
    auto scale = [k, &v](size_t i) -> int { return v[i] * k; };
    k = 100;
    int total = 0;
    for (size_t i = 0; i < v.size(); i++) {
        count(static_cast<int>(i));
        total += scale(i);
    }
    std::for_each(v.begin(), v.end(), [&](int &x) { x += total % 3; });
    return total * 1000 + calls + (v.empty() ? 0 : v[0]);
}

static int apply(const std::function<int(int)> &f, int x) { return f(f(x)); }

// inputs: x in -9..9, y in -9..9
int higher_order(int x, int y) {
    return apply([y](int v) { return v * 2 + y; }, x) + apply([](int v) { return -v; }, y);
}

static int depth(const std::vector<int> &parent, int i) { return parent[i] < 0 ? 0 : 1 + depth(parent, parent[i]); }

// inputs: n in 1..7
int deepest(int n) {
    std::vector<int> parent(n, -1);
    for (int i = 1; i < n; i++)
        parent[i] = i - (i % 2 ? 1 : 2);
    int best = 0;
    for (int i = 0; i < n; i++)
        best = std::max(best, depth(parent, i));
    return best;
}

static void quicksort(std::vector<int> &v, int lo, int hi) {
    if (lo >= hi)
        return;
    int p = v[(lo + hi) / 2], i = lo, j = hi;
    while (i <= j) {
        while (v[i] < p) i++;
        while (v[j] > p) j--;
        if (i <= j) std::swap(v[i++], v[j--]);
    }
    quicksort(v, lo, j);
    quicksort(v, i, hi);
}

// inputs: v in -50..50
void sort_by_hand(std::vector<int> &v) { quicksort(v, 0, static_cast<int>(v.size()) - 1); }

// inputs: n in 0..20
unsigned long long bits(unsigned n) {
    unsigned long long x = 0xFFull << n;
    if (auto y = x & 0xF0F0; y > 0x100)
        x ^= y;
    return x + __builtin_popcountll(x) + (n ? __builtin_ctz(n) : 0);
}
