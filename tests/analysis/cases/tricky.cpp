/* Things that look harmless, in C++. */
#include <algorithm>
#include <cstddef>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

void bound_by_reference(int &n, std::vector<int> &v)
{
    for (int i = 0; i < n; ++i) /* parallel map guarded Disjoint */
        v[i] = i;
}

void append_to_other(const std::vector<int> &v, std::vector<int> &w)
{
    for (std::size_t i = 0; i < v.size(); ++i) /* parallel compaction guarded Append Distinct */
        w.push_back(v[i]);
}

void append_to_itself(std::vector<int> &v)
{
    for (std::size_t i = 0; i < v.size(); ++i) /* sequential: number of iterations */
        v.push_back(v[i]);
}

void closure_counts(std::vector<int> &v)
{
    int k = 0;
    auto next = [&]() { return k++; };
    for (std::size_t i = 0; i < v.size(); ++i) /* sequential: k */
        v[i] = next();
}

void captured_copy(std::vector<int> &v, int n)
{
    int k = 0;
    auto at = [=](int i) { return i + k; };
    k = 1;
    for (int i = 0; i < n; ++i) /* sequential: captured a copy */
        v[at(i)] = v[i];
}

void element_reference(std::vector<std::pair<int, int>> &v)
{
    for (auto &p : v) /* parallel map proved */
        std::swap(p.first, p.second);
}

void text(std::string &s)
{
    for (char &c : s) /* parallel map proved */
        if (c >= 'a' && c <= 'z')
            c -= 32;
}

void fill_rows(std::vector<double> &a, std::size_t n, std::size_t m)
{
    for (std::size_t i = 0; i < n; ++i) /* parallel map proved */
        std::fill(a.begin() + i * m, a.begin() + (i + 1) * m, 0.0);
}

void sort_rows(std::vector<double> &a, int n, int m)
{
    for (int i = 0; i < n; ++i) /* parallel map proved */
        std::sort(a.begin() + i * m, a.begin() + (i + 1) * m);
}

void sum_rows(const std::vector<double> &a, std::vector<double> &sums, int n, int m)
{
    for (int i = 0; i < n; ++i) /* parallel map guarded Distinct */
        sums[i] = std::accumulate(a.begin() + i * m, a.begin() + (i + 1) * m, 0.0);
}

void rotate_left(std::vector<int> &v)
{
    for (std::size_t i = 0; i + 1 < v.size(); ++i) /* sequential: */
        std::swap(v[i], v[i + 1]);
}

void greatest(const std::vector<double> &v, double &best)
{
    for (double x : v) /* parallel reduction guarded Accumulator Disjoint */
        best = std::max(best, x);
}

template <typename T> static T twice(T x)
{
    return x + x;
}

void instantiated(std::vector<float> &v)
{
    for (auto &x : v) /* parallel map proved */
        x = twice(x);
}
