/* Standard algorithms: what is parallel, what is guarded, what is refused. */
#include <algorithm>
#include <cmath>
#include <complex>
#include <functional>
#include <iterator>
#include <list>
#include <numeric>
#include <vector>

struct Item { int key; float weight; };

// --- operations -------------------------------------------------------------------------------------------------

int no_order(const std::vector<int> &v) {
    return std::reduce(v.begin(), v.end(), 0, [](int a, int b) { return a - b; }); /* sequential: operation */
}
unsigned not_associative(const std::vector<unsigned> &v) {
    return std::reduce(v.begin(), v.end(), 0u, [](unsigned a, unsigned b) { return (a ^ b) >> 1; }); /* sequential: not associative */
}
int known_not_associative(const std::vector<int> &v) {
    return std::reduce(v.begin(), v.end(), 0, [](int a, int b) { return a < b ? a : ~b; }); /* sequential: not associative */
}
int not_commutative(const std::vector<int> &v) {
    return std::reduce(v.begin(), v.end(), 0, [](int a, int b) { return a; }); /* sequential: not commutative */
}
int last_of_all(const std::vector<int> &v) {
    return std::accumulate(v.begin(), v.end(), 0, [](int a, int b) { return b; }); /* parallel reduce proved */
}
int last_even(const std::vector<int> &v) {
    return std::accumulate(v.begin(), v.end(), 1, [](int a, int b) { /* parallel reduce proved */
        if (b % 2 == 0)
            return b;
        return a;
    });
}
int horner(const std::vector<int> &v) {
    return std::accumulate(v.begin(), v.end(), 0, [](int h, int x) { return 31 * h + x; }); /* sequential: associative */
}
int truncates(const std::vector<double> &v) {
    return std::accumulate(v.begin(), v.end(), 0); /* sequential: narrower */
}
double nan_wins(const std::vector<double> &v) {
    return std::accumulate(v.begin(), v.end(), 0.0, [](double a, double b) { return a < b ? b : a; }); /* parallel reduce */
}
double nan_erases(const std::vector<double> &v) {
    return std::accumulate(v.begin(), v.end(), 0.0, [](double a, double b) { return a > b ? a : b; }); /* sequential: associative */
}
double counts_calls(const std::vector<double> &v, int &calls) {
    return std::reduce(v.begin(), v.end(), 0.0, [&](double a, double b) { calls++; return a + b; }); /* sequential: writes a variable */
}
double hypotenuse(const std::vector<double> &v) {
    return std::reduce(v.begin(), v.end(), 0.0, [](double a, double b) { return std::sqrt(a * a + b * b); }); /* parallel reduce proved */
}
double in_order(const std::vector<double> &v) {
    return std::accumulate(v.begin(), v.end(), 0.0, [](double a, double b) { return std::sqrt(a * a + b * b); }); /* sequential: associative */
}
std::complex<double> sum(const std::vector<std::complex<double>> &v) {
    return std::accumulate(v.begin(), v.end(), std::complex<double>(0, 0)); /* parallel reduce proved */
}
int products_of_bits(const std::vector<bool> &v) {
    return std::count(v.begin(), v.end(), true); /* parallel count proved */
}
void bits(std::vector<bool> &v) {
    std::fill(v.begin(), v.end(), true); /* sequential: share a word */
}

// --- what is read and what is written ---------------------------------------------------------------------------

