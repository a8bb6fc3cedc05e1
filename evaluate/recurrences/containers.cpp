// The same ideas as C++ code: containers, range-for, std::min and std::max, small structs.
#include <algorithm>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

// Kadane with the standard library, at least one element.
int best_subarray(const std::vector<int> &v) {
    int here = 0;
    int best = std::numeric_limits<int>::min();
    for (int x : v) {
        here = std::max(here, 0) + x;
        best = std::max(best, here);
    }
    return best;
}

// Remaining capacity of a battery between empty and full.
std::vector<int> battery(const std::vector<int> &current, int capacity) {
    std::vector<int> charge(current.size());
    int level = capacity / 2;
    for (std::size_t i = 0; i < current.size(); ++i) {
        level = std::min(capacity, std::max(0, level + current[i]));
        charge[i] = level;
    }
    return charge;
}

// Cheapest path along two lanes, switching costs a toll.
int two_lanes(const std::vector<int> &left, const std::vector<int> &right, int toll) {
    int a = 0, b = 0;
    const std::size_t length = std::min(left.size(), right.size());
    for (std::size_t i = 0; i < length; ++i) {
        const int stay_a = std::min(a, b + toll);
        const int stay_b = std::min(b, a + toll);
        a = stay_a + left[i];
        b = stay_b + right[i];
    }
    return std::min(a, b);
}

// Trapped rain: the level on the left of each column.
std::vector<int> level_from_left(const std::vector<int> &height) {
    std::vector<int> level;
    level.resize(height.size());
    int top = 0;
    for (std::size_t i = 0; i < height.size(); i++) {
        top = std::max(top, height[i]);
        level[i] = top;
    }
    return level;
}

// A string of digits as a number modulo 97 (as in account numbers).
int checksum97(const std::string &digits) {
    int rest = 0;
    for (char c : digits) {
        int d = c >= '0' && c <= '9' ? c - '0' : 0;
        rest = (rest * 10 + d) % 97;
    }
    return rest;
}

// The vowels that follow a consonant.
int vowels_after_consonants(const std::string &word) {
    int count = 0;
    char previous = 'a';
    for (const char c : word) {
        const bool vowel = c == 'a' || c == 'e' || c == 'i' || c == 'o' || c == 'u';
        const bool vowel_before =
            previous == 'a' || previous == 'e' || previous == 'i' || previous == 'o' || previous == 'u';
        if (vowel && !vowel_before)
            ++count;
        previous = c;
    }
    return count;
}

// An odometer: steps forward, never back, with resets.
std::uint64_t odometer(const std::vector<std::uint32_t> &tick, const std::vector<bool> &reset) {
    std::uint64_t distance = 0;
    const auto n = std::min(tick.size(), reset.size());
    for (std::size_t i = 0; i < n; i++) {
        if (reset[i])
            distance = 0;
        else
            distance += tick[i];
    }
    return distance;
}

// Leaky integrator.
double leaky(const std::vector<double> &in, double keep) {
    double state = 0;
    for (auto it = in.begin(); it != in.end(); ++it)
        state = keep * state + *it;
    return state;
}

// Discounted sum of rewards, from the end.
std::vector<double> returns(const std::vector<double> &reward, double gamma) {
    std::vector<double> value(reward.size());
    double next = 0;
    for (int i = static_cast<int>(reward.size()) - 1; i >= 0; --i) {
        next = reward[i] + gamma * next;
        value[i] = next;
    }
    return value;
}

// Elements that are smaller than everything to their right, counted from the right.
int right_minima(const std::vector<int> &v) {
    int least = std::numeric_limits<int>::max(), count = 0;
    for (int i = static_cast<int>(v.size()) - 1; i >= 0; --i) {
        if (v[i] < least)
            ++count;
        least = std::min(least, v[i]);
    }
    return count;
}

// Jump game: the furthest reachable index if one may always go on.
std::size_t furthest(const std::vector<unsigned> &jump) {
    std::size_t reach = 0;
    for (std::size_t i = 0; i < jump.size(); ++i)
        reach = std::max(reach, i + jump[i]);
    return reach;
}

// Sum of the largest prefix minima: each element counts as the smallest so far.
long sum_of_prefix_minima(const std::vector<int> &v) {
    int least = 1000000;
    long sum = 0;
    for (const int &x : v) {
        least = std::min(least, x);
        sum += least;
    }
    return sum;
}
