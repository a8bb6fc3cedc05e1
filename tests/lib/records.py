"""Records as the pipeline makes them, for the tests of reports: one of each outcome, with awkward names and text."""

from dataclasses import replace

from unseq.evaluate.report.record import (
    Better,
    Code,
    Environment,
    LoopNote,
    ProfilePoint,
    Races,
    Reason,
    Record,
    SuiteStrength,
    Survivor,
    Tests,
    Variant,
    WorkSpan,
)

ENVIRONMENT = Environment(
    machine="Linux 6.1, x86_64, Example CPU @ 2.0 GHz",
    processors=2,
    compiler="g++ 12.2.0",
    library="embedded ParlayLib headers, oneTBB 2022.1",
    sandbox="bubblewrap, separate network, process limits",
    unseq="0.1.0",
)

SMOOTH = Record(
    file="examples/sensor.c",
    name="smooth",
    line=31,
    target="parlay",
    outcome="translated",
    verdict="Pass",
    wins="yes",
    claim="guarded",
    tests=Tests(214, 0, "n in {0, 1, 2, 97, 4096, 100000}; random, sorted, extreme; 12 overlapping"),
    suite_strength=SuiteStrength(0.9677, 31, 30, (Survivor(46, "`<` for `<=`"),), 1.0, 0.95, "strong"),
    races=Races(40, 0, "determinacy races, exact for each input", "every fork site ran in parallel"),
    profile=(
        ProfilePoint(1_000, 0.9e-6, ((1, 0.9e-6), (2, 0.91e-6)), 0.99, 0.01),
        ProfilePoint(100_000, 92e-6, ((1, 104e-6), (2, 55e-6)), 1.67, 0.02),
        ProfilePoint(10_000_000, 9.4e-3, ((1, 10.8e-3), (2, 5.5e-3)), 1.71, 0.02),
    ),
    work_span=WorkSpan(10_000_000, 4.1e7, 2.2e5, "instructions", ((8, 6.3), (64, 34.0))),
    output="/tmp/out/sensor.parlay.cpp",
    pattern="scan over affine maps; map",
    author="rule",
    loops=(
        LoopNote(33, "for i", "scan, affine x = a*x + b", True, "guarded", "2-parameter affine maps compose"),
        LoopNote(38, "for i", "map", True, "proved", "writes y[i] only"),
    ),
    notes=("floating point: reassociated, worst 3 ulp of bound 46",),
    seconds=6.1,
    code=Code(
        "void smooth(const double *x, double *y, int n, double a) {\n"
        "    double s = 0; // <b>not</b> markup & so on\n"
        "    for (int i = 0; i < n; i++) {\n"
        "        s = a * s + x[i];\n"
        "        y[i] = s;\n"
        "    }\n"
        "}\n",
        31,
        "void smooth(const double *x, double *y, int n, double a) {\n"
        "    double s = 0; // <b>not</b> markup & so on\n"
        "    auto prefix = parlay::scan_inclusive(parlay::delayed_tabulate(n, [&](size_t i) {\n"
        "        return Affine{a, x[i]};\n"
        "    }), compose);\n"
        "    parlay::parallel_for(0, n, [&](size_t i) { y[i] = prefix[i](s); });\n"
        "}\n",
        44,
    ),
    environment=ENVIRONMENT,
    search=(
        Variant((), "Pass", "", ((1_000, 0.99), (10_000_000, 1.42))),
        Variant(("line 33: blocks of 16384 iterations",), "Pass", "", ((1_000, 0.98), (10_000_000, 1.71)), True),
        Variant(("line 38: <one> iteration a task",), "Timeout", "it takes far longer than the original"),
    ),
)

COPY = Record(
    file="examples/sensor.c",
    name="copy_scaled",
    line=12,
    target="parlay",
    outcome="translated",
    verdict="Pass",
    wins="no",
    claim="proved",
    tests=Tests(96, 0, "n in {0, 1, 2, 97, 4096, 100000}"),
    suite_strength=SuiteStrength(),
    races=Races(24, 0, "determinacy races, exact for each input", ""),
    profile=(
        ProfilePoint(1_000, 0.4e-6, ((1, 0.4e-6), (2, 0.4e-6)), 1.0),
        ProfilePoint(100_000, 40e-6, ((1, 44e-6), (2, 41e-6)), 0.98),
        ProfilePoint(10_000_000, 8.4e-3, ((1, 8.8e-3), (2, 8.1e-3)), 1.04),
    ),
    output="/tmp/out/sensor.parlay.cpp",
    pattern="map",
    author="rule",
    loops=(LoopNote(14, "for i", "map", True, "proved", "writes y[i] only"),),
    seconds=3.0,
    code=Code("void copy_scaled(void) {\n}\n", 12, "void copy_scaled(void) {\n}\n", 12),
    environment=ENVIRONMENT,
)

NEAREST = replace(
    COPY,
    name="nearest",
    line=20,
    pattern="reduction",
    better=Better(
        ("sort, then compare neighbours",),
        "O(n^2)",
        "O(n log n)",
        "Pass",
        claim="proved",
        wins="yes",
        profile=(ProfilePoint(3_000, 3.2e-3, ((1, 160e-6), (2, 100e-6)), 32.0),),
        by_algorithm=20.0,
        by_cores=1.6,
        output="/tmp/out/sensor.better.parlay.cpp",
    ),
)

LOGISTIC = Record(
    file="examples/chaos.c",
    name="logistic",
    line=3,
    target="parlay",
    outcome="refused",
    reasons=(
        Reason(5, "x depends on the previous iteration through x*(1 - x), which no known operator composes", "", 9),
        Reason(6, "calls printf: output order is visible", "collect the values first and print after the loop", 9),
    ),
    loops=(
        LoopNote(
            4,
            "for i",
            "recurrence",
            False,
            reasons=(Reason(5, "reads x, written by iteration i-1", "", 9, "examples/chaos.c:5:5"),),
        ),
    ),
    code=Code("double logistic(double r, int n) {\n    for (;;);\n}\n", 3),
    seconds=0.02,
    environment=ENVIRONMENT,
)

TORN = Record(
    file="examples/odd.cpp",
    name="ns::torn<int>",
    line=7,
    target="parlay",
    outcome="failed",
    verdict="Inconclusive",
    reasons=(Reason(7, "the original did not finish within 10 s on any input", "give inputs with --inputs FILE.py"),),
    seconds=10.0,
    environment=ENVIRONMENT,
)

ALL = (SMOOTH, COPY, LOGISTIC, TORN)
