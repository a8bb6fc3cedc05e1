// Included before a program that knows nothing of us: watches all of it and prints the races at the end, and how many
// pairs were none because atomics ordered them. With DESCENDING in the environment later siblings run first.
#include <dlfcn.h>
#include <unseq/runtime.h>

#include <cstdio>
#include <cstdlib>

namespace {

// Where in the program an access is.
unsigned long call(const unseq_access& access) {
  Dl_info info{};
  dladdr(access.pc, &info);
  return static_cast<unsigned long>(static_cast<const char*>(access.pc) - static_cast<const char*>(info.dli_fbase)) - 1;
}

struct ReportAtExit {
  ReportAtExit() {
    unseq_race_reset();
    unseq_race_descend(std::getenv("DESCENDING") != nullptr);
    unseq_race_enable(1);
  }
  ~ReportAtExit() {
    unseq_race_enable(0);
    static unseq_race found[64];
    const size_t count = unseq_race_list(found, 64);
    for (size_t i = 0; i < count && i < 64; ++i) std::fprintf(stderr, "race %#lx %#lx\n", call(found[i].earlier), call(found[i].later));
    std::fprintf(stderr, "races %zu, ordered by atomics %zu\n", count, unseq_race_list_ordered(nullptr, 0));
  }
} report_at_exit;

}  // namespace
