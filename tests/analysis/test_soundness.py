"""No false "parallel": random affine loop nests are run access by access, and their iterations compared.

A nest is generated as data, printed as C for the analysis, and enumerated here for small sizes. Where the analysis
says parallel and its guards hold, no two iterations of the outer loop may touch one element, one of them writing.
Also counts how often it refuses what is free of conflicts for all sizes tried: a bound on lost precision.
"""

import itertools
import random
from collections import defaultdict
from pathlib import Path

import pytest

from unseq.frontend.analysis.driver import analyze
from unseq.frontend.facts import Buffered, Diagonal, Disjoint, Holds, LoopFact, Prefix, Private, Recurrence
from unseq.frontend.ir.nodes import Binary, Cast, Expr, Literal, Ref, Select
from unseq.frontend.lower import lower
from unseq.frontend.source import Language, SourceUnit

SIZES = range(6)


class Nest:
    """``for i in [lo, n + d) step s: for j in ...: a[p] = a[q] + a[r]`` with random affine ``p``, ``q``, ``r``."""

    def __init__(self, rng: random.Random) -> None:
        self.two = rng.random() < 0.6
        self.outer = (rng.choice([0, 0, 1, 2]), rng.choice([0, 0, -1, 1]), rng.choice([1, 1, 1, 2, 3, -1]))
        self.inner = (rng.choice(["0", "0", "1", "i", "i + 1"]), rng.choice(["m", "m", "n", "m - 1", "i", "4"]))
        self.writes = [self.subscript(rng) for _ in range(rng.choice([1, 1, 2]))]
        self.reads = [self.near(rng, rng.choice(self.writes)) for _ in range(rng.choice([0, 1, 1, 2]))]

    def subscript(self, rng: random.Random) -> dict[str, int]:
        if self.two and rng.random() < 0.6:
            row = rng.choice(["i*m", "i*n", "i*(m+1)", "j*n", "i*4"])
            return {row: 1, rng.choice(["j", "j", "i"]): 1, "1": rng.choice([0, 0, 1, -1])}
        form = {"i": rng.choice([1, 1, 2, -1, 3, 0]), "1": rng.choice([0, 0, 1, 2, -1])}
        if self.two:
            form["j"] = rng.choice([0, 1, 1, 2])
        if rng.random() < 0.2:
            form["n"] = rng.choice([1, -1])
        if rng.random() < 0.15:
            form["(i/2)"] = 1
        if rng.random() < 0.1:
            form["(i%3)"] = 1
        return form

    def near(self, rng: random.Random, form: dict[str, int]) -> dict[str, int]:
        if rng.random() < 0.3:
            return self.subscript(rng)
        shifted = dict(form)
        for _ in range(rng.choice([0, 1, 1, 2])):
            key = rng.choice([*form, "1", "n", "m"])
            shifted[key] = shifted.get(key, 0) + rng.choice([1, -1])
        return shifted

    def text(self) -> str:
        lower, shift, step = self.outer
        end = f"n + {shift}" if shift > 0 else f"n - {-shift}" if shift else "n"
        if step > 0:
            head = f"for (int i = {lower}; i < {end}; i += {step})"
        else:
            head = f"for (int i = {end} - 1; i >= {lower}; i--)"
        body = [f"a[{show(w)}] = {' + '.join([f'a[{show(r)}]' for r in self.reads] or ['1.0'])};" for w in self.writes]
        lines = ["void f(double *a, int n, int m)", "{", f"    {head} {{"]
        if self.two:
            lines.append(f"        for (int j = {self.inner[0]}; j < {self.inner[1]}; j++) {{")
        lines += [f"            {b}" for b in body]
        lines += ["        }"] if self.two else []
        return "\n".join([*lines, "    }", "}", ""])

    def conflicts(self, n: int, m: int) -> bool:
        """Whether two iterations of the outer loop conflict."""
        lower, shift, step = self.outer
        end = n + shift
        outer = range(lower, end, step) if step > 0 else range(end - 1, lower - 1, -1)
        writers: dict[int, set[int]] = defaultdict(set)
        readers: dict[int, set[int]] = defaultdict(set)
        for i in outer:
            names = {"i": i, "n": n, "m": m}
            inner = range(eval(self.inner[0], {}, names), eval(self.inner[1], {}, names)) if self.two else [0]
            for j in inner:
                for w in self.writes:
                    writers[value(w, i, j, n, m)].add(i)
                for r in self.reads:
                    readers[value(r, i, j, n, m)].add(i)
        return any(len(w) > 1 or (readers[at] - w) for at, w in writers.items())

    def steps(self, n: int, m: int) -> list[tuple[int, int, int, int]]:
        """The iterations of both loops in order: number of the row, row, column."""
        lower, shift, step = self.outer
        end = n + shift
        outer = range(lower, end, step) if step > 0 else range(end - 1, lower - 1, -1)
        found = []
        for row, i in enumerate(outer):
            names = {"i": i, "n": n, "m": m}
            for j in range(eval(self.inner[0], {}, names), eval(self.inner[1], {}, names)):
                found.append((row, j, i, j))
        return found

    def against_the_grain(self, n: int, m: int, skew: int) -> bool:
        """Whether some element is used in a row and then in a later row of a smaller column, one of them writing."""
        seen: dict[int, list[tuple[int, int, bool]]] = defaultdict(list)
        for row, column, i, j in self.steps(n, m):
            here = [(value(w, i, j, n, m), True) for w in self.writes]
            here += [(value(r, i, j, n, m), False) for r in self.reads]
            for element, writes in here:
                for other, before, wrote in seen[element]:
                    if (wrote or writes) and other < row and before + skew * other > column + skew * row:
                        return True
                seen[element].append((row, column, writes))
        return False

    def is_scratch(self, n: int, m: int) -> bool:
        """Whether every iteration writes the same elements, and reads none that it has not written before."""
        lower, shift, step = self.outer
        end = n + shift
        every: set[frozenset[int]] = set()
        for i in range(lower, end, step) if step > 0 else range(end - 1, lower - 1, -1):
            names = {"i": i, "n": n, "m": m}
            inner = range(eval(self.inner[0], {}, names), eval(self.inner[1], {}, names)) if self.two else [0]
            own: set[int] = set()
            for j in inner:
                for w in self.writes:
                    if any(value(r, i, j, n, m) not in own for r in self.reads):
                        return False
                    own.add(value(w, i, j, n, m))
            every.add(frozenset(own))
        return len(every) <= 1

    def anti_only(self, n: int, m: int) -> bool:
        """Whether every conflict is a read of what a later iteration overwrites."""
        lower, shift, step = self.outer
        end = n + shift
        outer = list(range(lower, end, step) if step > 0 else range(end - 1, lower - 1, -1))
        written: dict[int, int] = {}
        for at, i in enumerate(outer):
            names = {"i": i, "n": n, "m": m}
            inner = range(eval(self.inner[0], {}, names), eval(self.inner[1], {}, names)) if self.two else [0]
            new: set[int] = set()
            for j in inner:
                for r in self.reads:
                    if value(r, i, j, n, m) in written:
                        return False
                for w in self.writes:
                    element = value(w, i, j, n, m)
                    if element in written:
                        return False
                    new.add(element)
            written.update(dict.fromkeys(new, at))
        return True


