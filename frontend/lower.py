"""From a source file to the typed IR of one of its functions: the door of the front ends.

Knows which front end a file needs and how a function is found by name; knows nothing of any grammar.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from unseq.frontend.ir.nodes import Function
from unseq.frontend.source import SourceUnit, Span, Unsupported


@dataclass(frozen=True, slots=True)
class FunctionHead:
    """A function that a file defines; ``name`` is qualified by its namespaces (``geo::area``)."""

    name: str
    span: Span
    is_template: bool = False
    is_main: bool = False


@dataclass(frozen=True, slots=True)
class Parsed:
    """A file without syntax errors."""

    unit: SourceUnit
    functions: tuple[FunctionHead, ...] = field(default=())


def parse(unit: SourceUnit) -> Parsed:
    """The syntax tree of a file and its functions.

    Raises ``InputError`` with line and column for a syntax error."""
    return Parsed(unit)


def functions(unit: SourceUnit) -> tuple[FunctionHead, ...]:
    """The functions that a file defines, in source order."""
    return parse(unit).functions


def lower(unit: SourceUnit, name: str, instantiate: Mapping[str, str] | None = None) -> Function:
    """The IR of the function ``name`` and all that it needs from its file.

    ``instantiate`` gives the parameters of a template (``{"T": "float"}``).  Raises ``Unsupported`` for what is
    not understood, ``InputError`` for an unknown name (with the nearest names) or a syntax error."""
    span = Span(0, 0, 1, 1, 1, str(unit.path))
    raise Unsupported(span, f"{name}: the front ends are not there yet")
