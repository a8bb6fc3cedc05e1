#include <algorithm>
#include <vector>

int numbered(std::vector<int> &x)
{
    int next = 0;
    std::for_each(x.begin(), x.end(), [&](int &value) { value = next; next += value; });
    return next;
}
