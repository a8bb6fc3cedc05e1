#include <cstddef>
#include <vector>

// One step of a 3-point mean; values outside count as 0.
void jacobi1D(std::vector<double> const &input, std::vector<double> &output) {
    for (size_t i = 0; i < input.size(); i += 1) {
        double sum = input[i];
        if (i > 0) {
            sum += input[i - 1];
        }
        if (i < input.size() - 1) {
            sum += input[i + 1];
        }
        output[i] = sum / 3.0;
    }
}
