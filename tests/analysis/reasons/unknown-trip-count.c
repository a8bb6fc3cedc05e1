double area(double step)
{
    double sum = 0.0;
    for (double t = 0.0; t < 1.0; t += step)
        sum += t * t;
    return sum * step;
}
