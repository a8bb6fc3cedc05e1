"""From shapes and chosen patterns to one case: the values of all parameters.

Knows which kind of value a parameter of each type takes (``backends.host.values``).  Everything random comes from the
generator that is passed in.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from unseq.agents.tester import constraints
from unseq.agents.tester.footprint.interval import type_range
from unseq.agents.tester.footprint.places import is_container, members
from unseq.agents.tester.leaves import fixed_length, is_complex
from unseq.agents.tester.linking import linked
from unseq.agents.tester.roles import Roles
from unseq.agents.tester.shapes import Solution
from unseq.agents.tester.values import FLOAT_ONLY, NOT_FINITE, PATTERNS, Subject, converted, text
from unseq.agents.tester.variables import Variable, variables
from unseq.backends.host.blob import mutable_globals
from unseq.backends.host.values import (
    Buffer,
    Case,
    Null,
    Overlap,
    Scalar,
    Sequence,
    Struct,
    Text,
    Value,
    dtype_of,
    links,
)
from unseq.frontend.ir import types as ir

Array = npt.NDArray[np.generic]
OBJECTS = 100  # different rows or strings of one container; more are these again
BLOCK = 1 << 20  # plain values repeat beyond this, which saves time on inputs for timing


@dataclass(frozen=True, slots=True)
class Choice:
    """What fills the arrays: one pattern for plain numbers, one for subscripts, one for row pointers; ``by_key``
    overrides the plain pattern of single contents. ``targets`` says where scalars that elements are compared with
    are taken from: an element (``first``, ``middle``, ``last``, ``any``), ``absent`` and ``below`` all of them."""

    plain: str = "small"
    subscripts: str = "random"
    rows: str = "random rows"
    limits: str = "random"
    text: str = "words"
    targets: str = "any"
    by_key: Mapping[str, str] = field(default_factory=dict)
    outputs_filled: bool = False  # containers that the function resizes start with elements


class Assembler:
    """Builds one case."""

    def __init__(self, roles: Roles, solution: Solution, choice: Choice, rng: np.random.Generator) -> None:
        self.roles = roles
        self.solution = solution
        self.choice = choice
        self.rng = rng
        self.made: dict[str, Array] = {}
        self.scalars: dict[str, float] = dict(solution.scalars)
        self.scalar_types = {leaf.key: leaf.type for leaf in roles.scalars()}

    def case(self, label: str) -> Case:
        """Arrays first: scalars may be taken from them."""
        parameters = self.roles.function.parameters
        values: dict[int, Value] = {}
        for position, p in enumerate(parameters):
            t = ir.strip(p.type)
            if p.name in self.roles.ends:
                continue
            if not ir.is_arithmetic(t) and not (isinstance(t, ir.Pointer) and p.name in self.roles.single):
                values[position] = self.value(p.name, t)
        places = {p.name: position for position, p in enumerate(parameters)}
        for last, first in self.roles.ends.items():
            values[places[last]] = Overlap(places[first], self.solution.extents.get(first, 0))
        for position, p in enumerate(parameters):
            if position not in values:
                values[position] = self.value(p.name, ir.strip(p.type))
        return Case(tuple(values[position] for position in range(len(parameters))), label, self.variables())

    def variables(self) -> tuple[Value, ...]:
        """Values of the file-scope variables; null leaves one its initial value."""
        function = self.roles.function
        given = {v.number: v for v in variables(function)}
        types = (ir.strip(t) for _, t in mutable_globals(function))
        return tuple(self.variable(given[k], t) if k in given else Null() for k, t in enumerate(types))

    def variable(self, v: Variable, t: ir.Type) -> Value:
        """The value of one; of an array that cannot be given in part the initial value."""
        return Null() if v.capacity is not None and dtype_of(innermost(t)) is None else self.value(v.key, t)

    def value(self, key: str, t: ir.Type) -> Value:
        """The value of a parameter or of something inside one."""
        if ir.is_arithmetic(t):
            number = self.scalar(key, t)
            return Scalar(float(number) if isinstance(t, ir.Float) else bool(number) if isinstance(t, ir.Bool)
                          else int(number))
        if isinstance(t, ir.Pointer | ir.Array) or is_container(t):
            return self.elements(key, t)
        if isinstance(t, ir.Library) and t.name == "optional":
            inner = next((a for a in t.args if not isinstance(a, int)), ir.INT)
            return Null() if self.rng.random() < 0.3 else self.value(key, inner)
        if is_complex(t):
            real, imaginary = self.rng.uniform(-2, 2, 2)
            return Scalar(complex(real, imaginary))
        return Struct(tuple(self.value(f"{key}.{member.name}", member.type) for member in members(t)))

    # --- arrays ------------------------------------------------------------------------------------------------

    def elements(self, key: str, t: ir.Type) -> Value:
        element = ir.element_type(t) or ir.VOID
        count = self.count(key, t)
        while isinstance(element, ir.Array):  # rows of a C array lie behind each other
            key = f"{key}[]"
            count *= self.count(key, element)
            element = element.element
        if isinstance(t, ir.Library) and t.name == "string":
            return Text(self.characters(key, count).tobytes())
        if key in self.roles.terminated:
            data = text(self.rng, self.choice.text) if count <= 1 else self.characters(key, count).tobytes()
            return Text(bytes(b or 32 for b in data))
        if isinstance(element, ir.Void):
            return Buffer(self.rng.integers(0, 256, count, dtype=np.uint8))
        if dtype_of(element) is not None:
            return Buffer(self.fill(f"{key}[]", element, count))
        items = tuple(self.value(f"{key}[]", element) for _ in range(min(count, OBJECTS)))
        return Sequence((items * (count // OBJECTS + 1))[:count])

    def count(self, key: str, t: ir.Type) -> int:
        """The number of elements of an array."""
        fixed = fixed_length(t) if not isinstance(t, ir.Array) or "." in key or "[" in key else None
        if fixed is not None:
            return fixed
        count = self.solution.extents.get(key, 0)
        if key in self.roles.resized and self.choice.outputs_filled and not isinstance(t, ir.Pointer):
            count = max(count, 3)
        if isinstance(t, ir.Library) and t.name == "string" and "[" in key and key not in self.roles.resized:
            # Strings inside a container have lengths of their own.
            own = int(self.rng.integers(0, 12))
            return own if key in self.roles.sizes_read else count + own
        return count

    def characters(self, key: str, count: int) -> Array:
        """The bytes of a string."""
        content = f"{key}[]"
        if content in self.solution.ranges:
            return self.numbers(content, ir.CHAR, count)
        style = self.choice.text if self.choice.text not in {"empty", "one"} else "mixed"
        return np.frombuffer(text(self.rng, style, count), dtype=np.int8)

    def fill(self, key: str, t: ir.Type, n: int) -> Array:
        """``n`` elements of type ``t``; ``key`` names one of them."""
        dtype = dtype_of(t)
        assert dtype is not None
        if is_complex(t):
            parts = [self.numbers(key, ir.DOUBLE, n).astype(np.float64) for _ in range(2)]
            out = np.empty(n, dtype=dtype)
            out.real, out.imag = parts
            return out
        if ir.is_arithmetic(t):
            return self.numbers(key, t, n)
        out = np.zeros(n, dtype=dtype)
        count = fixed_length(t)
        if count is not None:
            inner = ir.element_type(t)
            assert inner is not None
            out["items"] = self.fill(f"{key}[]", inner, n * count).reshape(n, count)
            return out
        own = links(t) if isinstance(t, ir.Record) else ()
        for member in members(t):
            if member.name not in own:
                out[member.name] = self.fill(f"{key}.{member.name}", member.type, n)
        for name, numbers in zip(own, linked(self.rng, n, len(own)), strict=True):
            out[name] = numbers
        return out

    def numbers(self, key: str, t: ir.Type, n: int) -> Array:
        """``n`` numbers for one content."""
        subject = Subject(t, n, tuple(sorted(self.roles.constants.get(key, ()))))
        if key in self.scalar_types:
            array = converted(subject, np.full(n, self.scalar(key, t)))
        elif key in self.solution.ranges:
            array = self.in_range(key, subject)
        else:
            name = self.choice.by_key.get(key, self.choice.plain)
            # What is overwritten is no input: from an infinity in it nothing would follow for the results.
            ignored = name in NOT_FINITE and key.removesuffix("[]") in self.roles.overwritten
            if ignored or (name in FLOAT_ONLY and not subject.real):
                name = "small"
            block = replace(subject, n=min(n, BLOCK))
            with np.errstate(over="ignore", invalid="ignore"):
                array = repeated(PATTERNS[name](self.rng, block), n)
            if (key in self.roles.divisors or key in self.roles.shifts) and not subject.real:
                array = nonzero(array) if key in self.roles.divisors else np.abs(array) % np.array(16, array.dtype)
        self.made[key] = array
        return array

    def in_range(self, key: str, subject: Subject) -> Array:
        """Numbers from which subscripts or loop bounds are computed."""
        lo, hi = self.solution.ranges[key]
        low, high = type_range(subject.type)
        lo, hi = max(lo, low), min(hi, high)
        if lo > hi:
            hi = lo
        if subject.real:
            steps = constraints.SUBSCRIPTS[self.choice.subscripts](self.rng, subject.n, 0, 997)
            return converted(subject, lo + (hi - lo) * steps / 997.0)
        if key in self.roles.slices:
            pattern = constraints.ROWS[self.choice.rows]
        elif key in self.roles.subscripts:
            pattern = constraints.SUBSCRIPTS[self.choice.subscripts]
        else:
            pattern = constraints.LIMITS[self.choice.limits]
        bound = 2**62
        return converted(subject, pattern(self.rng, subject.n, int(max(lo, -bound)), int(min(hi, bound))))

    # --- scalars -----------------------------------------------------------------------------------------------

    def scalar(self, key: str, t: ir.Type) -> float:
        """The value of a scalar: given by the shapes, taken from the elements it is compared with, or plain."""
        if key not in self.scalars:
            value = self.free_scalar(key, t)
            low, high = type_range(t)
            self.scalars[key] = min(max(value, low), high)
        return self.scalars[key]

    def free_scalar(self, key: str, t: ir.Type) -> float:
        real = isinstance(t, ir.Float)
        partners = [k for k in sorted(self.roles.partners.get(key, ())) if k in self.made and len(self.made[k])]
        if partners and self.choice.targets != "free":
            return self.from_elements(self.made[partners[0]], real, partners[0] in self.solution.ranges)
        constants = sorted(self.roles.constants.get(key, ()))
        if constants and self.rng.random() < 0.6:
            shift = float(self.rng.choice([-1, 0, 1]))
            return float(self.rng.choice(constants)) + shift
        if key in self.roles.divisors:
            return float(self.rng.choice([1, 2, 3, 7, 10]))
        if key in self.roles.shifts:
            return float(self.rng.integers(0, 8))
        if isinstance(t, ir.Bool):
            return float(self.rng.integers(0, 2))
        if real:
            if self.rng.random() < 0.4:
                return float(self.rng.choice([0.5, 1.0, 2.0, -1.5, 0.0, 0.25]))
            return round(float(self.rng.uniform(-3, 3)), 3)
        return float(self.rng.choice([0, 1, 2, 3, 5, int(self.rng.integers(-10, 100))]))

    def from_elements(self, array: Array, real: bool, bound: bool) -> float:
        """An element, or a value that no element has; ``bound``: the elements must stay as they are."""
        where = self.choice.targets
        n = len(array)
        finite = array[np.isfinite(array)] if real else array
        fresh = float(finite.max()) + 1 if len(finite) else 0.0
        if where == "absent":
            return fresh
        if where == "below":
            return float(finite.min()) - 1 if len(finite) else 0.0
        position = {"first": 0, "last": n - 1, "middle": n // 2}.get(where, int(self.rng.integers(0, n)))
        may_change = not bound and (real or fresh <= np.iinfo(array.dtype).max)  # type: ignore[type-var]  # integers
        if where in {"last", "middle"} and may_change and self.rng.random() < 0.7:
            array[position] = fresh  # nowhere else
        value = float(array[position].item())
        return value if np.isfinite(value) else 0.0


def innermost(t: ir.Type) -> ir.Type:
    """What the elements of an array, or of arrays in it, are."""
    while isinstance(t, ir.Array):
        t = t.element
    return t


def repeated(block: Array, n: int) -> Array:
    """The block again and again, ``n`` elements in all."""
    if len(block) == n:
        return block
    out = np.empty(n, dtype=block.dtype)
    for start in range(0, n, len(block)):
        out[start : start + len(block)] = block[: n - start]
    return out


def nonzero(array: Array) -> Array:
    """The array with ones for zeros."""
    out = array.copy()
    out[out == 0] = 1
    return out


def with_null(case: Case, position: int, label: str) -> Case:
    """The case with a null pointer for one parameter."""
    values = list(case.values)
    values[position] = Null()
    return replace(case, values=tuple(values), label=label)
