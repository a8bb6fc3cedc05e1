"""Functions of the C and C++ libraries, by name: mathematics, memory, characters, and what C++ puts in ``<utility>``.

Algorithms over iterators are in ``algorithms``.  A call that is not known is ``Unsupported``, never skipped; so is
every input and output.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from typing import Any

from unseq.frontend.ir import types as t
from unseq.frontend.ir.interpreter import arithmetic
from unseq.frontend.ir.interpreter.algorithms import Algorithm, Argument
from unseq.frontend.ir.interpreter.expressions import Expressions
from unseq.frontend.ir.interpreter.machine import Compute, Frame, load, store
from unseq.frontend.ir.interpreter.memory import (
    Pointer,
    UndefinedBehaviour,
    Untyped,
    Value,
    byte_size,
    copied,
    is_aggregate,
    members,
    size,
)
from unseq.frontend.ir.interpreter.operators import characters
from unseq.frontend.ir.interpreter.searches import ALGORITHMS
from unseq.frontend.ir.nodes import Call, Expr, Overflow
from unseq.frontend.source import Span, Unsupported

Simple = Callable[..., Value]


def _checked(test: str) -> Simple:
    """A predicate on characters; its argument is an ``unsigned char`` or EOF."""
    patterns = {
        "isdigit": r"[0-9]", "isalpha": r"[A-Za-z]", "isalnum": r"[A-Za-z0-9]", "isspace": r"[ \t\n\v\f\r]",
        "isupper": r"[A-Z]", "islower": r"[a-z]", "isxdigit": r"[0-9A-Fa-f]", "ispunct": r"[!-/:-@\[-`{-~]",
        "isprint": r"[ -~]", "isgraph": r"[!-~]", "isblank": r"[ \t]", "iscntrl": r"[\x00-\x1f\x7f]",
    }  # fmt: skip
    pattern = re.compile(patterns[test])

    def apply(c: int) -> int:
        if not -1 <= c <= 255:
            raise UndefinedBehaviour(f"{test} of {c}")
        return 1 if c >= 0 and pattern.match(chr(c)) else 0

    return apply


def _absolute(bits: int) -> Simple:
    def apply(value: int) -> int:
        if value == -(1 << (bits - 1)):
            raise UndefinedBehaviour(f"the absolute value of {value}")
        return abs(value)

    return apply


def _bits(name: str, width: int) -> Simple:
    def apply(value: int) -> int:
        value &= (1 << width) - 1
        if name == "popcount":
            return value.bit_count()
        if name == "parity":
            return value.bit_count() & 1
        if value == 0:
            raise UndefinedBehaviour(f"{name} of zero")
        return width - value.bit_length() if name == "clz" else (value & -value).bit_length() - 1

    return apply


PREDICATES = ("isdigit", "isalpha", "isalnum", "isspace", "isupper", "islower", "isxdigit", "ispunct", "isprint",
              "isgraph", "isblank", "iscntrl")  # fmt: skip
SIMPLE: dict[str, Simple] = {
    **{name: _checked(name) for name in PREDICATES},
    "toupper": lambda c: c - 32 if 97 <= c <= 122 else c,
    "tolower": lambda c: c + 32 if 65 <= c <= 90 else c,
    "labs": _absolute(64),
    "llabs": _absolute(64),
    "isnan": lambda x: int(math.isnan(x)),
    "isinf": lambda x: int(math.isinf(x)),
    "isfinite": lambda x: int(math.isfinite(x)),
    "signbit": lambda x: int(math.copysign(1.0, x) < 0),
    "strlen": lambda s: len(characters(s)),
    "strcmp": lambda a, b: _three_way([c % 256 for c in characters(a)], [c % 256 for c in characters(b)]),
    "__builtin_expect": lambda value, _: value,
    "lround": lambda x: int(math.copysign(math.floor(abs(x) + 0.5), x)),
    "free": lambda pointer: None if pointer is None or isinstance(pointer, Untyped) else pointer.buffer.clear(),
    "malloc": lambda n: Untyped(n, False),
    "calloc": lambda n, m: Untyped(n * m, True),
    "gcd": math.gcd,
    "lcm": math.lcm,
    "hypot3": math.hypot,
    **{f"__builtin_{name}{suffix}": _bits(name, width) for name in ("popcount", "clz", "ctz", "parity")
       for suffix, width in (("", 32), ("l", 64), ("ll", 64))},
}  # fmt: skip


def _three_way(a: list[int], b: list[int]) -> int:
    return (a > b) - (a < b)


def plain_name(name: str) -> str:
    """A function's name without namespaces and template arguments."""
    return name.partition("<")[0].rpartition("::")[2]


def library(x: Expressions, e: Call) -> Compute:
    """A call of a library function."""
    name = plain_name(e.name)
    if name == "assert":
        truth = x.truth(e.arguments[0])

        def check(f: Frame) -> Value:
            if not truth(f):
                raise UndefinedBehaviour("an assertion fails", e.span)
            return None

        return check
    found = _mathematics(x, e, name) or _memory(x, e, name) or _utility(x, e, name)
    if found is not None:
        return found
    if name in SIMPLE:
        apply = SIMPLE[name]
        values = [x.value(a) for a in e.arguments]
        return lambda f: apply(*[value(f) for value in values])
    algorithm = ALGORITHMS.get(name)
    if algorithm is not None:
        return _algorithm(x, e, algorithm)
    raise Unsupported(e.span, f"the interpreter does not know {e.name}")


