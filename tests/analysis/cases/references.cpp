/* What is written through a reference of the iteration is memory, not a variable of its own. */
#include <algorithm>
#include <cstddef>
#include <vector>

void lows(std::vector<float> &x)
{
    float lowest = 1e30f;
    for (float &v : x) { /* parallel scan proved Prefix */
        lowest = std::min(lowest, v);
        v = lowest;
    }
}

void decay(std::vector<double> &x)
{
    double s = 0;
    for (std::size_t i = 0; i < x.size(); i++) { /* parallel scan proved Recurrence */
        double &v = x[i];
        s = 0.5 * s + v;
        v = s;
    }
}

double late(std::vector<double> &x)
{
    double s = 0;
    for (double &v : x) { /* sequential: s depends on its value in the iteration before */
        v = v + 1;
        s = 0.5 * s + v;
    }
    return s;
}

int changed_on_the_way(std::vector<int> &x, int target)
{
    for (std::size_t i = 0; i < x.size(); i++) { /* sequential: return */
        int &v = x[i];
        v += 1;
        if (v == target)
            return static_cast<int>(i);
    }
    return -1;
}
