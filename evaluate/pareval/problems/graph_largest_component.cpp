#include <algorithm>
#include <cstddef>
#include <vector>

static void visit(std::vector<int> const &A, std::vector<bool> &visited, size_t node, size_t N, int &count) {
    visited[node] = true;
    count += 1;
    for (size_t i = 0; i < N; i += 1) {
        if (A[node * N + i] == 1 && !visited[i]) {
            visit(A, visited, i, N, count);
        }
    }
}

// The size of the largest component of the undirected graph with the N x N adjacency matrix A.
int largestComponent(std::vector<int> const &A, size_t N) {
    std::vector<bool> visited(N, false);
    int largest = 0;
    for (size_t i = 0; i < N; i += 1) {
        if (!visited[i]) {
            int count = 0;
            visit(A, visited, i, N, count);
            largest = std::max(largest, count);
        }
    }
    return largest;
}