def _algorithm(x: Expressions, e: Call, algorithm: Algorithm) -> Compute:
    arguments = [a for a in e.arguments if not _is_policy(a)]
    makers = [(x.value(a), a.type) for a in arguments]
    machine = x.machine

    def run(f: Frame) -> Value:
        given = [Argument(value(f), type_) for value, type_ in makers]
        for argument in given[1:2]:
            if isinstance(argument.value, Pointer) and isinstance(given[0].value, Pointer):
                machine.steps -= max(0, abs(argument.value.offset - given[0].value.offset))
        machine.step()
        return algorithm(given, e.type)

    return run


def _is_policy(argument: Expr) -> bool:
    return isinstance(argument.type, t.Opaque) and "execution" in argument.type.spelling


def _converted(x: Expressions, e: Expr, type_: t.Type) -> Compute:
    value = x.value(e)
    if not t.is_arithmetic(e.type) or e.type == type_:
        return value
    convert = arithmetic.conversion(e.type, type_)
    return lambda f: convert(value(f))


def _mathematics(x: Expressions, e: Call, name: str) -> Compute | None:
    base = name[:-1] if name[-1:] in {"f", "l"} and arithmetic.arity(name[:-1]) and not arithmetic.arity(name) else name
    kind = e.type
    count = arithmetic.arity(base)
    if count == len(e.arguments) and isinstance(kind, t.Float) and count:
        function = arithmetic.math_function(base, kind.bits)
        values = [_converted(x, a, kind) for a in e.arguments]
        if count == 1:
            only = values[0]
            return lambda f: function(only(f))
        return lambda f: function(*[value(f) for value in values])
    first = e.arguments[0].type if e.arguments else t.VOID
    if name in {"abs", "norm", "real", "imag", "conj"} and isinstance(first, t.Library) and first.name == "complex":
        return _complex(x, e, name, first)
    if name in {"abs", "fabs"} and isinstance(kind, t.Float):
        value = _converted(x, e.arguments[0], kind)
        return lambda f: abs(value(f))
    if name == "abs" and isinstance(kind, t.Int):
        value, apply = _converted(x, e.arguments[0], kind), _absolute(kind.bits)
        return lambda f: apply(value(f))
    return None


def _complex(x: Expressions, e: Call, name: str, type_: t.Library) -> Compute:
    value, part = x.value(e.arguments[0]), members(type_)[0][1]
    assert isinstance(part, t.Float)
    hypot = arithmetic.math_function("hypot", part.bits)
    add, mul = (arithmetic.binary(op, part, Overflow.NONE) for op in "+*")
    functions: dict[str, Callable[[tuple[Any, Any]], Value]] = {
        "abs": lambda z: hypot(z[0], z[1]),
        "norm": lambda z: add(mul(z[0], z[0]), mul(z[1], z[1])),
        "real": lambda z: z[0],
        "imag": lambda z: z[1],
        "conj": lambda z: (z[0], -z[1]),
    }
    apply = functions[name]
    return lambda f: apply(value(f))


# --- memory ------------------------------------------------------------------------------------------------------


def _memory(x: Expressions, e: Call, name: str) -> Compute | None:
    if name in {"memcpy", "memmove"}:
        to, source, count = (x.value(a) for a in e.arguments)

        def copy(f: Frame) -> Value:
            target, origin, n = to(f), source(f), count(f)
            if n:
                cells = _cells(origin, n, e.span)
                room = _cells(target, n, e.span)
                if target.buffer is origin.buffer and name == "memcpy" and (
                        abs(target.offset - origin.offset) < cells and target.offset != origin.offset):
                    raise UndefinedBehaviour("memcpy between overlapping memory", e.span)
                if room != cells:
                    raise Unsupported(e.span, "a copy of memory between different types")
                data = list(origin.buffer[origin.offset : origin.offset + cells])
                target.buffer[target.offset : target.offset + cells] = data
            return target

        return copy
    if name == "memset":
        to, byte, count = (x.value(a) for a in e.arguments)

        def fill(f: Frame) -> Value:
            target, value, n = to(f), byte(f) & 255, count(f)
            if n:
                cells = _cells(target, n, e.span)
                for i in range(target.offset, target.offset + cells):
                    target.buffer[i] = _repeated(value, _cell_type(target.buffer.type), e.span)
            return target

        return fill
    return None


def _cell_type(type_: t.Type) -> t.Type:
    while isinstance(type_, t.Array):
        type_ = type_.element
    return type_


def _cells(pointer: Value, count: int, span: Span) -> int:
    """How many cells ``count`` bytes from ``pointer`` on are; raises where they leave the object."""
    if not isinstance(pointer, Pointer):
        raise Unsupported(span, "memory whose type is not known yet")
    element = _cell_type(pointer.buffer.type)
    if count % byte_size(element):
        raise Unsupported(span, "a part of an element")
    cells = count // byte_size(element) * size(element)
    if pointer.offset + cells > len(pointer.buffer):
        raise UndefinedBehaviour("out of bounds: a block of memory leaves its object", span)
    return cells


