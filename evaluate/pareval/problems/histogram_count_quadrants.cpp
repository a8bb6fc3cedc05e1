#include <array>
#include <cstddef>
#include <vector>

struct Point {
    double x, y;
};

// How many points lie in each quadrant; the axes belong to the positive side.
void countQuadrants(std::vector<Point> const &points, std::array<size_t, 4> &bins) {
    for (auto const &p : points) {
        if (p.x >= 0 && p.y >= 0) {
            bins[0] += 1;
        } else if (p.x < 0 && p.y >= 0) {
            bins[1] += 1;
        } else if (p.x < 0 && p.y < 0) {
            bins[2] += 1;
        } else {
            bins[3] += 1;
        }
    }
}
