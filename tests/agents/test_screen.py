"""What may not stand in a candidate is found in text and imports; what the original does as well is allowed."""

import pytest

from unseq.agents.screen import screen_imports, screen_text, unreached


@pytest.mark.parametrize(
    "text",
    [
        "#define for if (0) for",
        "#  define\tdouble float",
        "#define \\\n return",
        "#undef UNSEQ_SITE_PREFIX",
        "void f() { asm volatile(\"nop\"); }",
        "__attribute__((constructor)) void f() {}",
        "namespace parlay { void f(); }",
        '#include "/dev/zero"',
        '#include "../../secret.h"',
        "#include <sys/ptrace.h>",
        "void unseq_shim_call(void *);",
    ],
)
def test_text_that_is_refused(text: str) -> None:
    assert screen_text(text, "void f() {}")


@pytest.mark.parametrize(
    "text",
    [
        "#define UNSEQ_CUTOFF 100\n#define SIZE 3",
        "// asm and #define for",
        "/* namespace parlay {} */ namespace p = parlay;",
        "#include <cmath>\n#include \"own.h\"",
        "int plasma, format;",
    ],
)
def test_text_that_is_not(text: str) -> None:
    assert screen_text(text, "") == ""


def test_what_the_original_has_is_allowed() -> None:
    text = "#define inline static\nvoid f() { asm(\"nop\"); }"
    assert screen_text(text, "") and not screen_text(text, text)
    assert screen_imports(["getenv", "exit"], ["getenv", "exit"], False) == ""
    assert "getenv" in screen_imports(["getenv", "exit"], ["exit"], False)


def test_what_computations_import_is_no_offence() -> None:
    harmless = ["memcpy", "malloc", "free", "_Znwm", "unseq_parallel_for", "sin", "_ZSt20__throw_length_errorPKc"]
    assert screen_imports([*harmless, "abort", "__cxa_atexit", "printf", "pthread_mutex_lock"], [], False) == ""
    for symbol in ("_exit", "open64", "socket", "dlsym", "mprotect", "unseq_stats_reset", "clock_gettime", "fork"):
        assert symbol in screen_imports([*harmless, symbol], [], False)


SITE = "_ZN6parlay8internal15unseq_site_bodyI{}EEvPvmm"
OWN = SITE.format("Z5saxpyEUlmE_")
TWIN = SITE.format("Z5saxpyEUlmE0_")
REDUCE = "ZNS0_6reduceINS_16delayed_sequenceIZ3sumEUlmE_EEEEDaT_EUlmE{}_"


def test_every_site_of_the_candidate_must_fork_and_one_of_each_primitive() -> None:
    inner, outer = SITE.format(REDUCE.format("")), SITE.format(REDUCE.format("0"))
    plain = SITE.format("ZNS0_4sortIPiEEvT_EUlmE_")
    assert unreached([OWN, TWIN], [OWN]) != ()
    assert unreached([OWN, TWIN], [OWN, TWIN]) == ()
    assert unreached([OWN, inner, outer], [OWN, inner]) == ()
    assert unreached([OWN, inner, outer], [OWN]) != ()
    assert unreached([OWN, plain], [OWN]) == ()
    assert unreached([plain], []) != ()
