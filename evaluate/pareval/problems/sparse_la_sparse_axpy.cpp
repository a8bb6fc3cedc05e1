#include <cstddef>
#include <vector>

struct Element {
    size_t index;
    double value;
};

// z = alpha x + y for sparse x and y, ordered by index; z is dense and holds zeros.
void sparseAxpy(double alpha, std::vector<Element> const &x, std::vector<Element> const &y, std::vector<double> &z) {
    size_t i = 0, j = 0;
    while (i < x.size() && j < y.size()) {
        if (x[i].index < y[j].index) {
            z[x[i].index] += alpha * x[i].value;
            i += 1;
        } else if (x[i].index > y[j].index) {
            z[y[j].index] += y[j].value;
            j += 1;
        } else {
            z[x[i].index] += alpha * x[i].value + y[j].value;
            i += 1;
            j += 1;
        }
    }
    while (i < x.size()) {
        z[x[i].index] += alpha * x[i].value;
        i += 1;
    }
    while (j < y.size()) {
        z[y[j].index] += y[j].value;
        j += 1;
    }
}
