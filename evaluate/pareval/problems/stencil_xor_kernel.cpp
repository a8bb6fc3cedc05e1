#include <cstddef>
#include <vector>

// A cell becomes 1 if exactly one of its four neighbours is 1, else 0.
void cellsXOR(std::vector<int> const &input, std::vector<int> &output, size_t N) {
    for (size_t i = 0; i < N; i += 1) {
        for (size_t j = 0; j < N; j += 1) {
            int count = 0;
            if (i > 0 && input[(i - 1) * N + j] == 1) {
                count += 1;
            }
            if (i < N - 1 && input[(i + 1) * N + j] == 1) {
                count += 1;
            }
            if (j > 0 && input[i * N + j - 1] == 1) {
                count += 1;
            }
            if (j < N - 1 && input[i * N + j + 1] == 1) {
                count += 1;
            }
            output[i * N + j] = count == 1 ? 1 : 0;
        }
    }
}
