#include <algorithm>
#include <limits>
#include <vector>

// Kadane's algorithm: the best sum that ends here extends the one before, or starts anew.
int maximumSubarray(std::vector<int> const &x) {
    int largest = std::numeric_limits<int>::lowest();
    int ending = 0;
    for (int value : x) {
        ending = std::max(ending, 0) + value;
        largest = std::max(largest, ending);
    }
    return largest;
}
