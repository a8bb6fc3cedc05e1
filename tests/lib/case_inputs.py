"""Inputs of the one-file cases, from the comment before a function.

    // inputs: n in 0..9, a[n], b[n] in -5..5, text[n] text, order[n] sorted

Parameters are drawn from left to right.  A number without a range is taken from the whole of its type, extremes
included; an extent or bound may use the parameters before it.  ``text`` ends with a NUL, ``sorted`` is ascending.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from unseq.backends.host.values import dtype_of
from unseq.frontend.ir import types as t
from unseq.frontend.ir.interpreter.arithmetic import round32
from unseq.frontend.ir.nodes import Function

_ITEM = re.compile(r"\s*(\w+)\s*(?:\[([^\]]*)\])?\s*(?:in\s+(.+?)\.\.(.+?))?\s*(text|sorted|finite)?\s*$")


@dataclass(frozen=True)
class Spec:
    """How one parameter is drawn."""

    name: str
    extent: str | None
    low: str | None
    high: str | None
    kind: str | None


def specs(text: str) -> dict[str, tuple[Spec, ...]]:
    """The specification of each function of a file that has one, by name."""
    found = {}
    for comment, head in re.findall(r"//\s*inputs:([^\n]*)\n(?:\s*//[^\n]*\n)*([^{;]*)\{", text):
        head = re.sub(r"template\s*<[^>]*>", "", head)
        name = re.search(r"([\w]+)\s*\(", head)
        assert name is not None, head
        items = []
        for part in _split(comment):
            match = _ITEM.match(part)
            assert match is not None, part
            items.append(Spec(*match.groups()))
        found[name[1]] = tuple(items)
    return found


def _split(text: str) -> list[str]:
    parts, depth, start = [], 0, 0
    for i, c in enumerate(text):
        depth += (c in "[(") - (c in "])")
        if c == "," and not depth:
            parts.append(text[start:i])
            start = i + 1
    return [part for part in [*parts, text[start:]] if part.strip()]


def _evaluate(text: str, known: dict[str, Any]) -> int:
    scope = {"min": min, "max": max, "len": len, "sum": sum}
    return int(eval(text, {"__builtins__": {}}, {**scope, **known}))  # the cases are our own files


class Draw:
    """Draws the arguments of one call; ``round`` goes from simple to extreme."""

    def __init__(self, rng: random.Random, round_: int) -> None:
        self.rng = rng
        self.round = round_

    def number(self, type_: t.Type, low: int | None, high: int | None, finite: bool = False) -> Any:
        rng = self.rng
        if isinstance(type_, t.Bool):
            return rng.random() < 0.5
        if isinstance(type_, t.Int):
            least = -(1 << (type_.bits - 1)) if type_.signed else 0
            most = (1 << (type_.bits - type_.signed)) - 1
            if low is not None and high is not None:
                low, high = min(max(low, least), most), min(max(high, least), most)
                return rng.choice([low, high, rng.randint(low, high), rng.randint(low, high)])
            if self.round % 3 == 0:
                return rng.randint(max(least, -9), min(most, 9))
            if self.round % 3 == 1:
                return rng.randint(max(least, -1000), min(most, 1000))
            return rng.choice([least, most, 0, 1, rng.randint(least, most), rng.randint(max(least, -3), min(most, 3))])
        assert isinstance(type_, t.Float), type_
        if low is not None and high is not None:
            value = rng.uniform(low, high)
        elif self.round % 4 < 2 or finite:
            value = rng.choice([rng.uniform(-10, 10), float(rng.randint(-4, 4)), rng.uniform(-1e4, 1e4)])
        else:
            value = rng.choice([0.0, -0.0, 1.0, np.inf, -np.inf, np.nan, 1e300, 1e-310, 3e38, rng.uniform(-1, 1)])
        return round32(value) if type_.bits == 32 else value

    def value(self, type_: t.Type, spec: Spec, known: dict[str, Any]) -> Any:
        low = _evaluate(spec.low, known) if spec.low is not None else None
        high = _evaluate(spec.high, known) if spec.high is not None else None
        if low is not None and high is not None and low > high:
            high = low
        type_ = t.strip(type_)
        element = t.element_type(type_)
        if isinstance(type_, t.Library) and type_.name == "array":
            assert isinstance(type_.args[1], int) and element is not None
            return [self.element(element, low, high, spec) for _ in range(type_.args[1])]
        if element is None:
            return self.element(type_, low, high, spec)
        extent = spec.extent if spec.extent is not None else str(self.rng.choice([0, 1, 2, 3, 7, 12]))
        return self.row(element, extent, low, high, spec, known)

    def row(self, element: t.Type, extent: str, low: int | None, high: int | None, spec: Spec,
            known: dict[str, Any]) -> Any:
        n = max(0, _evaluate(extent, known))
        if spec.kind == "text":
            text = bytes(self.rng.choice(b"abcXYZ 0129,.\n") for _ in range(n)) + b"\0"
            if isinstance(element, t.Int) and element.bits > 8:  # a mutant's idea of text
                return np.array(list(text), dtype=dtype_of(element))
            return text
        inner = t.element_type(element) if isinstance(element, t.Library) and element.name != "array" else None
        if inner is not None:
            return [self.row(inner, str(self.rng.randint(0, 4)), low, high, spec, known) for _ in range(n)]
        scalar = element
        while isinstance(scalar, t.Array):
            scalar = scalar.element
        found = [self.element(scalar, low, high, spec) for _ in range(n)]
        if spec.kind == "sorted":
            found.sort()
        if n > 2 and self.rng.random() < 0.3 and spec.kind != "sorted":
            found = [self.rng.choice(found[:2]) for _ in found]  # ties and collisions
        if isinstance(scalar, t.Int) and scalar.spelling == "char" and isinstance(element, t.Int):
            return bytes(v % 256 for v in found)
        dtype = dtype_of(scalar)
        return np.array(found, dtype=dtype) if t.is_arithmetic(scalar) and dtype is not None else found

    def element(self, type_: t.Type, low: int | None, high: int | None, spec: Spec) -> Any:
        finite = spec.kind == "finite"
        if isinstance(type_, t.Record):
            return tuple(self.element(field.type, low, high, spec) for field in type_.fields)
        if isinstance(type_, t.Array):
            assert isinstance(type_.extent, int)
            return [self.element(type_.element, low, high, spec) for _ in range(type_.extent)]
        if isinstance(type_, t.Library):
            args = [arg for arg in type_.args if not isinstance(arg, int)]
            if type_.name == "complex":
                return complex(self.number(args[0], low, high, True), self.number(args[0], low, high, True))
            if type_.name == "optional":
                return self.element(args[0], low, high, spec) if self.rng.random() < 0.7 else None
            if type_.name == "array":
                assert isinstance(type_.args[1], int)
                return [self.element(args[0], low, high, spec) for _ in range(type_.args[1])]
            return tuple(self.element(arg, low, high, spec) for arg in args)
        return self.number(type_, low, high, finite)


def draws(function: Function, items: tuple[Spec, ...], count: int, seed: int = 1) -> Iterator[list[Any]]:
    """``count`` argument lists, always the same ones."""
    assert {item.name for item in items} == {symbol.name for symbol in function.parameters}, function.name
    types = {symbol.name: symbol.type for symbol in function.parameters}
    for round_ in range(count):
        draw = Draw(random.Random(f"{seed}/{function.name}/{round_}"), round_)
        known: dict[str, Any] = {}
        for item in items:
            known[item.name] = draw.value(types[item.name], item, known)
        yield [known[symbol.name] for symbol in function.parameters]
