#include <vector>

void gather(std::vector<double> &y, const std::vector<double> &x, const std::vector<int> &index)
{
    for (std::size_t i = 0; i < y.size(); i++)
        y[i] = x.at(index[i]);
}
