#include <cstddef>
#include <limits>
#include <vector>

// The largest sum of a contiguous part of x.
int maximumSubarray(std::vector<int> const &x) {
    int largest = std::numeric_limits<int>::lowest();
    for (size_t i = 0; i < x.size(); i += 1) {
        int sum = 0;
        for (size_t j = i; j < x.size(); j += 1) {
            sum += x[j];
            if (sum > largest) {
                largest = sum;
            }
        }
    }
    return largest;
}
