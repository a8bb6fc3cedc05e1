#include <algorithm>
#include <vector>

// Selection instead of a full sort.
int findKthSmallest(std::vector<int> const &x, int k) {
    std::vector<int> copy = x;
    std::nth_element(copy.begin(), copy.begin() + (k - 1), copy.end());
    return copy[k - 1];
}
