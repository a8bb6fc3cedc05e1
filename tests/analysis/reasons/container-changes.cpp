#include <vector>

void neighbours(std::vector<int> &found, const std::vector<int> &x)
{
    for (std::size_t i = 1; i < x.size(); i++) {
        if (x[i] > x[i - 1])
            found.push_back(x[i]);
        if (x[i] < 0)
            found.push_back(-x[i]);
    }
}
