#include <array>
#include <cstddef>
#include <string>
#include <vector>

// How many of the lower-case words begin with each letter.
void firstLetterCounts(std::vector<std::string> const &s, std::array<size_t, 26> &bins) {
    for (auto const &word : s) {
        const size_t index = word[0] - 'a';
        bins[index] += 1;
    }
}
