#include <vector>

void with_doubles(std::vector<int> &v)
{
    for (std::size_t i = 0; i < v.size(); i++)
        if (v[i] > 0)
            v.push_back(-v[i]);
}
