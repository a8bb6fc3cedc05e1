#include <array>
#include <cstddef>
#include <string>
#include <vector>

// How many words begin with each letter; words that begin with anything else are not counted.
void first_letters(const std::vector<std::string> &words, std::array<std::size_t, 26> &counts)
{
    for (const auto &word : words) {
        if (word.empty())
            continue;
        const char c = word[0];
        if (c >= 'a' && c <= 'z')
            counts[c - 'a'] += 1;
        else if (c >= 'A' && c <= 'Z')
            counts[c - 'A'] += 1;
    }
}
