"""What a plan leaves open, as emitted text: each form of a function gives what the original gives, and reads well."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

from unseq.agents.rules.propose import Refusal, propose
from unseq.agents.search.variations import Variation, variations
from unseq.agents.task import Task
from unseq.backends.parlay.emit.file import emit
from unseq.backends.parlay.toolchain import RuntimeKind, find_toolchain
from unseq.frontend.analysis.driver import analyze
from unseq.frontend.lower import lower
from unseq.frontend.source import Language, SourceUnit

HARNESS = Path(__file__).parent / "emit_harness.h"

# name: source, and the body of a function (Input &in, int n) that calls it
FUNCTIONS = {
    "grey": (
        "void grey(const unsigned char *pixels, long n, unsigned *bins)\n{\n"
        "    for (long i = 0; i < n; i++)\n        bins[pixels[i]]++;\n}\n",
        "auto v = in.ints(n, 0, 255); std::vector<unsigned char> p(v.begin(), v.end());\n"
        "std::vector<unsigned> bins(256, 7); grey(p.data(), n, bins.data()); out(bins);",
    ),
    "weigh": (
        "void weigh(const unsigned char *key, const double *w, int n, double *sums)\n{\n"
        "    for (int i = 1; i < n; i++) {\n"
        "        double both = w[i] * w[i - 1];\n        sums[key[i]] += both;\n    }\n}\n",
        "auto v = in.ints(n, 0, 255); std::vector<unsigned char> p(v.begin(), v.end()); auto w = in.doubles(n);\n"
        "std::vector<double> sums(256, 0.5); weigh(p.data(), w.data(), n, sums.data()); near(sums);",
    ),
    "twice": (
        "void twice(const double *x, double *y, int n)\n{\n"
        "    for (int i = 0; i < n; i++)\n        y[i] = 2.0 * x[i];\n}\n",
        "auto x = in.doubles(n); std::vector<double> y(n); twice(x.data(), y.data(), n); out(y);",
    ),
    "dot": (
        "double dot(const double *x, const double *y, int n)\n{\n    double sum = 0.0;\n"
        "    for (int i = 0; i < n; i++)\n        sum += x[i] * y[i];\n    return sum;\n}\n",
        "auto x = in.doubles(n), y = in.doubles(n); near(dot(x.data(), y.data(), n));",
    ),
    "from_one": (
        "void from_one(const int *x, int n, int *out)\n{\n    int sum = 3;\n"
        "    for (int i = 1; i < n; i++) {\n        int both = x[i] - x[i - 1];\n        sum += both * both;\n    }\n"
        "    *out = sum;\n}\n",
        "auto x = in.ints(n, -9, 9); int r = 0; from_one(x.data(), n, &r); out(r);",
    ),
    "fib": (
        "long fib(int n)\n{\n    if (n < 2)\n        return n;\n    return fib(n - 1) + fib(n - 2);\n}\n",
        "out(fib(n % 25));",
    ),
    "total": (
        "double total(const double *x, int lo, int hi)\n{\n"
        "    if (hi - lo < 2)\n        return hi > lo ? x[lo] : 0.0;\n"
        "    int middle = lo + (hi - lo) / 2;\n    return total(x, lo, middle) + total(x, middle, hi);\n}\n",
        "auto x = in.doubles(n); near(total(x.data(), 0, n));",
    ),
    "paths": (
        "void paths(int n, int *d)\n{\n    for (int i = 1; i < n; i++)\n        for (int j = 1; j < n; j++)\n"
        "            d[i * n + j] += 2 * d[(i - 1) * n + j] > 3 * d[i * n + j - 1] ? 1 : -1;\n}\n",
        "int m = std::min(n, 500); auto d = in.ints(m * m, 0, 9); paths(m, d.data()); out(d);",
    ),
}


def unit(name: str) -> SourceUnit:
    return SourceUnit(Path(f"{name}.c"), Language.C, FUNCTIONS[name][0].encode())


def forms(name: str) -> Iterator[Variation]:
    """The variations of a function's plan that change one choice."""
    function = lower(unit(name), name)
    plan = propose(Task(function, analyze(function)))
    assert not isinstance(plan, Refusal), plan
    return (v for v in variations(plan) if len(v.choices) == 1)


def text(name: str, words: str) -> str:
    """The form of a function with this choice, emitted, without its original."""
    found = next(v for v in forms(name) if words in v.choices[0])
    whole = emit(unit(name), [found.plan]).text
    return whole[whole.index('extern "C"') :]


