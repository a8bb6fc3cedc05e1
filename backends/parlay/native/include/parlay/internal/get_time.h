// A stop-watch that prints what it measured.
#ifndef PARLAY_INTERNAL_GET_TIME_H_
#define PARLAY_INTERNAL_GET_TIME_H_

#include <chrono>
#include <cstdio>
#include <iostream>  // programs that time themselves print, and count on this header for it
#include <string>

namespace parlay {
namespace internal {

class timer {
 public:
  explicit timer(std::string name = "Parlay time", bool running = true) : name_(std::move(name)) {
    if (running) start();
  }

  void start() {
    running_ = true;
    last_ = clock::now();
  }
  // Seconds since the start, which also count towards the total.
  double stop() {
    running_ = false;
    const double passed = since_last();
    total_ += passed;
    return passed;
  }
  void reset() {
    total_ = 0;
    running_ = false;
  }
  double next_time() {
    if (!running_) return 0;
    const double passed = since_last();
    total_ += passed;
    last_ = clock::now();
    return passed;
  }
  double total_time() const { return running_ ? total_ + since_last() : total_; }
  void next(const std::string& what) {
    if (running_) report(what, next_time());
  }
  void total() const { report("total", total_time()); }

 private:
  using clock = std::chrono::steady_clock;
  std::string name_;
  clock::time_point last_;
  double total_ = 0;
  bool running_ = false;

  double since_last() const { return std::chrono::duration<double>(clock::now() - last_).count(); }
  void report(const std::string& what, double seconds) const {
    char digits[32];
    std::snprintf(digits, sizeof digits, "%.4f", seconds);
    std::cout << name_ << ": " << what << (what.empty() ? "" : ": ") << digits << std::endl;
  }
};

}  // namespace internal
}  // namespace parlay

#endif