def _repeated(byte: int, type_: t.Type, span: Span) -> Value:
    if isinstance(type_, t.Int):
        value = int.from_bytes(bytes([byte]) * (type_.bits // 8), "little")
        return arithmetic.wrap(type_)(value)
    if byte == 0:
        return 0.0 if isinstance(type_, t.Float) else 0 if isinstance(type_, t.Bool) else _none(type_, span)
    raise Unsupported(span, "a byte pattern that is no number")


def _none(type_: t.Type, span: Span) -> Value:
    if isinstance(type_, t.Pointer):
        return None
    if isinstance(type_, t.Record):
        kinds = {type(_repeated(0, field.type, span)) for field in type_.fields}
        if len(kinds) == 1:
            return _repeated(0, type_.fields[0].type, span)
    raise Unsupported(span, "memory of this type set to a byte")


# --- <utility> -----------------------------------------------------------------------------------------------------


def _utility(x: Expressions, e: Call, name: str) -> Compute | None:
    arguments = e.arguments
    if name in {"min", "max"} and len(arguments) >= 2 and not isinstance(arguments[0].type, t.Pointer):
        return _extreme(x, name, arguments)
    if name in {"min", "max", "minmax"} and len(arguments) == 1:
        listed = x.value(arguments[0])

        def of_list(f: Frame) -> Value:
            values = list(listed(f).buffer)
            return (min(values), max(values)) if name == "minmax" else min(values) if name == "min" else max(values)

        return of_list
    if name == "minmax" and len(arguments) == 2:
        one, two = x.value(arguments[0]), x.value(arguments[1])

        def both(f: Frame) -> Value:
            a, b = one(f), two(f)
            return (b, a) if b < a else (a, b)

        return both
    if name == "clamp" and len(arguments) == 3:
        value, low, high = (x.value(a) for a in arguments)

        def clamp(f: Frame) -> Value:
            v, lo, hi = value(f), low(f), high(f)
            return lo if v < lo else hi if hi < v else v

        return clamp
    if name == "swap" and len(arguments) == 2:
        a, b = x.place(arguments[0]), x.place(arguments[1])
        read, write = load(arguments[0].type, e.span), store(arguments[0].type, e.span)

        def swap(f: Frame) -> Value:
            p, q = a(f), b(f)
            first, second = read(*p), read(*q)
            if is_aggregate(arguments[0].type):
                first, second = tuple(map(copied, first)), tuple(map(copied, second))
            else:
                first, second = copied(first), copied(second)
            write(*p, second)
            write(*q, first)
            return None

        return swap
    if name in {"move", "forward", "as_const", "ref", "cref"} and len(arguments) == 1:
        return x.value(arguments[0])
    if name in {"make_pair", "make_tuple"}:
        values = [x.value(a) for a in arguments]
        flat = [is_aggregate(a.type) for a in arguments]

        def group(f: Frame) -> Value:
            cells: list[Any] = []
            for value, many in zip(values, flat, strict=True):
                cells.extend(value(f) if many else [value(f)])
            return tuple(cells)

        return group
    if name == "get" and len(arguments) == 1:
        return _get(x, e)
    if name in {"size", "ssize"} and len(arguments) == 1:
        value, type_ = x.value(arguments[0]), arguments[0].type
        fixed = size(type_) // size(t.element_type(type_) or type_) if is_aggregate(type_) else None
        return lambda f: len(value(f)) if fixed is None else fixed
    return None


def _get(x: Expressions, e: Call) -> Compute:
    index = re.search(r"<\s*(\d+)", e.name)
    if index is None:
        raise Unsupported(e.span, f"the interpreter does not know {e.name}")
    value = x.value(e.arguments[0])
    _, type_, offset = members(e.arguments[0].type)[int(index[1])]
    count, many = size(type_), is_aggregate(type_)
    return lambda f: value(f)[offset : offset + count] if many else value(f)[offset]


def _extreme(x: Expressions, name: str, arguments: Sequence[Expr]) -> Compute:
    first, second = x.value(arguments[0]), x.value(arguments[1])
    if len(arguments) == 3:
        compare = x.value(arguments[2])
        types = [arguments[0].type, arguments[1].type]

        def compared(f: Frame) -> Value:
            a, b, less = first(f), second(f), compare(f)
            swap = less.invoke([_boxed(b, types[1]), _boxed(a, types[0])]) if name == "min" else less.invoke(
                [_boxed(a, types[0]), _boxed(b, types[1])])
            return b if swap else a

        return compared
    if name == "min":

        def least(f: Frame) -> Value:
            a, b = first(f), second(f)
            return b if b < a else a

        return least

    def greatest(f: Frame) -> Value:
        a, b = first(f), second(f)
        return b if a < b else a

    return greatest


def _boxed(value: Value, type_: t.Type) -> Any:
    return Argument(value, type_).boxed()