def test_every_form_computes_what_the_original_computes(tmp_path: Path) -> None:
    parts, calls = [f'#include "{HARNESS}"\n'], []
    for name, (source, drive) in FUNCTIONS.items():
        parts.append(f"#define {name} {name}_original\n{source}")
        parts.append(f"static void {name}_theirs(Input &in, int n) {{ {drive} }}\n#undef {name}\n")
        for k, variation in enumerate(forms(name)):
            emitted = emit(unit(name), [variation.plan], reuse_spans=k % 2 == 0).text
            parts.append(f"#define {name} {name}_{k}\n#define {name}_sequential {name}_sequential_{k}\n{emitted}\n")
            parts.append(f"static void {name}_ours_{k}(Input &in, int n) {{ {drive} }}\n")
            parts.append(f"#undef {name}\n#undef {name}_sequential\n")
            calls.append(f'{{"{name}: {variation.choices[0]}", {name}_ours_{k}, {name}_theirs}}')
    assert len(calls) > 2 * len(FUNCTIONS)
    parts.append(
        "struct Form { const char *name; void (*ours)(Input &, int); void (*theirs)(Input &, int); };\n"
        f"int main() {{\n  const Form all[] = {{{', '.join(calls)}}};\n  int failed = 0;\n"
        "  for (const auto &c : all) for (int n : {0, 1, 2, 17, 1009, 100003}) {\n"
        "    Record a, b; Input first(n), second(n);\n"
        "    record = &a, c.theirs(first, n); record = &b, c.ours(second, n);\n"
        "    failed += check(c.name, n, 0, a, b);\n  }\n"
        '  std::printf("%d failed\\n", failed);\n  return failed != 0;\n}\n'
    )
    source, binary = tmp_path / "forms.cpp", tmp_path / "forms"
    source.write_text("".join(parts))
    toolchain, kind = find_toolchain(), RuntimeKind.PLAIN
    flags = [*toolchain.cflags(kind), "-O1", "-w", "-DUNSEQ_CUTOFF=1000"]
    command = [str(toolchain.compiler), *flags, str(source), *toolchain.libs(kind), "-o", str(binary)]
    subprocess.run(command, check=True, timeout=300)
    environment = {**os.environ, "PARLAY_NUM_THREADS": "3"}
    done = subprocess.run([str(binary)], capture_output=True, text=True, timeout=120, env=environment, check=False)
    assert done.stdout.endswith("0 failed\n"), done.stdout + done.stderr


def test_sums_by_index_are_the_librarys() -> None:
    assert text("weigh", "sums by index").endswith(
        """\
    auto pairs = parlay::delayed_tabulate(n - 1, [=](size_t k) {
        int i = 1 + k;
        double both = w[i] * w[i - 1];
        return std::pair<size_t, double>(key[i], both);
    });
    const auto sums2 = parlay::reduce_by_index(pairs, 256);
    parlay::parallel_for(0, 256, [&, sums](size_t j) {
        if (sums2[j] != 0)
            sums[j] += sums2[j];
    });
}
"""
    )


def test_atomic_updates_are_the_loop_itself() -> None:
    assert text("grey", "atomic updates").endswith(
        """\
    parlay::parallel_for(0, n, [=](long i) {
        std::atomic_ref(bins[pixels[i]]).fetch_add(1, std::memory_order_relaxed);
    });
}
"""
    )


def test_a_sum_of_a_delayed_sequence_has_no_blocks() -> None:
    assert text("dot", "delayed").endswith(
        """\
    double sum = 0.0;
    auto terms = parlay::delayed_tabulate(n, [=](int i) -> double {
        return x[i] * y[i];
    });
    sum += parlay::reduce(terms);
    return sum;
}
"""
    )


def test_other_choices_are_one_number() -> None:
    assert "/ (UNSEQ_CUTOFF > 0 ? parlay::num_workers() : 16) + 1" in text("grey", "one private copy")
    assert "}, 4096);" in text("twice", "4096 iterations")
    assert "const size_t block_size = UNSEQ_CUTOFF > 0 ? 16384 : 1;" in text("dot", "blocks of 16384")
    assert "height = UNSEQ_CUTOFF > 0 ? 64 : 2, width = UNSEQ_CUTOFF > 0 ? 512 : 2;" in text("paths", "64 x 512")
    assert "n < long(parlay::log2_up(UNSEQ_CUTOFF * 8 + 1))" in text("fib", "8 times the work")
    assert "hi - lo < UNSEQ_CUTOFF / 800" in text("total", "1/8 of the work")
