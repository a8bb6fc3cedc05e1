#include <algorithm>
#include <cstddef>
#include <vector>

// Sorts the values that are not zero; zeros stay where they are.
void sortIgnoreZero(std::vector<int> &x) {
    std::vector<int> nonZero;
    for (size_t i = 0; i < x.size(); i += 1) {
        if (x[i] != 0) {
            nonZero.push_back(x[i]);
        }
    }
    std::sort(nonZero.begin(), nonZero.end());
    size_t next = 0;
    for (size_t i = 0; i < x.size(); i += 1) {
        if (x[i] != 0) {
            x[i] = nonZero[next];
            next += 1;
        }
    }
}
