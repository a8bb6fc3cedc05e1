#include <cstddef>
#include <vector>

// The position of the first even number; x.size() if there is none.
size_t findFirstEven(std::vector<int> const &x) {
    for (size_t i = 0; i < x.size(); i += 1) {
        if (x[i] % 2 == 0) {
            return i;
        }
    }
    return x.size();
}
