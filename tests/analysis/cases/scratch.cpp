/* Containers that every iteration starts anew or writes before it reads them. */
#include <algorithm>
#include <cstddef>
#include <vector>

void of_one_length(const std::vector<double> &a, std::vector<double> &out, int m)
{
    std::vector<double> work(m);
    for (size_t i = 0; i < out.size(); i++) { /* parallel map guarded Private Distinct */
        for (int j = 0; j < m; j++)
            work[j] = a[i * m + j] * 2.0;
        std::sort(work.begin(), work.end());
        out[i] = work[m / 2];
    }
}

void cleared(const std::vector<std::vector<int>> &a, std::vector<int> &out)
{
    std::vector<int> some;
    for (size_t i = 0; i < a.size(); i++) { /* parallel map guarded Private Disjoint */
        some.clear();
        for (int x : a[i])
            if (x > 0)
                some.push_back(x);
        out[i] = some.empty() ? 0 : some.back();
    }
}

void assigned(const std::vector<std::vector<int>> &a, std::vector<int> &out)
{
    std::vector<int> row;
    for (size_t i = 0; i < a.size(); i++) { /* parallel map guarded Private Disjoint */
        row = a[i];
        std::sort(row.begin(), row.end());
        out[i] = row[row.size() / 2];
    }
}

void filled(const std::vector<std::vector<int>> &a, std::vector<int> &out)
{
    std::vector<int> seen(100);
    for (size_t i = 0; i < a.size(); i++) { /* parallel map guarded Private Disjoint */
        std::fill(seen.begin(), seen.end(), 0);
        for (int x : a[i])
            seen[x]++;
        int twice = 0;
        for (int s : seen)
            twice += s > 1;
        out[i] = twice;
    }
}

/* --- near misses ---------------------------------------------------------------------------------- */

void never_cleared(const std::vector<std::vector<int>> &a, std::vector<int> &out)
{
    std::vector<int> some;
    for (size_t i = 0; i < a.size(); i++) { /* sequential: some */
        for (int x : a[i])
            if (x > 0)
                some.push_back(x);
        out[i] = some.empty() ? 0 : some.back();
    }
}

void filled_from_the_second_on(const std::vector<std::vector<int>> &a, std::vector<int> &out)
{
    std::vector<int> seen(100);
    for (size_t i = 0; i < a.size(); i++) { /* sequential: seen */
        std::fill(seen.begin() + 1, seen.end(), 0);
        for (int x : a[i])
            seen[x]++;
        out[i] = seen[7];
    }
}

void one_more_each_time(const std::vector<double> &a, std::vector<double> &out, int m)
{
    std::vector<double> work(m);
    for (size_t i = 0; i < out.size(); i++) { /* sequential: work */
        for (int j = 0; j < m; j++)
            work[j] = a[i * m + j] * 2.0;
        std::sort(work.begin(), work.end());
        out[i] = work[m / 2];
        work.push_back(out[i]);
    }
}

std::size_t size_behind(const std::vector<std::vector<int>> &a, std::vector<int> &out)
{
    std::vector<int> row;
    for (size_t i = 0; i < a.size(); i++) { /* sequential: row */
        row = a[i];
        out[i] = row[0];
    }
    return row.size();
}
