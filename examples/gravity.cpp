#include <cmath>
#include <cstddef>
#include <vector>

struct Body {
    double x, y, z;
    double mass;
};

struct Force {
    double x, y, z;
};

// Sum of the pull of all bodies on each one; softened so that a body does not act on itself.
void gravity(const std::vector<Body> &bodies, std::vector<Force> &forces)
{
    const double softening = 1e-3;
    for (std::size_t i = 0; i < bodies.size(); ++i) {
        Force f{0.0, 0.0, 0.0};
        for (const Body &other : bodies) {
            const double dx = other.x - bodies[i].x;
            const double dy = other.y - bodies[i].y;
            const double dz = other.z - bodies[i].z;
            const double r2 = dx * dx + dy * dy + dz * dz + softening;
            const double pull = other.mass / (r2 * std::sqrt(r2));
            f.x += pull * dx;
            f.y += pull * dy;
            f.z += pull * dz;
        }
        forces[i] = f;
    }
}
