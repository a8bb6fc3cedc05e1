#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

struct Point {
    double x, y;
};

// The area of the smallest triangle that three of the points form; 0 for fewer than three points.
double smallestArea(std::vector<Point> const &points) {
    if (points.size() < 3) {
        return 0.0;
    }
    double smallest = std::numeric_limits<double>::max();
    for (size_t i = 0; i < points.size() - 2; i += 1) {
        for (size_t j = i + 1; j < points.size() - 1; j += 1) {
            for (size_t k = j + 1; k < points.size(); k += 1) {
                const double area = 0.5 * std::abs(points[i].x * (points[j].y - points[k].y) +
                                                   points[j].x * (points[k].y - points[i].y) +
                                                   points[k].x * (points[i].y - points[j].y));
                if (area < smallest) {
                    smallest = area;
                }
            }
        }
    }
    return smallest;
}
