#include <cstddef>
#include <vector>

// One generation of the game of life on an N x N grid; cells outside are dead.
void gameOfLife(std::vector<int> const &input, std::vector<int> &output, size_t N) {
    for (size_t i = 0; i < N; i += 1) {
        for (size_t j = 0; j < N; j += 1) {
            int alive = 0;
            if (i > 0) {
                alive += input[(i - 1) * N + j];
                if (j > 0) {
                    alive += input[(i - 1) * N + j - 1];
                }
                if (j < N - 1) {
                    alive += input[(i - 1) * N + j + 1];
                }
            }
            if (i < N - 1) {
                alive += input[(i + 1) * N + j];
                if (j > 0) {
                    alive += input[(i + 1) * N + j - 1];
                }
                if (j < N - 1) {
                    alive += input[(i + 1) * N + j + 1];
                }
            }
            if (j > 0) {
                alive += input[i * N + j - 1];
            }
            if (j < N - 1) {
                alive += input[i * N + j + 1];
            }
            if (input[i * N + j] == 1) {
                output[i * N + j] = alive == 2 || alive == 3 ? 1 : 0;
            } else {
                output[i * N + j] = alive == 3 ? 1 : 0;
            }
        }
    }
}