void in_place(std::vector<int> &v) {
    std::transform(v.begin(), v.end(), v.begin(), [](int x) { return x + 1; }); /* parallel map proved */
}
void shifted(std::vector<int> &v) {
    std::copy(v.begin() + 1, v.end(), v.begin()); /* sequential: different places */
}
void through_itself(std::vector<int> &v) {
    std::transform(v.begin(), v.end(), v.begin(), [&](int x) { return x - v[0]; }); /* sequential: reads v */
}
void through_another(std::vector<int> &v, const std::vector<int> &w) {
    std::transform(v.begin(), v.end(), v.begin(), [&](int x) { return x - w[0]; }); /* parallel map guarded Distinct */
}
void through_floats(std::vector<int> &v, const std::vector<float> &w) {
    std::transform(v.begin(), v.end(), v.begin(), [&](int x) { return x - (int)w[0]; }); /* parallel map proved */
}
void by_reference(std::vector<int> &v, const int &step) {
    std::transform(v.begin(), v.end(), v.begin(), [&](int x) { return x - step; }); /* parallel map guarded Disjoint */
}
void by_value(std::vector<int> &v, const int &step) {
    std::transform(v.begin(), v.end(), v.begin(), [step](int x) { return x - step; }); /* parallel map proved */
}
void pointers(const int *a, int n, int *b) {
    std::transform(a, a + n, b, [](int x) { return x + 1; }); /* parallel map guarded Disjoint */
}
void other_types(const float *a, int n, int *b) {
    std::transform(a, a + n, b, [](float x) { return (int)x; }); /* parallel map proved */
}
void two_vectors(const std::vector<int> &v, std::vector<int> &w) {
    std::copy(v.begin(), v.end(), w.begin()); /* parallel copy proved */
}
void two_vectors_apart(const std::vector<int> &v, std::vector<int> &w) {
    std::copy(v.begin() + 1, v.end(), w.begin()); /* parallel copy guarded Distinct */
}
void neighbours(const std::vector<int> &v, std::vector<int> &w) {
    std::adjacent_difference(v.begin(), v.end(), w.begin()); /* parallel adjacent_difference guarded Distinct */
}
void own_vector(const std::vector<int> &v) {
    std::vector<int> w(v.size());
    std::copy(v.begin() + 1, v.end(), w.begin()); /* parallel copy proved */
}
void order_of_others(std::vector<int> &order, const std::vector<int> &keys) {
    std::sort(order.begin(), order.end(), [&](int a, int b) { return keys[a] < keys[b]; }); /* parallel sort guarded Distinct */
}
void order_of_itself(std::vector<int> &order) {
    std::sort(order.begin(), order.end(), [&](int a, int b) { return order[a] < order[b]; }); /* sequential: reads order */
}
void appended(const std::vector<int> &v, std::vector<int> &w) {
    std::copy_if(v.begin(), v.end(), std::back_inserter(w), [](int x) { return x > 0; }); /* parallel copy_if guarded Distinct */
}
void appended_from_pointer(const int *a, int n, std::vector<int> &w) {
    std::copy(a, a + n, std::back_inserter(w)); /* sequential: may point into w */
}

// --- results that are used --------------------------------------------------------------------------------------

long left_behind(std::vector<int> &v) {
    return std::remove(v.begin(), v.end(), 3) - v.begin(); /* sequential: no parallel form */
}
void erased(std::vector<int> &v) {
    v.erase(std::remove(v.begin(), v.end(), 3), v.end()); /* parallel erase proved */
}
void erased_elsewhere(std::vector<int> &v, std::vector<int> &w) {
    v.erase(std::remove(w.begin(), w.end(), 3), v.end()); /* sequential: no parallel form */
}
void erased_in_part(std::vector<int> &v) {
    v.erase(std::unique(v.begin() + 1, v.end()), v.end()); /* sequential: no parallel form */
}
int nth_of_own(std::vector<int> v) {
    std::nth_element(v.begin(), v.begin() + 3, v.end()); /* parallel nth_element proved */
    return v[3];
}
int nth_of_others(std::vector<int> &v) {
    std::nth_element(v.begin(), v.begin() + 3, v.end()); /* parallel sort_whole proved */
    return v[3];
}
void no_random_access(std::list<int> &v) {
    std::reverse(v.begin(), v.end()); /* sequential: random access */
}
void counted_up(std::vector<int> &v) {
    int next = 0;
    std::generate(v.begin(), v.end(), [&] { return next++; }); /* sequential: writes a variable */
}
void backwards(std::vector<int> &v) {
    std::sort(v.rbegin(), v.rend()); /* parallel sort proved */
}
void backwards_by_key(std::vector<Item> &v) {
    std::sort(v.rbegin(), v.rend(), [](const Item &a, const Item &b) { return a.key < b.key; }); /* sequential: backwards */
}
