#include <limits>
#include <numeric>
#include <vector>

// The smallest odd number; the largest int if there is none.
int smallestOdd(std::vector<int> const &x) {
    return std::reduce(x.begin(), x.end(), std::numeric_limits<int>::max(), [](int a, int b) {
        if (a % 2 == 0) {
            a = std::numeric_limits<int>::max();
        }
        if (b % 2 == 0) {
            b = std::numeric_limits<int>::max();
        }
        return a < b ? a : b;
    });
}
