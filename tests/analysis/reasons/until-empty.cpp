#include <queue>

int halvings(std::queue<int> &work)
{
    int count = 0;
    while (!work.empty()) {
        int size = work.front();
        work.pop();
        count++;
        if (size > 1)
            work.push(size / 2);
    }
    return count;
}
