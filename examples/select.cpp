#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>
#include <vector>

struct Reading {
    int station;
    double value;
};

// The readings of one station, in order.
std::vector<double> readings_of(const std::vector<Reading> &readings, int station)
{
    std::vector<double> values;
    for (const Reading &r : readings)
        if (r.station == station)
            values.push_back(r.value);
    return values;
}

// Position of the first reading above the limit, or readings.size() if there is none.
std::size_t first_above(const std::vector<Reading> &readings, double limit)
{
    for (std::size_t i = 0; i < readings.size(); ++i) {
        if (readings[i].value > limit)
            return i;
    }
    return readings.size();
}

// Position of the reading closest to the target; the first of equals, -1 for no readings.
int closest(const std::vector<Reading> &readings, double target)
{
    int best = -1;
    double distance = INFINITY;
    for (int i = 0; i < (int) readings.size(); ++i) {
        double d = std::abs(readings[i].value - target);
        if (d < distance) {
            distance = d;
            best = i;
        }
    }
    return best;
}

// Orders the readings by station; readings of one station stay in order.
void by_station(std::vector<Reading> &readings)
{
    std::stable_sort(readings.begin(), readings.end(),
                     [](const Reading &a, const Reading &b) { return a.station < b.station; });
}

// Sum of the squares.
double energy(const std::vector<double> &v)
{
    return std::accumulate(v.begin(), v.end(), 0.0, [](double sum, double x) { return sum + x * x; });
}
