#include <list>

void scale(std::list<double> &values)
{
    for (double &value : values)
        value *= 2.0;
}
