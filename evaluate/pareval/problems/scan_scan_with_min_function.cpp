#include <algorithm>
#include <limits>
#include <vector>

// Replaces each value by the smallest up to it.
void partialMinimums(std::vector<float> &x) {
    float smallest = std::numeric_limits<float>::max();
    for (auto &value : x) {
        smallest = std::min(smallest, value);
        value = smallest;
    }
}
