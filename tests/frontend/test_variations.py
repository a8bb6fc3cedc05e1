"""The compiler recognises patterns and not texts: sources and what somebody else might have written in their place.

Each variation must compute what its original computes (compiled and interpreted), must be understood, and must become
parallel in the same way.
"""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from unseq.frontend.ir.interpreter import run
from unseq.frontend.lower import lower
from unseq.frontend.source import Language, SourceUnit, read
from unseq.frontend.variation.mix import VARIATIONS, mixed
from unseq.frontend.variation.names import rename
from varied_runs import Pair, compare, compare_rewritten, lost, pairs, sources

FEW = ("dense_la_gemv", "geometry_closest_pair_1d", "search_find_the_first_even", "plain/compact", "plain/max_subarray",
       "restrict/stencil", "plain/spmv", "examples/summary", "examples/waves")  # fmt: skip


def few() -> list[Path]:
    return [path for path in sources() if any(name in str(path) for name in FEW)]


def check_meaning(found: list[Pair], count: int) -> None:
    ran, wrong = compare(found, count)
    assert not wrong, f"{len(wrong)} of {len(found)}:\n" + "\n\n".join(wrong[:3])
    assert ran > len(found)
    wrong = [text for pair in found for text in compare_rewritten(pair.variation, count)]
    assert not wrong, "\n".join(wrong[:5])


def test_variations_mean_what_their_originals_mean() -> None:
    check_meaning([pair for pair in pairs(few(), [1]) if pair.original.parameters], 4)


@pytest.mark.slow
@pytest.mark.parametrize("suffix", [".c", ".cpp"])
@pytest.mark.parametrize("seed", range(2, 8))
def test_all_variations_mean_what_their_originals_mean(suffix: str, seed: int) -> None:
    chosen = [path for path in sources() if path.suffix == suffix]
    check_meaning([pair for pair in pairs(chosen, [seed]) if pair.original.parameters], 6)


@pytest.mark.parametrize("path", few(), ids=lambda path: path.stem)
def test_variations_become_parallel_in_the_same_way(path: Path) -> None:
    unit = read(path)
    found = mixed(unit, 1)
    assert not lost(unit, found.unit, found.names), f"{found.steps}\n{found.unit.text.decode()}"


@pytest.mark.slow
@pytest.mark.parametrize("path", sources(), ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_new_names_change_nothing(path: Path) -> None:
    unit = read(path)
    for seed in range(3):
        found = rename(unit, random.Random(seed))
        assert found is not None
        assert not lost(unit, found.unit, found.names)


@pytest.mark.slow
def test_nearly_all_variations_become_parallel_in_the_same_way() -> None:
    """A mix may hide a loop behind what is not looked through; such mixes are few."""
    tried, different = 0, []
    for path in sources():
        unit = read(path)
        for seed in range(10):
            found = mixed(unit, seed)
            tried += 1
            for text in lost(unit, found.unit, found.names):
                different.append(f"{path.name}, seed {seed} ({' '.join(found.steps)}): {text}")
    assert len(different) <= tried * 0.05, "\n".join(different)


def unit_of(text: str, language: Language = Language.CPP) -> SourceUnit:
    return SourceUnit(Path("given.cpp" if language is Language.CPP else "given.c"), language, text.encode())


def test_every_variation_finds_a_place() -> None:
    done = set()
    for path in sources():
        unit = read(path)
        done |= {name for name, vary in VARIATIONS.items() if name not in done and vary(unit, random.Random(0))}
        if len(done) == len(VARIATIONS):
            return
    assert set(VARIATIONS) - done <= {"joined_conditions"}


def test_foreign_names_stay() -> None:
    text = """#include <vector>
extern double other(double x);
struct Pair { double first, mine; };
double mine(const std::vector<Pair> &v) {
    double size = 0; // size of it
    for (const auto &p : v) size += other(p.mine) + p.first + v.size();
    return size; }
"""
    found = rename(unit_of(text), random.Random(1))
    assert found is not None
    new = found.unit.text.decode()
    assert "other(" in new and ".first" in new and ".size()" in new and "// size of it" in new
    assert "mine" not in new and "Pair" not in new


def test_kept_names_stay() -> None:
    found = rename(unit_of("int f(int n) { return n; }"), random.Random(1), frozenset({"f"}))
    assert found is not None
    assert found.unit.text.startswith(b"int f(int ")
    assert b"n;" not in found.unit.text.replace(b"return", b"")


# The two statements of each pair depend on each other: an order that must stay.
@pytest.mark.parametrize("body", ["a = b; b = a;", "a += 1; a *= 2;", "p[0] = 1; a = p[1];", "p[0] = 1; p[1] = 2;"])
def test_dependent_statements_stay_in_order(body: str) -> None:
    text = f"void f(int *p, int a, int b) {{ {body} p[2] = a + b; }}"
    changed = VARIATIONS["exchanged"](unit_of(text, Language.C), random.Random(0))
    assert changed is None or changed.text.decode().index(body.split(";")[0]) < 40


def test_grammar_takes_variables_for_variables() -> None:
    text = """double f(const double *v, int x, int y, int n) {
    const double a = v[0], b = v[1];
    if (!(x < 0 || y >= static_cast<int>(n) || x > n)) return (a) * (b) + x / (y) * (n);
    if (!(x < 0 || x >= static_cast<int>(n) || y < 0 || y >= static_cast<int>(n))) return a;
    return (a) - b; }
"""
    function = lower(unit_of(text), "f")
    assert run(function, [[2.0, 3.0], 6, 3, 9]).result == 2.0 * 3.0 + 6 // 3 * 9
    assert run(function, [[2.0, 3.0], 6, 9, 9]).result == 2.0 - 3.0
