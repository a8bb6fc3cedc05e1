#include <cstddef>
#include <vector>

// The number of edges of the directed graph with the N x N adjacency matrix A.
int edgeCount(std::vector<int> const &A, size_t N) {
    int count = 0;
    for (size_t i = 0; i < N; i += 1) {
        for (size_t j = 0; j < N; j += 1) {
            if (A[i * N + j] == 1) {
                count += 1;
            }
        }
    }
    return count;
}
