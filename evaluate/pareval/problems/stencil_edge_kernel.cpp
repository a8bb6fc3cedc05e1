#include <cstddef>
#include <vector>

const int kernel[3][3] = {{-1, -1, -1}, {-1, 8, -1}, {-1, -1, -1}};

// Convolves the N x N grey image with the edge kernel; pixels outside count as 0, results are clamped to [0, 255].
void convolveKernel(std::vector<int> const &imageIn, std::vector<int> &imageOut, size_t N) {
    for (size_t i = 0; i < N; i += 1) {
        for (size_t j = 0; j < N; j += 1) {
            int sum = 0;
            for (int k = -1; k <= 1; k += 1) {
                for (int l = -1; l <= 1; l += 1) {
                    const int x = static_cast<int>(i) + k;
                    const int y = static_cast<int>(j) + l;
                    if (x < 0 || x >= static_cast<int>(N) || y < 0 || y >= static_cast<int>(N)) {
                        continue;
                    }
                    sum += imageIn[x * N + y] * kernel[k + 1][l + 1];
                }
            }
            if (sum < 0) {
                sum = 0;
            } else if (sum > 255) {
                sum = 255;
            }
            imageOut[i * N + j] = sum;
        }
    }
}
