/* Loops of which some statements get a loop of their own. */
#include <algorithm>
#include <cmath>
#include <vector>

double over_elements(const std::vector<double> &v)
{
    double s = 0.5, best = 0;
    for (double x : v) { /* parallel reduction;sequential proved */
        double e = std::exp(-x * x) / (1 + x * x) + std::sqrt(std::fabs(x));
        s = s * s / 2 + e / 4;
        best = std::max(best, e);
    }
    return s + best;
}

void beside_a_scatter(std::vector<int> &a, const std::vector<int> &k, std::vector<int> &o)
{
    int state = 1;
    for (int i = 0; i < (int)k.size(); i++) { /* parallel map;sequential guarded Distinct */
        int t = k[i] * k[i] % 1000 / 7 + k[i] % 13 / 3 * (k[i] % 17);
        state = (state * state + t) % 10007;
        a[state % a.size()] += t;
        o[i] = t;
    }
}

double a_closure_hides_it(const std::vector<double> &v, std::vector<double> &w)
{
    double s = 0.5;
    auto add = [&](double x) { s = s * s / 2 + x; };
    for (std::size_t i = 0; i < v.size(); i++) { /* sequential: s depends on its value */
        w[i] = std::exp(-v[i] * v[i]) / (1 + v[i] * v[i]);
        add(w[i]);
    }
    return s;
}
