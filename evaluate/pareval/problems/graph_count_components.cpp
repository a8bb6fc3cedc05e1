#include <cstddef>
#include <vector>

static void visit(std::vector<int> const &A, std::vector<bool> &visited, size_t node, size_t N) {
    visited[node] = true;
    for (size_t i = 0; i < N; i += 1) {
        if (A[node * N + i] == 1 && !visited[i]) {
            visit(A, visited, i, N);
        }
    }
}

// The number of components of the undirected graph with the N x N adjacency matrix A.
int componentCount(std::vector<int> const &A, size_t N) {
    std::vector<bool> visited(N, false);
    int count = 0;
    for (size_t i = 0; i < N; i += 1) {
        if (!visited[i]) {
            visit(A, visited, i, N);
            count += 1;
        }
    }
    return count;
}
