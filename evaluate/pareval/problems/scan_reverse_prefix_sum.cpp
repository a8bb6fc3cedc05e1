#include <numeric>
#include <vector>

// output_i = x_{n-1} + ... + x_{n-1-i}.
void reversePrefixSum(std::vector<int> const &x, std::vector<int> &output) {
    std::vector<int> reversed;
    for (auto it = x.rbegin(); it != x.rend(); ++it) {
        reversed.push_back(*it);
    }
    std::inclusive_scan(reversed.begin(), reversed.end(), output.begin());
}
