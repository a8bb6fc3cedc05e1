#include <cstddef>
#include <vector>

// One step of a 5-point mean on an N x N grid; values outside count as 0.
void jacobi2D(std::vector<double> const &input, std::vector<double> &output, size_t N) {
    for (size_t i = 0; i < N; i += 1) {
        for (size_t j = 0; j < N; j += 1) {
            double sum = input[i * N + j];
            if (i > 0) {
                sum += input[(i - 1) * N + j];
            }
            if (i < N - 1) {
                sum += input[(i + 1) * N + j];
            }
            if (j > 0) {
                sum += input[i * N + j - 1];
            }
            if (j < N - 1) {
                sum += input[i * N + j + 1];
            }
            output[i * N + j] = sum / 5.0;
        }
    }
}
