"""Sources that are broken at random: no traceback, no hang, no wrong IR.

Bytes, tokens and subtrees of the examples and of the interpreter's cases are changed.  Each mutant must be read, or
refused with a reason; what is lowered keeps the IR's rules, and what the compiler accepts too must compute what the
interpreter says.
"""

from __future__ import annotations

import os
import random
import re
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from case_inputs import draws, specs
from checkout import ROOT
from mutations import change_meaning, mutant
from native_calls import CACHE, FLAGS, PRELUDE, agree, build, caller, includes, scalars, shim
from unseq.backends.parlay import cxx_program
from unseq.frontend.analysis.driver import analyze
from unseq.frontend.ir.interpreter import StepLimit, Thrown, UndefinedBehaviour, run
from unseq.frontend.ir.nodes import Function
from unseq.frontend.ir.printer import dump
from unseq.frontend.lower import functions, lower
from unseq.frontend.source import InputError, Language, SourceUnit, Unsupported, read

CASES = ROOT / "tests" / "frontend" / "cases"
SECONDS = 10


def sources() -> list[tuple[str, bytes]]:
    """Suffix and text of everything that is mutated."""
    paths = [*sorted((ROOT / "examples").glob("*.c*")), *sorted(CASES.glob("*.c*"))]
    return [(path.suffix, path.read_bytes()) for path in paths if path.suffix in {".c", ".cpp"}]


@contextmanager
def deadline() -> Iterator[None]:
    """Whatever takes this long hangs."""

    def late(signal_: int, frame: object) -> None:
        raise AssertionError(f"more than {SECONDS} s")

    before = signal.signal(signal.SIGALRM, late)
    signal.alarm(SECONDS)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def survives(path: Path) -> int:
    """Read, lower, analyse and print a file, as far as it goes; the number of functions that were lowered."""
    try:
        unit = read(path)
        heads = functions(unit)
    except InputError:
        return 0
    lowered = 0
    for head in heads:
        try:
            function = lower(unit, head.name)
        except (Unsupported, InputError):
            continue
        lowered += 1
        dump(function)
        analyze(function)
        try:
            cxx_program.print_program(function)
        except Unsupported:
            continue
    return lowered


def check_mutants(folder: Path, count: int, seed: int) -> None:
    texts = sources()
    lowered = 0
    for number in range(count):
        rng = random.Random(f"{seed}/{number}")
        suffix, text = rng.choice(texts)
        others = [other for kind, other in texts if kind == suffix]
        if len(text) > 3000:  # a part of a large file: more mutants a second
            text = some_functions(text, rng)
        changed = mutant(text, suffix[1:], rng, others)
        path = folder / f"mutant{suffix}"
        path.write_bytes(changed)
        try:
            with deadline():
                lowered += survives(path)
        except Exception as error:
            kept = folder / f"failed-{seed}-{number}{suffix}"
            kept.write_bytes(changed)
            raise AssertionError(f"{kept}: {type(error).__name__}: {error}") from error
    assert lowered > count  # most functions are not where the change is


def some_functions(text: bytes, rng: random.Random) -> bytes:
    """What stands before the first function, and a few functions."""
    parts = re.split(rb"(?m)^(?=// inputs:)", text)
    chosen = sorted(rng.sample(range(1, len(parts)), min(3, len(parts) - 1)))
    return parts[0] + b"".join(parts[i] for i in chosen)


def test_mutants_are_understood_or_refused(tmp_path: Path) -> None:
    check_mutants(tmp_path, 200, 0)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(1, 11))
def test_many_mutants_are_understood_or_refused(tmp_path: Path, seed: int) -> None:
    check_mutants(tmp_path, 1000, seed)


# --- what the compiler accepts too means the same ------------------------------------------------------------------


def compiles(path: Path) -> bool:
    """Whether the compiler and the linker accept a C file; C's laxest conversions are errors."""
    command = ["gcc", "-std=gnu11", "-w", "-Werror=implicit-function-declaration", "-Werror=int-conversion",
               "-Werror=incompatible-pointer-types", "-shared", "-fPIC", str(path), "-Wl,--no-undefined", "-lm",
               "-o", str(path.with_suffix(".so"))]  # fmt: skip
    return subprocess.run(command, capture_output=True, timeout=60, check=False).returncode == 0


