#include <algorithm>
#include <climits>
#include <deque>
#include <queue>
#include <stack>
#include <utility>
#include <vector>

std::vector<int> distances(const std::vector<std::vector<int>> &graph, int from) {
    std::vector<int> far(graph.size(), INT_MAX);
    std::queue<int> next;
    far[from] = 0;
    next.push(from);
    while (!next.empty()) { /* parallel frontier any */
        int u = next.front();
        next.pop();
        for (int v : graph[u])
            if (far[v] == INT_MAX) {
                far[v] = far[u] + 1;
                next.push(v);
            }
    }
    return far;
}

std::vector<int> order(const std::vector<std::vector<int>> &graph, int from) {
    std::vector<char> seen(graph.size(), 0);
    std::vector<int> visits;
    visits.push_back(from);
    seen[from] = 1;
    for (std::size_t at = 0; at < visits.size(); at++) { /* parallel frontier proved */
        int u = visits[at];
        for (int v : graph[u]) {
            if (seen[v])
                continue;
            seen[v] = 1;
            visits.push_back(v);
        }
    }
    return visits;
}

int deepest(const std::vector<int> &row, const std::vector<int> &column, int from) {
    std::vector<bool> seen(row.size() - 1, false);
    std::deque<std::pair<int, int>> todo;
    todo.push_back({from, 0});
    seen[from] = true;
    int most = 0;
    while (todo.size() > 0) { /* parallel frontier proved Accumulator */
        std::pair<int, int> one = todo.front();
        todo.pop_front();
        most = std::max(most, one.second);
        for (int e = row[one.first]; e < row[one.first + 1]; e++) {
            int v = column[e];
            if (!seen[v]) {
                seen[v] = true;
                todo.push_back({v, one.second + 1});
            }
        }
    }
    return most;
}

int component(const std::vector<std::vector<int>> &graph, std::vector<char> &mark, int from, char color) {
    std::stack<int> todo;
    todo.push(from);
    mark[from] = color;
    int size = 0;
    while (!todo.empty()) { /* parallel frontier any Accumulator */
        const int u = todo.top();
        todo.pop();
        ++size;
        for (std::size_t k = 0; k < graph[u].size(); k++) {
            const int v = graph[u][k];
            if (mark[v] == 0) {
                mark[v] = 1;
                todo.push(v);
            }
        }
    }
    return size;
}

int by_vector(const std::vector<std::vector<int>> &graph, int from) {
    std::vector<bool> seen(graph.size());
    std::vector<int> todo{from};
    seen[from] = true;
    int edges = 0;
    while (!todo.empty()) { /* parallel frontier proved Accumulator */
        int u = todo.back();
        todo.pop_back();
        edges += graph[u].size();
        for (int v : graph[u])
            if (!seen[v]) {
                seen[v] = true;
                todo.push_back(v);
            }
    }
    return edges;
}

int grid(const std::vector<char> &wall, int width, int height, int sx, int sy) {
    std::vector<int> steps(wall.size(), -1);
    std::queue<std::pair<int, int>> todo;
    const int dx[4] = {1, -1, 0, 0}, dy[4] = {0, 0, 1, -1};
    todo.push({sx, sy});
    steps[sy * width + sx] = 0;
    int cells = 0;
    while (!todo.empty()) { /* parallel frontier proved Accumulator */
        auto [x, y] = todo.front();
        todo.pop();
        cells++;
        for (int d = 0; d < 4; d++) {
            int nx = x + dx[d], ny = y + dy[d];
            if (nx >= 0 && nx < width && ny >= 0 && ny < height && !wall[ny * width + nx] && steps[ny * width + nx] == -1) {
                steps[ny * width + nx] = 1;
                todo.push({nx, ny});
            }
        }
    }
    return cells;
}

/* on a stack the depth depends on the order */
int depth(const std::vector<std::vector<int>> &graph, int from) {
    std::vector<bool> seen(graph.size());
    std::vector<std::pair<int, int>> todo;
    todo.push_back({from, 0});
    seen[from] = true;
    int most = 0;
    while (!todo.empty()) { /* sequential: which item reaches it first */
        auto [u, d] = todo.back();
        todo.pop_back();
        most = std::max(most, d);
        for (int v : graph[u])
            if (!seen[v]) {
                seen[v] = true;
                todo.push_back({v, d + 1});
            }
    }
    return most;
}

/* the graph changes */
int shrinking(std::vector<std::vector<int>> &graph, int from) {
    std::vector<char> seen(graph.size());
    std::queue<int> todo;
    todo.push(from);
    seen[from] = 1;
    int count = 0;
    while (!todo.empty()) { /* sequential: */
        int u = todo.front();
        todo.pop();
        count++;
        for (int v : graph[u])
            if (!seen[v]) {
                seen[v] = 1;
                graph[v].pop_back();
                todo.push(v);
            }
    }
    return count;
}

/* the condition with the negation outside, in a helper, behind a continue, behind a name */
static bool among(size_t n, size_t i) { return i < n; }

int distance_in_other_words(const std::vector<int> &edges, size_t n, int from, int to) {
    std::vector<bool> seen(n, false);
    std::queue<std::pair<int, int>> todo;
    todo.push({from, 0});
    seen[from] = true;
    while (!todo.empty()) { /* parallel frontier any */
        const auto [u, length] = todo.front();
        todo.pop();
        if (u == to)
            return length;
        for (size_t v = 0;; v++) {
            if (!among(n, v))
                break;
            const bool skipped = !(edges[u * n + v] == 1 && !seen[v]);
            if (skipped)
                continue;
            seen[v] = true;
            todo.push({static_cast<int>(v), length + 1});
        }
    }
    return -1;
}
