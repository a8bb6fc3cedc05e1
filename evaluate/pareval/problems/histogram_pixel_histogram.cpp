#include <array>
#include <cstddef>
#include <vector>

// How often each grey level occurs in the image.
void pixelCounts(std::vector<int> const &image, std::array<size_t, 256> &bins) {
    for (size_t i = 0; i < image.size(); i += 1) {
        bins[image[i]] += 1;
    }
}
