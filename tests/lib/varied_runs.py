"""Runs of sources and of variations of them, side by side: compiled into one library, and in the IR's interpreter.

Inputs are the tester's, without its validation: those on which the interpreter finds undefined behaviour are left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from checkout import ROOT
from native_calls import PRELUDE, agree, build, caller, includes, scalars, shim
from unseq.agents.rules.propose import Refusal, label, propose
from unseq.agents.task import Effort, Task
from unseq.agents.tester.roles import find_roles
from unseq.agents.tester.shapes import Shapes
from unseq.agents.tester.sizes import Sizes
from unseq.agents.tester.suite import AMOUNTS, generated
from unseq.backends.host.values import Buffer, Case, Null, Scalar, Struct, Text, Value, dtype_of
from unseq.backends.host.values import Sequence as Items
from unseq.backends.parlay import cxx_program
from unseq.frontend.analysis.driver import analyze
from unseq.frontend.ir import types as t
from unseq.frontend.ir import walk
from unseq.frontend.ir.interpreter import Outcome, StepLimit, Thrown, UndefinedBehaviour, run
from unseq.frontend.ir.nodes import Function
from unseq.frontend.lower import functions, lower
from unseq.frontend.source import Language, SourceUnit, Unsupported, read
from unseq.frontend.variation.mix import mixed

STEPS = 60_000


def sources() -> tuple[Path, ...]:
    """ParEval's problems, the kernels and the examples."""
    problems = (ROOT / "evaluate" / "pareval" / "problems").glob("*.cpp")
    kernels = (ROOT / "evaluate" / "kernels").glob("*/*.c")
    return (*sorted(problems), *sorted(kernels), *sorted((ROOT / "examples").glob("*.c*")))


@dataclass(frozen=True)
class Pair:
    """A function and its namesake in a variation of its file."""

    label: str
    original: Function
    variation: Function
    text: str


def pairs(paths: Sequence[Path], seeds: Sequence[int]) -> Iterator[Pair]:
    """Every function that is understood with each of its variations; a variation must be understood too."""
    for path in paths:
        unit = read(path)
        for seed in seeds:
            found = mixed(unit, seed)
            for head in functions(unit):
                if head.is_template or head.is_main:
                    continue
                try:
                    original = lower(unit, head.name)
                except Unsupported:
                    continue
                label = f"{path.relative_to(ROOT)} {head.name}, seed {seed}: {' '.join(found.steps)}"
                variation = lower(found.unit, found.names.get(head.name, head.name))
                yield Pair(label, original, variation, found.unit.text.decode())


# --- inputs --------------------------------------------------------------------------------------------------------


class _Other(Exception):
    """A value that these runs cannot pass (overlapping arguments)."""


def plain(value: Value) -> Any:
    """A value in the interpreter's and the shim's form."""
    match value:
        case Scalar(number):
            return number
        case Buffer(array):
            return array
        case Text(data):
            return data
        case Items(items):
            return [plain(item) for item in items]
        case Struct(fields):
            return tuple(plain(field) for field in fields)
        case Null():
            return None
    raise _Other


def inputs(function: Function, count: int) -> Iterator[tuple[list[Any], Outcome]]:
    """Arguments on which the interpreter finds nothing undefined, and what it computes."""
    roles = find_roles(function)
    shapes = Shapes(roles)
    cases: list[Case] = generated(roles, Sizes(roles, shapes), 0, AMOUNTS[Effort.QUICK])
    found = 0
    for case in cases:
        try:
            arguments = [plain(value) for value in case.values]
            outcome = run(function, arguments, STEPS)
        except (_Other, UndefinedBehaviour, StepLimit, Thrown, Unsupported, OverflowError):
            continue
        yield arguments, outcome
        found += 1
        if found == count:
            return


# --- compiled ------------------------------------------------------------------------------------------------------


def _passable(function: Function) -> bool:
    """Whether the shim can pass the arguments: no records with members of variable size, and no file-scope arrays."""
    for symbol in function.parameters:
        kind = t.strip(symbol.type)
        while (inner := t.element_type(kind)) is not None:
            kind = inner
        if dtype_of(kind) is None and not isinstance(kind, t.Library):
            return False
    return bool(function.parameters)


def _bare(text: str) -> str:
    return re.sub(r"(?m)^[ \t]*#[ \t]*include.*$", "", text)


def _unit(function: Function, text: str, space: str) -> tuple[str, list[tuple[str, str]]]:
    """What the library needs of one file, for the shims' unit and as units of its own."""
    if function.unit.language is Language.CPP:
        return f"namespace {space} {{\n{_bare(text)}\n{shim(function, f'e_{space}', function.name, False)}}}", []
    heads = [head.name for head in functions(SourceUnit(Path("file.c"), Language.C, text.encode()))]
    renamed = "".join(f"#define {head} {space}_{head}\n" for head in heads)
    text = re.sub(r"\A((?:#include[^\n]*\n|\s*\n|/\*.*?\*/)*)", lambda m: m[0] + renamed, text, flags=re.S)
    records = "\n".join(cxx_program.print_record(record) for record in cxx_program.records(function))
    called = shim(function, f"e_{space}", f"{space}_{function.name}", True)
    return f"namespace {space} {{\n{records}\n{called}}}", [(".c", text)]


