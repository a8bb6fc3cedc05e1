#include <functional>
#include <numeric>
#include <vector>

// The exclusive or of all values.
bool reduceLogicalXOR(std::vector<bool> const &x) {
    return std::reduce(x.begin(), x.end(), false, [](bool a, bool b) { return a != b; });
}