def show(form: dict[str, int]) -> str:
    parts = [str(c) if k == "1" else k if c == 1 else f"{c}*{k}" for k, c in form.items() if c]
    return " + ".join(parts).replace("+ -", "- ") or "0"


def quotient(a: int, b: int) -> int:
    return abs(a) // b * (1 if a >= 0 else -1)


def value(form: dict[str, int], i: int, j: int, n: int, m: int) -> int:
    names = {"i": i, "j": j, "n": n, "m": m}
    total = 0
    for k, c in form.items():
        if k == "(i/2)":
            total += c * quotient(i, 2)
        elif k == "(i%3)":
            total += c * (i - 3 * quotient(i, 3))
        else:
            total += c * eval(k, {}, names)
    return total


def run(e: Expr, names: dict[str, int]) -> int:
    """The value of a guard's expression."""
    match e:
        case Literal(v):
            return int(v)  # type: ignore[arg-type]
        case Ref(symbol):
            return names[symbol.name]
        case Cast(operand):
            return run(operand, names)
        case Select(c, a, b):
            return run(a, names) if run(c, names) else run(b, names)
        case Binary(op, left, right):
            x, y = run(left, names), run(right, names)
            table = {"+": x + y, "-": x - y, "*": x * y, "<": x < y, "<=": x <= y, ">": x > y, ">=": x >= y,
                     "==": x == y, "!=": x != y, "/": quotient(x, y) if y else 0}  # fmt: skip
            return int(table[op])
    raise AssertionError(f"a guard with {type(e).__name__}")


def passes(fact: LoopFact, n: int, m: int) -> bool:
    for guard in fact.guards:
        if isinstance(guard, Holds):
            if not run(guard.condition, {"n": n, "m": m}):
                return False
        else:
            assert not isinstance(guard, Disjoint), "one array needs no check against itself"
    return True


@pytest.mark.parametrize("seed", [*range(5), *(pytest.param(s, marks=pytest.mark.slow) for s in range(5, 60))])
def test_parallel_loops_have_no_conflicts(seed: int) -> None:
    rng = random.Random(seed)
    lost = right = waves = 0
    for _ in range(30):
        nest = Nest(rng)
        text = nest.text()
        unit = SourceUnit(Path("f.c"), Language.C, text.encode())
        fact = analyze(lower(unit, "f")).loops[0]
        sizes = list(itertools.product(SIZES, SIZES))
        if not fact.parallel:
            lost += not any(nest.conflicts(n, m) for n, m in sizes)
            continue
        right += 1
        if fact.parts or any(isinstance(role, Prefix | Recurrence) for role in fact.roles):
            continue  # the values that flow between iterations are what the role is about
        copied = any(isinstance(role, Buffered) for role in fact.roles)
        skew = next((role.skew for role in fact.roles if isinstance(role, Diagonal)), None)
        waves += skew is not None
        for n, m in sizes:
            if passes(fact, n, m):
                if any(isinstance(role, Private) and role.extent is not None for role in fact.roles):
                    fine = nest.is_scratch(n, m)
                elif skew is not None:
                    fine = not nest.against_the_grain(n, m, skew)
                else:
                    fine = nest.anti_only(n, m) if copied else not nest.conflicts(n, m)
                assert fine, f"n = {n}, m = {m}, {fact.guards}\n{text}"
    assert right >= 2
    assert lost <= 10, f"{lost} loops without conflicts refused"
    print(waves, "wavefronts")
