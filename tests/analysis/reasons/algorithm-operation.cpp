#include <numeric>
#include <vector>

double alternating(const std::vector<double> &x)
{
    return std::accumulate(x.begin(), x.end(), 0.0, [](double sum, double value) { return value - sum; });
}
