"""A test suite for one function: inputs on which the original runs clean, and inputs for timing.

Knows how generated inputs are put through the validation that the judge supplies, and what is reported when none
survive.  Knows nothing of how a candidate is run or compared.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from unseq.agents.task import Effort
from unseq.agents.tester import constraints
from unseq.agents.tester.assemble import Assembler, Choice, with_null
from unseq.agents.tester.ordering import NOT_NUMBERS, orders_floats
from unseq.agents.tester.overlap import overlaps, same_objects, shares_memory
from unseq.agents.tester.probing import probe
from unseq.agents.tester.roles import Roles, find_roles
from unseq.agents.tester.shapes import Shapes
from unseq.agents.tester.sizes import MOST_CHOICES, SURVEY, Assignment, Sizes
from unseq.agents.tester.timing import REACH, SMALL, Reach, TimingCase, easiness, recursion_cases, timing_cases
from unseq.agents.tester.values import FLOAT_ONLY, PATTERNS, TEXTS
from unseq.backends.host.coverage import Coverage
from unseq.backends.host.values import Case
from unseq.frontend.analysis.build import FunctionAnalysis
from unseq.frontend.ir import types as ir
from unseq.frontend.ir.nodes import Function


@dataclass(frozen=True, slots=True)
class Validity:
    """Whether the sequential original runs clean on one case (ASan, UBSan, within the time limit).

    ``reason`` says what went wrong (empty when ``ok``); ``seconds`` is what the run took, 0 if unknown."""

    ok: bool
    reason: str = ""
    seconds: float = 0.0


Validate = Callable[[Sequence[Case]], Sequence[Validity]]


@dataclass(frozen=True, slots=True)
class Suite:
    """Valid inputs. ``how[i]`` says in words how ``cases[i]`` was made; ``timing`` is in order of size.

    ``invalid`` counts generated inputs that the original does not run clean on, by reason; ``notes`` is what a
    report should say of the inputs. ``cases`` may be empty: then ``no_valid_input`` is a line for the user.
    ``coverage`` is what the cases run of the original (None: not counted)."""

    cases: tuple[Case, ...]
    how: tuple[str, ...]
    timing: tuple[TimingCase, ...]
    invalid: tuple[tuple[str, int], ...] = ()
    notes: tuple[str, ...] = ()
    no_valid_input: str = ""
    coverage: Coverage | None = None


@dataclass(frozen=True, slots=True)
class Amount:
    """How many inputs of each kind: sizes, patterns at a middle size, patterns over several blocks, overlaps."""

    sizes: int
    patterns: int
    blocks: int
    overlaps: int


AMOUNTS = {
    Effort.QUICK: Amount(16, 24, 8, 8),
    Effort.NORMAL: Amount(30, 100, 20, 24),
    Effort.THOROUGH: Amount(34, 400, 60, 60),
}
# Patterns on which many originals overflow or are undefined: tried last, and at a middle size only.
RISKY = frozenset({"wide", "extremes", "huge", "hugely negative", "some NaN", "first NaN", "some infinite", "special"})
MORE_SLACK = (1, 2)
TARGETS = ("any", "first", "absent", "last", "middle", "below", "free")


def make_suite(
    function: Function,
    *,
    seed: int,
    effort: Effort,
    validate: Validate,
    user_cases: Sequence[Case] = (),
    timed: bool = True,
    separate: bool = False,
) -> Suite:
    """Inputs for ``function`` that its original runs clean on, all chosen by ``seed``; ``user_cases`` come first and
    are validated too. Unless ``timed``, there are none for timing; if ``separate``, no two arguments share
    memory."""
    plain = FunctionAnalysis(function).plain  # loops in helpers or in odd forms say less of what they touch
    roles = find_roles(function if plain is None else plain.function)
    shapes = Shapes(roles)
    sizes = Sizes(roles, shapes)
    said = list(probe(roles, shapes, sizes, seed, lambda cases: [verdict.ok for verdict in validate(cases)]))
    if said:
        sizes = Sizes(roles, shapes)
    made = [replace(case, label=case.label or "given by the user") for case in user_cases]
    made += survey(roles, sizes, seed, validate)
    made += generated(roles, sizes, seed, AMOUNTS[effort])
    made = [case for case in made if not (separate and shares_memory(case))]
    verdicts = validate(made)
    kept = [case for case, verdict in zip(made, verdicts, strict=True) if verdict.ok]
    if not kept:
        sizes.step = 1
        shapes.be_generous()
        sizes.solved.clear()
        made = generated(roles, sizes, seed, AMOUNTS[Effort.QUICK])
        made = [case for case in made if not (separate and shares_memory(case))]
        verdicts = validate(made)
        kept = [case for case, verdict in zip(made, verdicts, strict=True) if verdict.ok]
        said.append("the lengths of the arrays are guesses: give inputs with --inputs FILE.py for better ones")
    reasons = Counter(verdict.reason for verdict in verdicts if not verdict.ok)
    return Suite(
        tuple(kept),
        tuple(case.label for case in kept),
        timing(roles, sizes, seed, REACH[effort], validate, made, verdicts) if kept and timed else (),
        tuple(sorted(reasons.items(), key=lambda item: (-item[1], item[0]))),
        (*said, *left_out(len(made), len(kept))) if kept else (),
        "" if kept else nothing_valid(function, reasons),
    )


def survey(roles: Roles, sizes: Sizes, seed: int, validate: Validate) -> list[Case]:
    """The valid ones of a few small inputs, from which ``sizes`` learns which sizes the function takes at all, and by
    how much arrays must be longer than the abstract run shows."""
    best, chosen = _surveyed(roles, sizes, seed, validate), 0
    for slack in MORE_SLACK if _overflows(best) else ():
        sizes.allow(slack)
        tried = _surveyed(roles, sizes, seed, validate)
        if _overflows(tried) < _overflows(best):
            best, chosen = tried, slack
    sizes.allow(chosen)
    sizes.learn({side: verdict.ok for side, _, verdict in best})
    return [case for _, case, verdict in best if verdict.ok]


def _surveyed(roles: Roles, sizes: Sizes, seed: int, validate: Validate) -> list[tuple[int, Case, Validity]]:
    rng = np.random.default_rng([seed, 1])
    sides = [side for side in SURVEY if not roles.deepening or side <= MOST_CHOICES]
    tried = [(side, built(roles, sizes, sizes.uniform(side), Choice(), rng)) for side in sides]
    cases = [(side, case) for side, cases in tried for case in cases]
    verdicts = validate([case for _, case in cases])
    return [(side, case, verdict) for (side, case), verdict in zip(cases, verdicts, strict=True)]


def _overflows(tried: Sequence[tuple[int, Case, Validity]]) -> int:
    """How many inputs were too short for the function."""
    return sum("heap-buffer-overflow" in verdict.reason for _, _, verdict in tried)


def timing(
    roles: Roles,
    sizes: Sizes,
    seed: int,
    reach: Reach,
    validate: Validate,
    made: Sequence[Case],
    verdicts: Sequence[Validity],
) -> tuple[TimingCase, ...]:
    """Inputs for timing; of recursion without arrays the depth is found by trying."""
    if roles.deepening or (roles.calls_itself and not roles.arrays()):

        def seconds(cases: Sequence[Case]) -> list[float | None]:
            return [verdict.seconds if verdict.ok else None for verdict in validate(cases)]

        return recursion_cases(roles, sizes, seed, reach, seconds)
    pairs = zip(made, verdicts, strict=True)
    measured = [(verdict.seconds, sizes.work_of.get(id(case), 0.0)) for case, verdict in pairs if verdict.ok]
    easier = easiness(measured)
    cases = timing_cases(roles, sizes, seed, reach, easier)
    fine = [verdict.ok for verdict in validate([one.case for one in cases])]
    if all(fine):
        return cases
    milder = timing_cases(roles, sizes, seed, reach, easier, SMALL)
    return tuple(one if ok else other for one, other, ok in zip(cases, milder, fine, strict=True))


def nothing_valid(function: Function, reasons: Counter[str]) -> str:
    """The line for the user when the original ran clean on nothing."""
    most = reasons.most_common(1)
    why = f" (most often: {most[0][0]})" if most and most[0][0] else ""
    return f"{function.name}: the original fails on all generated inputs{why}; give inputs with --inputs FILE.py"


def left_out(made: int, kept: int) -> tuple[str, ...]:
    """What a report should say."""
    if kept == made:
        return ()
    return (f"{made - kept} of {made} generated inputs were left out: the original does not run clean on them",)


def generated(roles: Roles, sizes: Sizes, seed: int, amount: Amount) -> list[Case]:
    """All inputs of one effort, in the order in which they are worth running."""
    rng = np.random.default_rng([seed, 0])
    out: list[Case] = []
    choices = choices_for(roles, rng)
    for assignment in sizes.tests(amount.sizes, rng):
        choice = next(choices)
        while RISKY & {choice.plain, *choice.by_key.values()}:
            choice = next(choices)
        out += built(roles, sizes, assignment, choice, rng)
    middle = sizes.middle()
    risky: list[Case] = []
    others = [sizes.varied(max(2, middle // part), rng) for part in (1, 1, 2, 3, 4, 5)]
    for turn in range(amount.patterns if has_contents(roles) else min(amount.patterns, 12)):
        assignment = sizes.uniform(middle) if turn % 2 == 0 else others[turn // 2 % len(others)]
        choice = next(choices)
        target = risky if RISKY & {choice.plain, *choice.by_key.values()} else out
        target += built(roles, sizes, assignment, choice, rng)
    if has_contents(roles):
        for choice, _ in zip(over_blocks(roles), range(amount.blocks), strict=False):
            out += built(roles, sizes, sizes.uniform(sizes.blocks()), choice, rng)
    out += special(roles, sizes, rng, amount)
    return distinct(out + risky)


def has_contents(roles: Roles) -> bool:
    """Whether any array holds values to choose."""
    return any(leaf.array not in roles.single for leaf in roles.contents())


def built(roles: Roles, sizes: Sizes, assignment: Assignment, choice: Choice, rng: np.random.Generator) -> list[Case]:
    """One case; none if no input of these sizes can be right."""
    solution = sizes.solve(assignment)
    if not solution.feasible:
        return []
    label = f"{assignment.words}; {described(roles, choice)}"
    case = Assembler(roles, solution, choice, rng).case(label)
    sizes.work_of[id(case)] = solution.work
    return [case]


def described(roles: Roles, choice: Choice) -> str:
    """A choice in words."""
    parts = [f"values {choice.plain}"]
    parts += [f"{key.replace('[]', '')} {name}" for key, name in choice.by_key.items()]
    if roles.subscripts:
        parts.append(f"subscripts {choice.subscripts}")
    if roles.slices:
        parts.append(choice.rows)
    if roles.partners and choice.targets not in {"any", "free"}:
        parts.append(f"target {choice.targets}")
    if choice.outputs_filled:
        parts.append("outputs not empty")
    return ", ".join(parts)


def choices_for(roles: Roles, rng: np.random.Generator) -> Iterator[Choice]:
    """Patterns in rotation, each kind with a period of its own, so that their combinations vary."""
    led = roles.subscripts | roles.limits
    contents = [leaf for leaf in roles.contents() if leaf.key not in led and ir.is_arithmetic(leaf.type)]
    real = any(isinstance(leaf.type, ir.Float) for leaf in contents)
    constants = any(leaf.key in roles.constants for leaf in contents)
    without = NOT_NUMBERS if orders_floats(roles.function) else frozenset()
    plain = [
        name
        for name in PATTERNS
        if (real or name not in FLOAT_ONLY) and (constants or name != "thresholds") and name not in without
    ]
    subscripts, rows, limits = list(constraints.SUBSCRIPTS), list(constraints.ROWS), list(constraints.LIMITS)
    turn = 0
    while True:
        by_key: dict[str, str] = {}
        if len(contents) > 1 and turn % 3 == 1:
            for leaf in contents[1:]:
                by_key[leaf.key] = plain[int(rng.integers(0, len(plain)))]
        yield Choice(
            plain[turn % len(plain)],
            subscripts[turn % len(subscripts)],
            rows[turn % len(rows)],
            limits[turn % len(limits)],
            TEXTS[turn % len(TEXTS)],
            TARGETS[turn % len(TARGETS)],
            by_key,
            outputs_filled=turn % 5 == 4,
        )
        turn += 1


def over_blocks(roles: Roles) -> Iterator[Choice]:
    """Patterns that tell what happens where one block of a parallel loop ends and the next begins: ties, one
    exception, order; then the others."""
    first = [
        Choice("ties", "a permutation", "random rows", targets="last"),
        Choice("constant", "all equal", "one long row", targets="absent"),
        Choice("one spike", "random", "even rows", targets="middle"),
        Choice("descending", "reversed", "empty rows", targets="first"),
        Choice("ascending", "few values", "random rows", targets="last"),
        Choice("large", "identity", "one long row", "two values in turn", targets="below"),
        Choice("negative", "random", "random rows", "all equal", targets="any"),
        Choice("thresholds", "never beyond its own position", "even rows", targets="absent"),
    ]
    yield from first
    again = choices_for(roles, np.random.default_rng(0))
    while True:
        choice = next(again)
        if not RISKY & {choice.plain, *choice.by_key.values()}:
            yield choice


def special(roles: Roles, sizes: Sizes, rng: np.random.Generator, amount: Amount) -> list[Case]:
    """Overlapping arguments, one object for two references, null pointers."""
    out: list[Case] = []
    sides = (sizes.middle(), 3, max(4, sizes.middle() // 3))
    choice = Choice("medium", "a permutation")
    rounds = [case for side in sides for case in built(roles, sizes, sizes.uniform(side), choice, rng)]
    for base in rounds:
        for case, words in (*overlaps(base, roles), *same_objects(base, roles)):
            if len(out) < amount.overlaps:
                out.append(replace(case, label=f"{words}; {base.label}"))
    for position, p in enumerate(roles.function.parameters):
        if rounds and p.name in roles.null_tested and isinstance(p.type, ir.Pointer):
            out.append(with_null(rounds[0], position, f"{p.name} null; {rounds[0].label}"))
    return out


def distinct(cases: list[Case]) -> list[Case]:
    """The cases without those that equal an earlier one."""
    seen: dict[object, Case] = {}
    for case in cases:
        seen.setdefault(case.values, case)
    return list(seen.values())


__all__ = ["Suite", "TimingCase", "Validate", "Validity", "make_suite"]
