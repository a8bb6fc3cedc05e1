"""The IR means what the source means: each case is lowered and interpreted, and the original is compiled and run.

Three answers must agree on every input without undefined behaviour: the compiled original, the interpreter, and the
C++ that is printed from the IR alone and compiled.  Inputs come from the comment before each function.
"""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass
from pathlib import Path

import pytest

from case_inputs import draws, specs
from native_calls import PRELUDE, Caller, agree, build, caller, includes, scalars, shim
from unseq.backends.parlay import cxx_program
from unseq.frontend.ir.interpreter import StepLimit, Thrown, UndefinedBehaviour, run
from unseq.frontend.ir.nodes import Function
from unseq.frontend.ir.verify import verify
from unseq.frontend.lower import lower
from unseq.frontend.source import Language, Unsupported, read

CASES = Path(__file__).parent / "cases"
INPUTS = 30
SUFFIXES = {".c": Language.C, ".cpp": Language.CPP}


def everything() -> list[tuple[str, str]]:
    return [(path.name, name) for path in sorted(CASES.iterdir()) if path.suffix in SUFFIXES
            for name in specs(path.read_text())]  # fmt: skip


@functools.cache
def lowered(file: str, name: str) -> Function:
    return lower(read(CASES / file), name)


@dataclass(frozen=True)
class Built:
    """The entries of one language's cases in the originals' library and in that of the printed programs."""

    original: dict[tuple[str, str], Caller]
    printed: dict[tuple[str, str], Caller]


@functools.cache
def built(suffix: str) -> Built:
    """All cases of one language, compiled once."""
    cases = [(file, name) for file, name in everything() if file.endswith(suffix)]
    original = [includes(), PRELUDE]
    printed = [includes(), PRELUDE]
    records: dict[str, str] = {}
    functions: dict[tuple[str, str], Function] = {}
    if suffix == ".cpp":
        for file in sorted({file for file, _ in cases}):
            text = re.sub(r"(?m)^#include.*$", "", (CASES / file).read_text())
            original.append(f"namespace {file.replace('.', '_')} {{\n{text}\n}}")
    for file, name in cases:
        try:
            function = functions[file, name] = lowered(file, name)
        except Unsupported:
            continue  # the test of this case says so
        for record in cxx_program.records(function):
            if suffix == ".c" and record.name not in records:
                records[record.name] = cxx_program.print_record(record)
                original.append(records[record.name])
        space = file.replace(".", "_")
        target = name if suffix == ".c" else f"{space}::{name}"
        usings = f"namespace entry_{space}_{name} {{\n" + ("" if suffix == ".c" else f"using namespace {space};\n")
        original.append(usings + shim(function, f"o_{space}_{name}", target, suffix == ".c") + "}")
        program = cxx_program.print_program(function)
        space = f"p_{file.replace('.', '_')}_{name}"
        printed.append(f"namespace {space} {{\n{program}\n{shim(function, space, name, False)}}}")
    units = [(".cpp", "\n".join(original))]
    if suffix == ".c":
        units += [(".c", path.read_text()) for path in sorted(CASES.glob("*.c"))]
    originals, reprinted = build(units), build([(".cpp", "\n".join(printed))])
    return Built(
        {key: caller(originals, f, f"o_{key[0].replace('.', '_')}_{key[1]}") for key, f in functions.items()},
        {key: caller(reprinted, f, f"p_{key[0].replace('.', '_')}_{key[1]}") for key, f in functions.items()},
    )


@pytest.mark.parametrize(("file", "name"), everything())
def test_a_case(file: str, name: str) -> None:
    function = lowered(file, name)
    verify(function)
    assert function.missing == ()
    entries = built(Path(file).suffix)
    original, printed = entries.original[file, name], entries.printed[file, name]
    items = specs((CASES / file).read_text())[name]
    ran = 0
    for arguments in draws(function, items, INPUTS):
        try:
            outcome = run(function, arguments, steps=20_000)
        except (UndefinedBehaviour, StepLimit, Thrown):
            continue
        ran += 1
        for kind, entry in (("original", original), ("printed", printed)):
            called = entry(arguments)
            where = f"{kind} of {name}{tuple(arguments)}"
            assert agree(outcome.result, called.result), (
                f"{where}: {scalars(called.result)}, interpreted {scalars(outcome.result)}")
            for symbol, ours, theirs in zip(function.parameters, outcome.arguments, called.arguments, strict=True):
                assert agree(ours, theirs), f"{where}: {symbol.name} is {scalars(theirs)}, interpreted {scalars(ours)}"
    assert ran >= INPUTS // 3, f"only {ran} of {INPUTS} inputs are without undefined behaviour"
