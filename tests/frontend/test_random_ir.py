"""Random IR keeps its own rules, and the C++ printed from it computes what the interpreter computes."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings

from ir_strategies import EXTENT, functions
from native_calls import FLAGS, PRELUDE, agree, build, caller, includes, scalars, shim
from unseq.backends.host.values import dtype_of
from unseq.backends.parlay import cxx_program
from unseq.frontend.ir import types as t
from unseq.frontend.ir import walk
from unseq.frontend.ir.interpreter import StepLimit, UndefinedBehaviour, run
from unseq.frontend.ir.interpreter.arithmetic import limits, round32
from unseq.frontend.ir.nodes import Function
from unseq.frontend.ir.printer import dump
from unseq.frontend.ir.verify import verify

QUIET = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example, HealthCheck.filter_too_much]


@settings(max_examples=60, derandomize=True, database=None, deadline=None, suppress_health_check=QUIET)
@given(functions())
def test_random_functions_are_well_formed(function: Function) -> None:
    verify(function)
    assert dump(function) == dump(function)
    assert walk.transform(function.body, lambda node: node) is function.body
    assert walk.free_symbols(function) <= set(function.parameters)


def collect(count: int, number: int) -> list[Function]:
    """At most ``count`` different random functions, always the same ones for one seed ``number``."""
    found: dict[str, Function] = {}

    @seed(number)
    @settings(max_examples=2 * count, database=None, deadline=None, phases=[Phase.generate],
              suppress_health_check=QUIET)  # fmt: skip
    @given(functions())
    def add(function: Function) -> None:
        found[dump(function)] = function

    add()
    return [found[text] for text in sorted(found, key=len, reverse=True)[:count]]


def number(rng: random.Random, type_: t.Type) -> Any:
    if isinstance(type_, t.Bool):
        return rng.random() < 0.5
    if isinstance(type_, t.Int):
        low, high = limits(type_)
        return rng.choice([rng.randint(max(low, -9), min(high, 9)), rng.randint(max(low, -9), min(high, 9)), low, high])
    value = rng.choice([0.0, -0.0, 1.5, rng.uniform(-9, 9), rng.uniform(-9, 9), 1e9, float("inf"), float("nan")])
    return round32(value) if type_ == t.FLOAT else value


def arguments(rng: random.Random, function: Function) -> list[Any]:
    made: list[Any] = [rng.choice([0, 1, 3, EXTENT])]
    for symbol in function.parameters[1:]:
        if isinstance(symbol.type, t.Pointer):
            element = symbol.type.to
            made.append(np.array([number(rng, element) for _ in range(EXTENT)], dtype=dtype_of(element)))
        else:
            made.append(number(rng, symbol.type))
    return made


def compare(functions_: list[Function], inputs: int) -> int:
    """Compile all functions at once and compare; the number of comparisons made."""
    parts = [includes(), PRELUDE]
    for i, function in enumerate(functions_):
        program = cxx_program.print_program(function)
        parts.append(f"namespace p{i} {{\n{program}\n{shim(function, f'p{i}', 'f', False)}}}")
    library = build([(".cpp", "\n".join(parts))], FLAGS)
    made = 0
    for i, function in enumerate(functions_):
        entry = caller(library, function, f"p{i}")
        rng = random.Random(i)
        for _ in range(inputs):
            given_ = arguments(rng, function)
            try:
                outcome = run(function, given_, steps=20_000)
            except (UndefinedBehaviour, StepLimit):
                continue
            called = entry(given_)
            made += 1
            where = f"{dump(function)}\n{given_}"
            assert agree(outcome.result, called.result), (
                f"{where}: {scalars(called.result)}, interpreted {scalars(outcome.result)}")
            for symbol, ours, theirs in zip(function.parameters, outcome.arguments, called.arguments, strict=True):
                assert agree(ours, theirs), f"{where}\n{symbol.name}: {scalars(theirs)}, interpreted {scalars(ours)}"
    return made


def test_printed_programs_compute_what_the_interpreter_does() -> None:
    assert compare(collect(40, 0), 12) > 150


@pytest.mark.slow
@pytest.mark.parametrize("batch", range(10))
def test_many_printed_programs_compute_what_the_interpreter_does(batch: int) -> None:
    assert compare(collect(100, batch), 20) > 600
