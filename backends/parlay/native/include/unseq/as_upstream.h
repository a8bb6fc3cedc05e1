// For code written for upstream ParlayLib, which counts on what its headers happen to include. To be
// included before it (-include); emitted code names what it needs and does without.
#ifndef UNSEQ_AS_UPSTREAM_H_
#define UNSEQ_AS_UPSTREAM_H_

#include <algorithm>
#include <array>
#include <atomic>
#include <cassert>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <iomanip>
#include <iostream>
#include <iterator>
#include <limits>
#include <memory>
#include <mutex>
#include <numeric>
#include <optional>
#include <random>
#include <stdexcept>
#include <string>
#include <thread>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "parlay/internal/get_time.h"
#include "parlay/primitives.h"

#endif