def compare(found: Sequence[Pair], count: int) -> tuple[int, list[str]]:
    """How many inputs ran, and every difference between an original, its variation and the interpreter."""
    known: dict[tuple[str, str], str] = {}
    parts, units = [includes(), PRELUDE], []

    def entry(function: Function, text: str) -> str:
        key = (text, function.name)
        if key not in known:
            known[key] = f"s{len(known)}"
            part, more = _unit(function, text, known[key])
            parts.append(part)
            units.extend(more)
        return known[key]

    entries = [(entry(p.original, p.original.unit.text.decode()), entry(p.variation, p.text)) for p in found]
    library = build([(".cpp", "\n".join(parts)), *units])
    ran, wrong = 0, []
    for pair, (one, two) in zip(found, entries, strict=True):
        first, second = caller(library, pair.original, f"e_{one}"), caller(library, pair.variation, f"e_{two}")
        for arguments, outcome in known_inputs(pair.original, count) if _passable(pair.original) else ():
            ran += 1
            called, varied = first(arguments), second(arguments)
            try:
                again = run(pair.variation, arguments, 4 * STEPS)
            except UndefinedBehaviour as error:
                wrong.append(f"{pair.label}\n{pair.text}\n{error}")
                break
            said = (
                ("the original", called.result, called.arguments),
                ("the interpreter on the original", outcome.result, outcome.arguments),
                ("the interpreter on the variation", again.result, again.arguments),
            )
            for who, result, after in said:
                if not agree(result, varied.result) or not all(map(agree, after, varied.arguments)):
                    wrong.append(f"{pair.label}\n{pair.text}\n{who}: {scalars(result)} {[scalars(a) for a in after]}\n"
                                 f"the variation: {scalars(varied.result)} {[scalars(a) for a in varied.arguments]}")
                    break
            else:
                continue
            break
    return ran, wrong


_INPUTS: dict[tuple[bytes, str, int], list[tuple[list[Any], Outcome]]] = {}


def known_inputs(function: Function, count: int) -> list[tuple[list[Any], Outcome]]:
    key = (function.unit.text, function.name, count)
    if key not in _INPUTS:
        _INPUTS[key] = list(inputs(function, count))
    return _INPUTS[key]


# --- rewritten loops -----------------------------------------------------------------------------------------------


def rewritten(function: Function) -> Iterator[tuple[int, Function]]:
    """The function with each loop that the analysis rewrote in place of the one that it stands for; and its line."""
    for fact in analyze(function).loops:
        if fact.original is None or fact.function != function.name:
            continue

        def one(statement: walk.Node, fact: Any = fact) -> tuple[Any, ...]:
            return (*fact.before, fact.loop) if statement is fact.original else (statement,)

        yield fact.span.line, replace(function, body=walk.splice(function.body, one))


def compare_rewritten(function: Function, count: int) -> list[str]:
    """Every difference between a function and its forms with rewritten loops."""
    wrong = []
    for line, other in rewritten(function):
        for arguments, outcome in known_inputs(function, count):
            try:
                again = run(other, arguments, 4 * STEPS)
            except UndefinedBehaviour as error:
                wrong.append(f"{function.name}, the loop of line {line}: {error}")
                break
            if not agree(again.result, outcome.result) or not all(map(agree, again.arguments, outcome.arguments)):
                wrong.append(f"{function.name}, the loop of line {line}, is not what it was for {arguments}")
                break
    return wrong


# --- verdicts ------------------------------------------------------------------------------------------------------


def verdicts(unit: SourceUnit) -> dict[str, tuple[str, ...]]:
    """What becomes parallel in each function, and how: labels of the rules' strategies, sorted."""
    found = {}
    for head in functions(unit):
        if head.is_template:
            continue
        try:
            function = lower(unit, head.name)
        except Unsupported as error:
            found[head.name] = (error.what,)
            continue
        plan = propose(Task(function, analyze(function)))
        strategies = () if isinstance(plan, Refusal) else plan.strategies
        found[head.name] = tuple(sorted(label((strategy,)) for strategy in strategies))
    return found


def lost(unit: SourceUnit, other: SourceUnit, names: Mapping[str, str]) -> list[str]:
    """The functions of ``unit`` of which less, or something else, becomes parallel in a variation."""
    after = verdicts(other)
    return [f"{name}: {' '.join(kinds) or 'nothing'} became {' '.join(after.get(names.get(name, name), ('missing',)))}"
            for name, kinds in verdicts(unit).items()
            if after.get(names.get(name, name)) != kinds]  # fmt: skip
