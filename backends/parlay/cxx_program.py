"""A whole C++20 program of one function and all that it needs, from the IR alone.

For tests of the IR and of the printer: no macro, enumeration, alias or template of the source exists in it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from unseq.backends.parlay.cxx import STEP, Printer
from unseq.backends.parlay.cxx_types import constructor_name, print_declaration, print_type
from unseq.frontend.ir import types as t
from unseq.frontend.ir import walk
from unseq.frontend.ir.nodes import Function
from unseq.frontend.syntax.builtin_types import BUILTIN, FROM_HEADERS, sized


def used_types(function: Function) -> Iterator[t.Type]:
    """Every type that ``function`` and its callees mention, those inside other types first."""

    def inside(type_: t.Type | int) -> Iterator[t.Type]:
        if isinstance(type_, int):
            return
        if isinstance(type_, t.Record):
            for field in type_.fields:
                if not isinstance(field.type, t.Pointer):
                    yield from inside(field.type)
        elif isinstance(type_, t.Pointer | t.Reference):
            yield from inside(type_.to)
        elif isinstance(type_, t.Array):
            yield from inside(type_.element)
        elif isinstance(type_, t.Library):
            for arg in type_.args:
                yield from inside(arg)
        elif isinstance(type_, t.Callable):
            for part in (type_.result, *type_.parameters):
                yield from inside(part)
        yield type_

    for each in (function, *function.callees):
        yield from inside(each.result)
        for symbol in (*each.parameters, *(g.symbol for g in each.globals), *walk.declared_symbols(each)):
            yield from inside(symbol.type)
        for e in walk.expressions(each):
            yield from inside(e.type)


def records(function: Function) -> tuple[t.Record, ...]:
    """The records that ``function`` and its callees use, those that others contain first."""
    found: dict[str, t.Record] = {}
    for type_ in used_types(function):
        if isinstance(type_, t.Record) and (type_.name not in found or not found[type_.name].fields):
            found[type_.name] = type_
    return tuple(found.values())


def aliases(function: Function) -> dict[str, t.Int]:
    """The names of integer types that only the source knows: typedefs and enumerations."""
    known = {*BUILTIN, *FROM_HEADERS}
    return {type_.spelling: t.Int(type_.bits, type_.signed) for type_ in used_types(function)
            if isinstance(type_, t.Int) and type_.spelling and type_.spelling not in known
            and sized(type_.spelling.split()) is None}  # fmt: skip


def print_record(record: t.Record) -> str:
    """The definition of a record."""
    fields = [f"{STEP}{print_declaration(field.type, field.name)};" for field in record.fields]
    return "\n".join([f"struct {constructor_name(record)} {{", *fields, "};"])


def _in_namespace(name: str, text: str) -> str:
    """``text``, which declares the last part of ``name``, in the namespace of the rest."""
    namespace = name.partition("<")[0].rpartition("::")[0]
    return f"namespace {namespace} {{\n{text}\n}}" if namespace else text


def print_program(function: Function, includes: Iterable[str] = ()) -> str:
    """A translation unit with ``function`` and all that it needs, from the IR alone."""
    everything = (function, *function.callees)
    printer = Printer(everything, named_constants=False)
    variables = {g.symbol.uid: g for each in everything for g in each.globals}
    parts = ["\n".join(f"#include <{name}>" for name in includes)]
    for name, alias in aliases(function).items():
        parts.append(_in_namespace(name, f"using {name.rpartition('::')[2]} = {print_type(alias)};"))
    parts += [_in_namespace(record.name, print_record(record)) for record in records(function)]
    for uid in sorted(variables):
        symbol = variables[uid].symbol
        if not isinstance(symbol.type, t.Callable) and not symbol.name.startswith("std::"):
            plain = replace(symbol, name=symbol.name.rpartition("::")[2])
            text = printer.global_variable(replace(variables[uid], symbol=plain))
            parts.append(_in_namespace(symbol.name, text))
    parts.append("\n".join(_in_namespace(each.name, printer.signature(each) + ";") for each in everything))
    parts += [_in_namespace(each.name, printer.function(each)) for each in (*function.callees, function)]
    return "\n\n".join(part for part in parts if part) + "\n"
