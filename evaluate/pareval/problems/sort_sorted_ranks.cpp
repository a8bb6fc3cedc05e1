#include <algorithm>
#include <cstddef>
#include <numeric>
#include <vector>

// ranks_i is the position that x_i has in the sorted vector.
void ranks(std::vector<float> const &x, std::vector<size_t> &ranks) {
    std::vector<size_t> indices(x.size());
    std::iota(indices.begin(), indices.end(), 0);
    std::sort(indices.begin(), indices.end(), [&](size_t a, size_t b) { return x[a] < x[b]; });
    for (size_t i = 0; i < x.size(); i += 1) {
        ranks[indices[i]] = i;
    }
}
