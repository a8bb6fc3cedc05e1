double root(double x)
{
    double guess = x, error = 1.0;
    while (error > 1e-12) {
        double better = 0.5 * (guess + x / guess);
        error = better > guess ? better - guess : guess - better;
        guess = better;
    }
    return guess;
}