def meaningful(folder: Path, count: int, seed: int) -> list[tuple[str, str, Function]]:
    """Mutants of C functions that both lower and compile: the text, the function's name, its IR."""
    found = []
    texts = [(path, path.read_bytes()) for path in sorted(CASES.glob("*.c"))]
    rng = random.Random(seed)
    while len(found) < count:
        _, whole = rng.choice(texts)
        text = some_functions(whole, rng)
        names = list(specs(text.decode()))
        body = re.split(rb"(?m)^(?=// inputs:)", text)
        at = rng.randrange(1, len(body))
        comment, _, rest = body[at].partition(b"\n")
        mutate = change_meaning if rng.random() < 0.7 else lambda t, r, o: mutant(t, "c", r, o)
        body[at] = comment + b"\n" + mutate(rest, rng, [other for _, other in texts])
        changed = b"".join(body)
        path = folder / "mutant.c"
        path.write_bytes(changed)
        name = names[at - 1]
        if changed == text or not compiles(path):
            continue
        try:
            function = lower(SourceUnit(path, Language.C, changed), name)
        except (Unsupported, InputError):
            continue
        parameters = {symbol.name for symbol in function.parameters}
        if function.missing or {item.name for item in specs(changed.decode())[name]} != parameters:
            continue
        found.append((changed.decode(), name, function))
    return found


def in_child(check: Callable[[], None]) -> str:
    """What a check says when it runs in a process of its own ("" for nothing): a wrong program may crash."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        signal.alarm(20)
        try:
            check()
            message = ""
        except (AssertionError, ArithmeticError, ValueError, TypeError, LookupError) as error:
            message = f"{type(error).__name__}: {error}"
        os.write(writing, message.encode()[:60_000])
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        message = pipe.read().decode()
    _, status = os.waitpid(child, 0)
    return message if status == 0 else f"the program ended with status {status}: {message}"


def check_meaning(folder: Path, count: int, inputs: int, seed: int) -> None:
    chosen = meaningful(folder, count, seed)
    parts = [includes(), PRELUDE]
    units: list[tuple[str, str]] = []
    for i, (text, name, function) in enumerate(chosen):
        heads = [head.name for head in functions(SourceUnit(Path("mutant.c"), Language.C, text.encode()))]
        renamed = "".join(f"#define {head} m{i}_{head}\n" for head in heads)
        units.append((".c", re.sub(r"(?m)\A((?:#include[^\n]*\n|\s*\n)*)", lambda m, r=renamed: m[0] + r, text)))
        space = "\n".join(cxx_program.print_record(record) for record in cxx_program.records(function))
        parts.append(f"namespace m{i} {{\n{space}\n{shim(function, f'e{i}', f'm{i}_{name}', True)}}}")
    library = build([(".cpp", "\n".join(parts)), *units], FLAGS)
    ran = 0
    for i, (text, name, function) in enumerate(chosen):
        entry = caller(library, function, f"e{i}")
        outcomes = []
        for arguments in draws(function, specs(text)[name], inputs):
            try:
                outcomes.append((arguments, run(function, arguments, steps=5_000)))
            except (UndefinedBehaviour, StepLimit, Thrown, Unsupported):
                continue
        ran += len(outcomes)

        def check(entry=entry, outcomes=outcomes, function=function) -> None:  # type: ignore[no-untyped-def]
            for arguments, outcome in outcomes:
                called = entry(arguments)
                assert agree(outcome.result, called.result), (
                    f"{arguments}: {scalars(called.result)}, interpreted {scalars(outcome.result)}")
                for symbol, ours, theirs in zip(function.parameters, outcome.arguments, called.arguments, strict=True):
                    assert agree(ours, theirs), f"{arguments}: {symbol.name} {scalars(theirs)} not {scalars(ours)}"

        said = in_child(check)
        if said:
            kept = CACHE / f"wrong-{seed}-{i}-{name}.c"
            kept.write_text(text)
            raise AssertionError(f"{kept}: {said}")
    assert ran > count * inputs // 4


def test_mutants_that_compile_mean_what_the_interpreter_says(tmp_path: Path) -> None:
    check_meaning(tmp_path, 15, 10, 0)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(1, 6))
def test_many_mutants_that_compile_mean_what_the_interpreter_says(tmp_path: Path, seed: int) -> None:
    check_meaning(tmp_path, 60, 20, seed)


