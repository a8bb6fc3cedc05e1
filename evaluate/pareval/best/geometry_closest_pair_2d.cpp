#include <algorithm>
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

// Divide and conquer on points in order of x; leaves [begin, end) in order of y (Bentley and Shamos 1976).
static double closestIn(Point *begin, Point *end, std::vector<Point> &strip) {
    if (end - begin <= 3) {
        double closest = std::numeric_limits<double>::max();
        for (Point *a = begin; a < end; a += 1) {
            for (Point *b = a + 1; b < end; b += 1) {
                closest = std::min(closest, distance(*a, *b));
            }
        }
        std::sort(begin, end, [](Point const &a, Point const &b) { return a.y < b.y; });
        return closest;
    }
    Point *middle = begin + (end - begin) / 2;
    const double x = middle->x;
    double closest = std::min(closestIn(begin, middle, strip), closestIn(middle, end, strip));
    std::inplace_merge(begin, middle, end, [](Point const &a, Point const &b) { return a.y < b.y; });
    strip.clear();
    for (Point *p = begin; p < end; p += 1) {
        if (std::abs(p->x - x) < closest) {
            for (size_t k = strip.size(); k-- > 0 && p->y - strip[k].y < closest;) {
                closest = std::min(closest, distance(*p, strip[k]));
            }
            strip.push_back(*p);
        }
    }
    return closest;
}

double closestPair(std::vector<Point> const &points) {
    if (points.size() < 2) {
        return 0.0;
    }
    std::vector<Point> sorted = points, strip;
    std::sort(sorted.begin(), sorted.end(), [](Point const &a, Point const &b) { return a.x < b.x; });
    return closestIn(sorted.data(), sorted.data() + sorted.size(), strip);
}
