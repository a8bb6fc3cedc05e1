#include <vector>

struct Summary {
    double mean;
    double variance;
    double smallest;
    double largest;
    int negatives;
};

// One pass over the samples; an empty input gives zeros.
Summary summarize(const std::vector<double> &samples)
{
    Summary result{0.0, 0.0, 0.0, 0.0, 0};
    if (samples.empty())
        return result;
    double sum = 0.0, squares = 0.0;
    double low = samples[0], high = samples[0];
    int negatives = 0;
    for (double v : samples) {
        sum += v;
        squares += v * v;
        if (v < low)
            low = v;
        if (v > high)
            high = v;
        if (v < 0.0)
            negatives++;
    }
    result.mean = sum / samples.size();
    result.variance = squares / samples.size() - result.mean * result.mean;
    result.smallest = low;
    result.largest = high;
    result.negatives = negatives;
    return result;
}
