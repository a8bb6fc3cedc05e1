#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

struct Point {
    double x, y;
};

static double distance(Point const &a, Point const &b) {
    return std::sqrt((a.x - b.x) * (a.x - b.x) + (a.y - b.y) * (a.y - b.y));
}

// The distance between the closest two points; 0 for fewer than two.
double closestPair(std::vector<Point> const &points) {
    if (points.size() < 2) {
        return 0.0;
    }
    double closest = std::numeric_limits<double>::max();
    for (size_t i = 0; i < points.size() - 1; i += 1) {
        for (size_t j = i + 1; j < points.size(); j += 1) {
            const double d = distance(points[i], points[j]);
            if (d < closest) {
                closest = d;
            }
        }
    }
    return closest;
}
