#include <algorithm>
#include <functional>
#include <vector>

void backwards(std::vector<int> &x)
{
    std::sort(x.rbegin(), x.rend(), std::less<int>());
}
