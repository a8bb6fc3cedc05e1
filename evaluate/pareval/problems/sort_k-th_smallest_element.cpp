#include <algorithm>
#include <vector>

// The k-th smallest value, counting from 1.
int findKthSmallest(std::vector<int> const &x, int k) {
    std::vector<int> copy = x;
    std::sort(copy.begin(), copy.end());
    return copy[k - 1];
}
