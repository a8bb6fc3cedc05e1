// Each function stands under the algorithms that may take its loops' place; "none": near misses.
#include <algorithm>
#include <cstddef>
#include <vector>

// select instead of sort
int kth(std::vector<int> const &x, int k) {
    std::vector<int> copy = x;
    std::sort(copy.begin(), copy.end());
    return copy[k - 1];
}

// select instead of sort
double median(std::vector<double> values) {
    if (values.empty()) return 0;
    std::sort(values.begin(), values.end());
    return values[values.size() / 2];
}

// none: two elements
double middle(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    return (values[1] + values[2]) / 2;
}

// none: the caller sees the order
int kth_in_place(std::vector<int> &x, int k) {
    std::sort(x.begin(), x.end());
    return x[k];
}

// none: the index changes behind the sort
int kth_later(std::vector<int> x, int k) {
    std::sort(x.begin(), x.end());
    k /= 2;
    return x[k];
}

// none: a pointer into it was kept
int kth_seen(std::vector<int> x, int k) {
    int *second = &x[1];
    std::sort(x.begin(), x.end());
    return x[k] + *second;
}

// none: all are read
long weighted(std::vector<int> x) {
    std::sort(x.begin(), x.end());
    long sum = 0;
    for (size_t i = 0; i < x.size(); i++) sum += x[i] * (long)i;
    return sum;
}

// none: it is written, too
int kth_raised(std::vector<int> x, int k) {
    std::sort(x.begin(), x.end());
    x[k] += 1;
    return x[k];
}

struct reading { int key, value; };

// none: equal keys are told apart by the rest
int kth_value(std::vector<reading> x, int k) {
    std::sort(x.begin(), x.end(), [](const reading &a, const reading &b) { return a.key < b.key; });
    return x[k].value;
}
