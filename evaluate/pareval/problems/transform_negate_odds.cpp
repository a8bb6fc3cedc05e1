#include <algorithm>
#include <vector>

// Negates odd values and halves even ones.
void negateOddsAndHalveEvens(std::vector<int> &x) {
    std::transform(x.begin(), x.end(), x.begin(), [](int value) {
        if (value % 2 == 0) {
            return value / 2;
        }
        return -value;
    });
}
