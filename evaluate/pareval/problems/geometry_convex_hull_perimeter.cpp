#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

struct Point {
    double x, y;
};

// The perimeter of the convex hull of the points.
double convexHullPerimeter(std::vector<Point> const &points) {
    if (points.size() < 3) {
        return 0.0;
    }
    std::vector<Point> sorted(points);
    std::sort(sorted.begin(), sorted.end(),
              [](Point const &a, Point const &b) { return a.x < b.x || (a.x == b.x && a.y < b.y); });
    auto cross = [](Point const &o, Point const &a, Point const &b) {
        return (a.x - o.x) * (b.y - o.y) - (a.y - o.y) * (b.x - o.x);
    };
    std::vector<Point> hull;
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
    double perimeter = 0.0;
    for (size_t i = 0; i + 1 < hull.size(); i += 1) {
        const double dx = hull[i + 1].x - hull[i].x;
        const double dy = hull[i + 1].y - hull[i].y;
        perimeter += std::sqrt(dx * dx + dy * dy);
    }
    return perimeter;
}
