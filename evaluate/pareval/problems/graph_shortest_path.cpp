#include <cstddef>
#include <queue>
#include <utility>
#include <vector>

// The number of edges on a shortest path from source to dest, -1 if there is none.
int shortestPathLength(std::vector<int> const &A, size_t N, int source, int dest) {
    std::vector<bool> visited(N, false);
    std::queue<std::pair<int, int>> queue;
    queue.push({source, 0});
    visited[source] = true;
    while (!queue.empty()) {
        const auto [node, length] = queue.front();
        queue.pop();
        if (node == dest) {
            return length;
        }
        for (size_t i = 0; i < N; i += 1) {
            if (A[node * N + i] == 1 && !visited[i]) {
                visited[i] = true;
                queue.push({static_cast<int>(i), length + 1});
            }
        }
    }
    return -1;
}
