/* Standard containers and references. */
#include <algorithm>
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
    for (std::size_t i = 0; i < v.size(); ++i) /* parallel map proved Packed */
        flags[i] = v[i] > 0;
}

void bits_from(std::vector<bool> &flags, int n)
{
    for (int i = 3; i < n; i++) /* parallel map proved Packed */
        flags[i] = !flags[i];
}

void bits_shifted(std::vector<bool> &flags, int n)
{
    for (int i = 0; i < n; i++) /* sequential: share a word */
        flags[i + 1] = true;
}

void bits_backwards(std::vector<bool> &flags, int n)
{
    for (int i = n - 1; i >= 0; i--) /* sequential: share a word */
        flags[i] = true;
}

void bits_read_far(std::vector<bool> &flags, int n)
{
    for (int i = 0; i < n; i++) /* sequential: share a word */
        flags[i] = flags[i + n];
}

void bits_anywhere(std::vector<bool> &flags, const std::vector<int> &where)
{
    for (std::size_t i = 0; i < where.size(); i++) /* sequential: share a word */
        flags[where[i]] = true;
}

int bits_counted(std::vector<bool> &flags, const std::vector<int> &v)
{
    int count = 0;
    for (std::size_t i = 0; i < v.size(); i++) { /* sequential: carries a value */
        flags[i] = v[i] > 0;
        count += flags[i];
    }
    return count;
}

void rows_of_bits(std::vector<std::vector<bool>> &rows, int n)
{
    for (int i = 0; i < n; i++) /* parallel map proved */
        for (int j = 0; j < n; j++) /* sequential: share a word */
            rows[i][j] = true;
}

void one_row_of_bits(std::vector<std::vector<bool>> &rows, int n)
{
    for (int j = 0; j < n; j++) /* sequential: share a word */
        rows[0][j] = true;
}

struct flagged { std::vector<bool> flags; };

void bits_of_a_member(flagged &s, int n)
{
    for (int j = 0; j < n; j++) /* sequential: share a word */
        s.flags[j] = true;
}

void bits_by_iterator(std::vector<bool> &flags, int n)
{
    auto it = flags.begin();
    for (int j = 0; j < n; j++) /* sequential: share a word */
        it[j] = true;
}

void bits_behind_a_pointer(std::vector<bool> *flags, int n)
{
    for (int j = 0; j < n; j++) /* sequential: share a word */
        (*flags)[j] = true;
}

void reversed(const std::vector<int> &v, std::vector<int> &w)
{
    for (auto it = v.rbegin(); it != v.rend(); ++it) /* parallel compaction any Append */
        w.push_back(*it);
}

void backwards_in_place(std::vector<int> &v)
{
    for (auto it = v.rbegin(); it != v.rend(); ++it) /* parallel map any */
        *it *= 2;
}

void backwards_onto_the_next(std::vector<int> &v)
{
    for (auto it = v.rbegin(); it + 1 != v.rend(); ++it) /* sequential: it */
        it[1] += it[0];
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

void merged_rows(const int *a, const int *b, int *out, int n)
{
    for (int i = 0; i < n; i++) /* parallel map guarded Disjoint Disjoint */
        std::merge(a + i * 4, a + i * 4 + 4, b + i * 8, b + i * 8 + 8, out + i * 12);
}

void merged_into_too_little(const int *a, const int *b, int *out, int n)
{
    for (int i = 0; i < n; i++) /* sequential: out + i * 4 */
        std::merge(a + i * 4, a + i * 4 + 4, b + i * 16, b + i * 16 + 8, out + i * 4);
}

void sums_of_rows(const int *a, const int *b, int *out, int n)
{
    for (int i = 0; i < n; i++) /* parallel map guarded Disjoint Disjoint */
        std::transform(a + i * 4, a + i * 4 + 4, b + i * 4, out + i * 4, [](int x, int y) { return x + y; });
}

void kept_from_all(const std::vector<int> &v, std::vector<std::vector<int>> &rows)
{
    for (std::size_t i = 0; i < rows.size(); i++) /* parallel map guarded */
        std::copy(v.begin(), v.end(), rows[i].begin());
}
