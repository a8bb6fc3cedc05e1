"""Finds the two functions of a check, and whether they are called in the same way.

Knows names and types; knows nothing of what the functions do.
"""

from __future__ import annotations

from unseq.frontend.ir.nodes import Function
from unseq.frontend.ir.types import Array, Library, Pointer, Record, Reference, Type
from unseq.frontend.lower import Declared, declared, lower
from unseq.frontend.source import InputError, SourceUnit, Unsupported
from unseq.frontend.syntax.conversions import describe


def original_of(unit: SourceUnit, name: str) -> Function:
    """The sequential function. Raises ``InputError`` where it is not understood."""
    try:
        return lower(unit, name)
    except Unsupported as error:
        raise refused(unit, error, "the original is not understood: ") from error


def twin_of(function: Function, unit: SourceUnit) -> Declared:
    """The function of ``unit`` that is called as ``function`` is. Raises ``InputError`` where there is none."""
    try:
        own = declared(unit, function.name.rpartition("::")[2])
    except Unsupported as error:
        raise refused(unit, error) from error
    where, there = f"{unit.path}:{own.span.line}", f"{function.unit.path}:{function.span.line}"
    if own.name != function.name:
        raise InputError(f"{where}: it is called '{own.name}', the original '{function.name}'; use the same namespace")
    if len(own.parameters) != len(function.parameters):
        raise InputError(
            f"{where}: '{own.name}' has {len(own.parameters)} parameters, the original {len(function.parameters)} "
            f"({there}); give both the same signature"
        )
    numbered = enumerate(zip(function.parameters, own.parameters, strict=True), 1)
    pairs = [(f"parameter {k} ({parameter.name})", parameter.type, type_) for k, (parameter, type_) in numbered]
    if own.result is not None:
        pairs.append(("the result", function.result, own.result))
    for what, expected, got in pairs:
        if not same(expected, got):
            told = f"{describe(got)}, in the original {describe(expected)}"
            if describe(got) == describe(expected):
                told = f"{describe(got)}, which the original declares otherwise"
            raise InputError(f"{where}: {what} of '{own.name}' is {told} ({there}); give both the same signature")
    return own


def refused(unit: SourceUnit, error: Unsupported, what: str = "") -> InputError:
    """What is not understood, as bad input; ``what`` goes before it."""
    help_ = f"; {error.remedy}" if error.remedy else ""
    return InputError(f"{error.span.file or unit.path}:{error.span.line}: {what}{error.what}{help_}")


def same(one: Type, other: Type) -> bool:
    """Whether values of two types, each from a file of its own, are laid out and passed alike."""
    one, other = _decayed(one), _decayed(other)
    if isinstance(one, Pointer) and isinstance(other, Pointer):
        return one.const == other.const and same(one.to, other.to)
    if isinstance(one, Reference) and isinstance(other, Reference):
        return one.const == other.const and same(one.to, other.to)
    if isinstance(one, Array) and isinstance(other, Array):
        return one.extent == other.extent and same(one.element, other.element)
    if isinstance(one, Library) and isinstance(other, Library):
        pairs = list(zip(one.args, other.args, strict=False))
        types = all(a == b if isinstance(a, int) or isinstance(b, int) else same(a, b) for a, b in pairs)
        return (one.name, len(one.args), one.const) == (other.name, len(other.args), other.const) and types
    if isinstance(one, Record) and isinstance(other, Record):
        return one.name == other.name and one.fields == other.fields
    return one == other


def _decayed(t: Type) -> Type:
    """An array parameter is a pointer."""
    return Pointer(t.element) if isinstance(t, Array) and t.extent is None else t
