#include <vector>

void positive(std::vector<bool> &flags, const std::vector<int> &x)
{
    for (std::size_t i = 0; i < x.size(); i++)
        flags[i] = x[i] > 0;
}
