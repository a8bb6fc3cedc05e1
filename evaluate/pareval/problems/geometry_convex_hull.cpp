#include <algorithm>
#include <cstddef>
#include <vector>

struct Point {
    double x, y;
};

// The convex hull of the points, counter-clockwise from the lowest-leftmost one; collinear points are left out.
void convexHull(std::vector<Point> const &points, std::vector<Point> &hull) {
    std::vector<Point> sorted(points);
    std::sort(sorted.begin(), sorted.end(),
              [](Point const &a, Point const &b) { return a.x < b.x || (a.x == b.x && a.y < b.y); });
    hull.clear();
    if (sorted.size() < 3) {
        hull = sorted;
        return;
    }
    auto cross = [](Point const &o, Point const &a, Point const &b) {
        return (a.x - o.x) * (b.y - o.y) - (a.y - o.y) * (b.x - o.x);
    };
    for (size_t i = 0; i < sorted.size(); i += 1) {
        while (hull.size() >= 2 && cross(hull[hull.size() - 2], hull[hull.size() - 1], sorted[i]) <= 0.0) {
            hull.pop_back();
        }
        hull.push_back(sorted[i]);
    }
    const size_t lower = hull.size() + 1;
    for (size_t i = sorted.size() - 1; i > 0; i -= 1) {
        while (hull.size() >= lower && cross(hull[hull.size() - 2], hull[hull.size() - 1], sorted[i - 1]) <= 0.0) {
            hull.pop_back();
        }
        hull.push_back(sorted[i - 1]);
    }
    hull.pop_back();
}
