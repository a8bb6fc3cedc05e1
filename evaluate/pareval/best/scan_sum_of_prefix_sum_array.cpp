#include <vector>

// One pass, nothing stored.
double sumOfPrefixSum(std::vector<double> const &x) {
    double prefix = 0.0, sum = 0.0;
    for (double value : x) {
        prefix += value;
        sum += prefix;
    }
    return sum;
}
