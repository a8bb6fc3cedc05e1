#include <vector>

int positive(std::vector<bool> &flags, const std::vector<int> &x)
{
    int count = 0;
    for (std::size_t i = 0; i < x.size(); i++) {
        flags[i] = x[i] > 0;
        count += flags[i];
    }
    return count;
}
