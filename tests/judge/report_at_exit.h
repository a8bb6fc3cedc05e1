// Included before a program that knows nothing of us: watches all of it and prints the races at the end.
#include <unseq/runtime.h>

#include <cstdio>

namespace {

struct ReportAtExit {
  ReportAtExit() {
    unseq_race_reset();
    unseq_race_enable(1);
  }
  ~ReportAtExit() {
    unseq_race_enable(0);
    std::fprintf(stderr, "races %zu\n", unseq_race_list(nullptr, 0));
  }
} report_at_exit;

}  // namespace
