/* Standard containers and references. */
#include <array>
#include <cmath>
#include <complex>
#include <cstddef>
#include <span>
#include <string>
#include <vector>

void axpy(double a, const std::vector<double> &x, std::vector<double> &y)
{
    for (std::size_t i = 0; i < x.size(); ++i) /* parallel map guarded Distinct */
        y[i] += a * x[i];
}

void own_copy(std::vector<double> x, std::vector<double> &y)
{
    for (std::size_t i = 1; i < x.size(); ++i) /* parallel map proved */
        y[i] = x[i - 1];
}

void other_type(const std::vector<float> &x, std::vector<double> &y)
{
    for (std::size_t i = 1; i < x.size(); ++i) /* parallel map proved */
        y[i] = x[i - 1];
}

void scale(std::vector<double> &v, const double &factor)
{
    for (double &x : v) /* parallel map guarded Disjoint */
        x *= factor;
}

void scale_by_value(std::vector<double> &v, double factor)
{
    for (double &x : v) /* parallel map proved */
        x *= factor;
}

void spans(std::span<const float> x, std::span<float> y)
{
    for (std::size_t i = 0; i < y.size(); ++i) /* parallel map guarded Disjoint */
        y[i] = x[i] + 1.0f;
}

void iterators(std::vector<int> &v)
{
    for (auto it = v.begin(); it != v.end(); ++it) /* parallel map any */
        *it *= 2;
}

void bits(std::vector<bool> &flags, const std::vector<int> &v)
{
    for (std::size_t i = 0; i < v.size(); ++i) /* sequential: share a word */
        flags[i] = v[i] > 0;
}

void grows(std::vector<int> &v, int n)
{
    for (int i = 0; i < n; ++i) { /* sequential: v */
        v.push_back(i);
        v[0] = i;
    }
}

void checked(std::vector<double> &v, int n)
{
    for (int i = 0; i < n; ++i) /* parallel map guarded Holds */
        v.at(i) = i;
}

void checked_all(std::vector<double> &v)
{
    for (std::size_t i = 0; i < v.size(); ++i) /* parallel map proved */
        v.at(i) = 0.0;
}

void checked_any(std::vector<double> &v, const std::vector<int> &idx, double &sum)
{
    for (std::size_t i = 0; i < idx.size(); ++i) /* sequential: may throw */
        sum += v.at(idx[i]);
}

void ranks(const std::vector<int> &order, std::vector<std::size_t> &rank)
{
    for (std::size_t i = 0; i < order.size(); ++i) /* parallel map guarded Unique */
        rank[order[i]] = i;
}

void ranks_from_anywhere(const std::vector<int> &order, std::vector<int> &rank)
{
    for (std::size_t i = 0; i < order.size(); ++i) /* parallel map guarded Unique Distinct */
        rank[order[i]] = i;
}

void ranks_twice(const std::vector<int> &order, std::vector<std::size_t> &rank)
{
    for (std::size_t i = 1; i < order.size(); ++i) { /* sequential: rank[order[i]] */
        rank[order[i]] = i;
        rank[order[i - 1]] = i;
    }
}

void rows(std::vector<std::vector<double>> &m)
{
    for (auto &row : m) /* parallel map proved */
        for (auto &x : row) /* parallel map proved */
            x = std::sqrt(x);
}

void rows_by_index(std::vector<std::vector<double>> &m, std::size_t n)
{
    for (std::size_t i = 0; i < m.size(); ++i) /* parallel map proved */
        for (std::size_t j = 1; j < n; ++j) /* sequential: (distance 1) */
            m[i][j] += m[i][j - 1];
}

void row_chain(std::vector<std::vector<double>> &m, std::size_t n)
{
    for (std::size_t i = 1; i < m.size(); ++i) /* sequential: (distance 1) */
        for (std::size_t j = 0; j < n; ++j) /* parallel map proved */
            m[i][j] += m[i - 1][j];
}

void local_buffer(std::vector<double> &v, int n)
{
    for (std::size_t i = 0; i < v.size(); ++i) { /* parallel map proved */
        std::vector<double> t;
        for (int k = 0; k < n; ++k)
            t.push_back(k);
        v[i] = t[0];
    }
}

void complex_values(std::vector<std::complex<double>> &z)
{
    for (std::size_t i = 0; i < z.size(); ++i) /* parallel map proved */
        z[i] = std::conj(z[i]) * z[i].real();
}

void closure(std::vector<double> &v)
{
    auto f = [&](std::size_t i) { return v[i] * 2.0; };
    for (std::size_t i = 0; i < v.size(); ++i) /* parallel map proved */
        v[i] = f(i);
}

void closure_neighbour(std::vector<double> &v)
{
    auto f = [&](std::size_t i) { return v[i] * 2.0; };
    for (std::size_t i = 1; i < v.size(); ++i) /* parallel scan any */
        v[i] = f(i - 1);
}

struct Cell {
    double now, next;
};

void members(std::vector<Cell> &cells)
{
    for (std::size_t i = 1; i + 1 < cells.size(); ++i) /* parallel any proved */
        cells[i].next = cells[i - 1].now + cells[i + 1].now;
}

void swaps(std::vector<int> &v)
{
    for (std::size_t i = 0; i + 1 < v.size(); i += 2) /* parallel map any */
        std::swap(v[i], v[i + 1]);
}
