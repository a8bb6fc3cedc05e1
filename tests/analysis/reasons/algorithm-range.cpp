#include <algorithm>
#include <list>

long threes(const std::list<int> &x)
{
    return std::count(x.begin(), x.end(), 3);
}
