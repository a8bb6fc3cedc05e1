#include <cstddef>
#include <vector>

// The highest degree of a node in the graph with the N x N adjacency matrix A.
int maxDegree(std::vector<int> const &A, size_t N) {
    int highest = 0;
    for (size_t i = 0; i < N; i += 1) {
        int degree = 0;
        for (size_t j = 0; j < N; j += 1) {
            degree += A[i * N + j];
        }
        if (degree > highest) {
            highest = degree;
        }
    }
    return highest;
}
