#include <algorithm>
#include <iterator>
#include <vector>

void doubled(const std::vector<int> &x, std::vector<int> &y)
{
    std::transform(x.begin(), x.end(), std::back_inserter(y), [](int value) { return 2 * value; });
}
