#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

// Keys travel with their positions, so that comparisons stay in cache.
void ranks(std::vector<float> const &x, std::vector<size_t> &ranks) {
    std::vector<std::pair<float, size_t>> keyed(x.size());
    for (size_t i = 0; i < x.size(); i += 1) {
        keyed[i] = {x[i], i};
    }
    std::sort(keyed.begin(), keyed.end(), [](auto const &a, auto const &b) { return a.first < b.first; });
    for (size_t i = 0; i < x.size(); i += 1) {
        ranks[keyed[i].second] = i;
    }
}
