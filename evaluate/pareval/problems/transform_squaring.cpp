#include <cstddef>
#include <vector>

// Squares each value.
void squareEach(std::vector<int> &x) {
    for (size_t i = 0; i < x.size(); i += 1) {
        x[i] = x[i] * x[i];
    }
}
