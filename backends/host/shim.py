"""The shim between the native host and one function: generated from its signature, compiled with its file.

The shim includes the file itself, so that static functions, templates and file-scope variables are within reach, and
renames its ``main``. C files get a C shim; C++ files, and every candidate, get one that leaves the types to
`native/marshal.hpp`. Knows signatures; knows nothing of what is called or of the wire format.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from unseq.backends.host.blob import item_type, mutable_globals, parameter_types
from unseq.backends.host.values import dtype_of, links
from unseq.backends.parlay.cxx_types import constructor_name, print_type
from unseq.frontend.ir.nodes import Function
from unseq.frontend.ir.types import (
    Array,
    Bool,
    Callable,
    Float,
    Int,
    Library,
    Opaque,
    Pointer,
    Record,
    Reference,
    Type,
    Void,
    element_type,
    strip,
)

NATIVE = Path(__file__).resolve().parent / "native"
RENAMED_MAIN = "unseq_renamed_main"
_CONTAINERS = {"vector", "array", "span", "deque", "list", "string", "string_view", "complex", "pair", "tuple",
               "optional"}


@dataclass(frozen=True, slots=True)
class Unpassable:
    """Why a function cannot be called from outside: ``what`` and, where there is one, a ``remedy``."""

    what: str
    remedy: str = ""


def unpassable(function: Function) -> Unpassable | None:
    """The first thing in a signature (or among the variables that the function uses) that the host cannot pass."""
    for parameter in function.parameters:
        why = _why_not(parameter.type, top=True)
        if why:
            return Unpassable(f"parameter {parameter.name}: {why}", "write a wrapper that takes plain data")
    if not isinstance(function.result, Void):
        why = _why_not(function.result, top=True)
        if why:
            return Unpassable(f"result: {why}", "write a wrapper that returns plain data")
    for variable in function.globals:
        if variable.symbol.const:
            continue
        if function.span.end > function.span.start and function.span.contains(variable.span):
            return Unpassable(
                f"static local variable {variable.symbol.name} keeps state between calls", "make it a parameter"
            )
        why = _why_not(variable.symbol.type, top=False)
        if why:
            return Unpassable(f"variable {variable.symbol.name}: {why}", "make it a parameter")
    return None


def _why_not(t: Type, top: bool) -> str:
    if isinstance(t, Reference):
        return _why_not(t.to, top)
    if isinstance(t, Bool | Int | Float) or dtype_of(t) is not None:
        return ""
    if isinstance(t, Pointer | Array):
        inner = element_type(t)
        while isinstance(inner, Array):
            inner = inner.element
        if inner is None or isinstance(inner, Void) or dtype_of(inner) is not None:
            return ""
        if not top:
            return "a pointer to something that itself holds pointers"
        if isinstance(inner, Pointer):
            return "" if dtype_of(inner.to) is not None else "pointers more than two deep"
        return _why_not(inner, top=False)
    if isinstance(t, Record):
        if not t.fields:
            return f"{t.name} has no known members"
        return next((why for member in t.fields if (why := _why_not(member.type, top=False))), "")
    if isinstance(t, Library):
        if t.name not in _CONTAINERS:
            return f"std::{t.name} cannot be passed from outside"
        types = (argument for argument in t.args if not isinstance(argument, int))
        return next((why for argument in types if (why := _why_not(argument, top=False))), "")
    if isinstance(t, Callable):
        return "a function cannot be passed from outside"
    if isinstance(t, Opaque):
        return f"{t.spelling} is not known"
    return "of a type that cannot be passed"


def shim(function: Function, included: str, c: bool, exact: bool = False) -> str:
    """The text of a shim that includes the file ``included``, which is C or C++. ``exact`` spells the function's type,
    which overloads need."""
    head = f'#define main {RENAMED_MAIN}\n#include "{included}"\n#undef main\n'
    return head + (_c_shim(function) if c else _cpp_shim(function, exact))


def _pointer_records(types: Iterable[Type]) -> list[Record]:
    """The records without a fixed layout among some types and their members, members first."""
    found: list[Record] = []

    def visit(t: Type) -> None:
        t = strip(t)
        if isinstance(t, Record) and dtype_of(t) is None and t not in found:
            for member in t.fields:
                visit(member.type)
            found.append(t)
        elif isinstance(t, Pointer):
            visit(t.to)
        elif isinstance(t, Array):
            visit(t.element)
        elif isinstance(t, Library):
            for argument in t.args:
                if not isinstance(argument, int):
                    visit(argument)

    for t in types:
        visit(t)
    return found


def linked_records(types: Iterable[Type]) -> list[Record]:
    """The records that point to others of their kind among some types and what they lead to."""
    found: list[Record] = []

    def visit(t: Type) -> None:
        t = strip(t)
        if isinstance(t, Record) and links(t) and t not in found:
            found.append(t)
        elif isinstance(t, Record):
            for member in t.fields:
                visit(member.type)
        elif isinstance(t, Pointer):
            visit(t.to)
        elif isinstance(t, Array):
            visit(t.element)

    for t in types:
        visit(t)
    return found


def _all_types(function: Function) -> list[Type]:
    return [*(p.type for p in function.parameters), function.result, *(t for _, t in mutable_globals(function))]


# ---- C++ ---------------------------------------------------------------------------------------------


def _cpp_shim(function: Function, exact: bool) -> str:
    return cpp_entry(function, "::", _callee(function, exact), "unseq_shim_call")


def cpp_entry(function: Function, scope: str, callee: str, entry: str) -> str:
    """What calls ``callee``, whose types are in ``scope``, and hands back what it did."""
    lines = ['#include "marshal.hpp"', "namespace unseq_marshal {"]
    for record in linked_records(_all_types(function)):
        name = scope + constructor_name(record)
        each = "for (std::size_t k = 0; k < bytes / sizeof *p; k++)"
        takes = " ".join(f"p[k].{m} = linked(p, p[k].{m});" for m in links(record))
        puts = " ".join(f"p[k].{m} = numbered(p, bytes, p[k].{m});" for m in links(record))
        lines += [
            f"template <> struct links<{name}> {{",
            "  static constexpr bool any = true;",
            f"  static void in({name} *p, std::size_t bytes) {{ {each} {{ {takes} }} }}",
            f"  static void out({name} *p, std::size_t bytes) {{ {each} {{ {puts} }} }}",
            "};",
        ]
    for record in _pointer_records(_all_types(function)):
        name = scope + constructor_name(record)
        takes = " ".join(f"codec<decltype(value.{m.name})>::take(io, value.{m.name});" for m in record.fields)
        puts = " ".join(f"codec<decltype(value.{m.name})>::put(io, value.{m.name});" for m in record.fields)
        lines += [
            f"template <> struct fixed<{name}> : std::false_type {{}};",
            f"template <> struct codec<{name}, void> {{",
            "  static constexpr bool reaches = true;",
            f"  static void take(unseq_io *io, {name} &value) {{ io->list(io); {takes} }}",
            f"  static void put(unseq_io *io, const {name} &value) {{",
            f"    io->put_list(io, {len(record.fields)}); {puts}",
            "  }",
            "};",
        ]
    lines += ["}", f'extern "C" void {entry}(unseq_io *io) {{']
    arguments = ["io", callee]
    for k, (name, _) in enumerate(mutable_globals(function)):
        lines.append(f"  static unseq_marshal::restored<decltype({scope}{name})> unseq_global_{k}{{{scope}{name}}};")
        arguments.append(f"unseq_global_{k}")
    lines += [f"  unseq_marshal::call({', '.join(arguments)});", "}", ""]
    return "\n".join(lines)


def _callee(function: Function, exact: bool) -> str:
    name = "::" + function.name
    if function.template:
        name += "<" + ", ".join(spelling for _, spelling in function.template) + ">"
    if exact:
        parameters = ", ".join(print_type(parameter.type) for parameter in function.parameters)
        return f"static_cast<{print_type(function.result)} (*)({parameters})>(&{name})"
    return f"&{name}"


# ---- C -----------------------------------------------------------------------------------------------


def _c_type(t: Type) -> str:
    if isinstance(t, Bool):
        return "_Bool"
    if isinstance(t, Library) and t.name == "complex" and t.args and not isinstance(t.args[0], int):
        return f"{_c_type(t.args[0])} _Complex"
    return print_type(t)


def _c_shim(function: Function) -> str:
    records = _pointer_records(_all_types(function))
    lines = ['#include "unseq_io.h"', "#include <stdlib.h>", "#include <string.h>"]
    lines += [
        "static void unseq_take(unseq_io *io, void *value, size_t size) {",
        "  size_t length; const void *data = io->bytes(io, &length);",
        "  if (length != size) __builtin_trap();",
        "  memcpy(value, data, size);",
        "}",
    ]
    for k, record in enumerate(records):
        lines += _c_record(record, k, records)
    linked = linked_records(_all_types(function))
    for k, record in enumerate(linked):
        lines += _c_links(record, k)
    before: list[str] = ["  size_t unseq_k; (void)unseq_k;"]
    after: list[str] = []
    arguments = []
    for k, t in enumerate(parameter_types(function)):
        arguments.append(f"unseq_a{k}")
        if isinstance(t, Pointer):
            before += _c_pointer(t, k, records)
            if t.to in linked:
                before.append(f"  if (unseq_o{k}) unseq_link_{linked.index(t.to)}(unseq_a{k}, unseq_s{k});")
                after.append(f"  if (unseq_o{k}) unseq_unlink_{linked.index(t.to)}(unseq_a{k}, unseq_s{k});")
            after += _c_put_pointer(t, k, records)
        elif isinstance(t, Record) and t in records:
            r = records.index(t)
            before.append(f"  {_c_type(t)} unseq_a{k}; unseq_take_{r}(io, &unseq_a{k});")
            after.append(f"  io->put_owner(io, {k}); unseq_put_{r}(io, &unseq_a{k});")
        else:
            before.append(f"  {_c_type(t)} unseq_a{k}; unseq_take(io, &unseq_a{k}, sizeof unseq_a{k});")
    variables = mutable_globals(function)
    for k, (name, t) in enumerate(variables):
        size = f"sizeof {name}"
        before += [
            f"  static char unseq_g{k}[{size}]; static size_t unseq_c{k} = {size}; size_t unseq_n{k}g = 0;",
            f"  if (!unseq_started) memcpy(unseq_g{k}, (void *)&{name}, {size});",
            f"  memcpy((void *)&{name}, unseq_g{k}, unseq_c{k}); unseq_c{k} = {size};",
        ]
        put = f"io->put_bytes(io, (void *)&{name}, {size});"
        if isinstance(t, Pointer) and t.to in linked:
            put = f"unseq_unlink_{linked.index(t.to)}((void *){name}, unseq_n{k}g); io->put_block(io, {name});"
        if isinstance(t, Array):
            item = f"sizeof ({_c_type(item_type(t))})"
            put = f"unseq_c{k} = io->put_changed(io, (void *)&{name}, {size}, unseq_g{k}, unseq_n{k}g, {item});"
        after.append(f"  io->put_owner(io, UNSEQ_GLOBAL + {k}); (void)unseq_n{k}g; {put}")
    if variables:
        takes = " ".join(_c_take_variable(name, t, k, linked) for k, (name, t) in enumerate(variables))
        before += ["  unseq_started = 1;", f"  if (io->peek(io) != 0) {{ {takes} }}"]
        lines.append("static int unseq_started;")
    call = f"{function.name}({', '.join(arguments)})"
    if isinstance(function.result, Void):
        body = ["  io->begin(io);", f"  {call};", "  io->end(io);"]
    else:
        pointer = isinstance(function.result, Pointer)
        put = "io->put_place(io, unseq_r)" if pointer else "io->put_bytes(io, &unseq_r, sizeof unseq_r)"
        if function.result in records:
            put = f"unseq_put_{records.index(function.result)}(io, &unseq_r)"
        body = ["  io->begin(io);", f"  __typeof__({call}) unseq_r = {call};", "  io->end(io);"]
        body.append(f"  io->put_owner(io, UNSEQ_RESULT); {put};")
    return "\n".join([*lines, "void unseq_shim_call(unseq_io *io) {", *before, *body, *after, "}", ""])


def _c_links(record: Record, number: int) -> list[str]:
    """The two functions that put pointers in place of numbers and back."""
    text = _c_type(record)
    each = "for (size_t k = 0; k < bytes / sizeof *p; k++)"
    takes, puts = [], []
    for m in links(record):
        takes.append(f"p[k].{m} = (ptrdiff_t)p[k].{m} < 0 ? 0 : p + (ptrdiff_t)p[k].{m};")
        inside = f"p[k].{m} >= p && p[k].{m} < p + bytes / sizeof *p"
        puts.append(f"p[k].{m} = (void *)(!p[k].{m} ? -1 : {inside} ? p[k].{m} - p : (ptrdiff_t)-2);")
    return [
        f"static void unseq_link_{number}({text} *p, size_t bytes) {{ {each} {{ {' '.join(takes)} }} }}",
        f"static void unseq_unlink_{number}({text} *p, size_t bytes) {{ {each} {{ {' '.join(puts)} }} }}",
    ]


def _c_take_variable(name: str, t: Type, k: int, linked: Sequence[Type]) -> str:
    """Null leaves a variable as it is, unless it is a pointer; arrays may be given in part, from the start."""
    if isinstance(t, Pointer) and t.to in linked:
        link = f"unseq_link_{linked.index(t.to)}((void *){name}, unseq_n{k}g);"
        return f"{name} = io->pointer(io, -1, &unseq_n{k}g); {link}"
    keep = "" if isinstance(t, Pointer) else "if (io->peek(io) == UNSEQ_NULL) io->null(io); else "
    if not isinstance(t, Array):
        return f"{keep}unseq_take(io, (void *)&{name}, sizeof {name});"
    return (
        f"{keep}{{ const void *unseq_d = io->bytes(io, &unseq_n{k}g); "
        f"if (unseq_n{k}g > sizeof {name}) __builtin_trap(); memcpy((void *)&{name}, unseq_d, unseq_n{k}g); }}"
    )


def _c_record(record: Record, number: int, records: Sequence[Type]) -> list[str]:
    """The two functions that move a record with pointers, member by member."""
    take = [f"static void unseq_take_{number}(unseq_io *io, {_c_type(record)} *value) {{", "  io->list(io);"]
    put = [f"static void unseq_put_{number}(unseq_io *io, const {_c_type(record)} *value) {{"]
    put.append(f"  io->put_list(io, {len(record.fields)});")
    for member in record.fields:
        place = f"value->{member.name}"
        if isinstance(member.type, Pointer):
            take.append(f"  {place} = io->pointer(io, -1, 0);")
            put.append(f"  io->put_block(io, {place});")
        elif member.type in records:
            inner = records.index(member.type)
            take.append(f"  unseq_take_{inner}(io, &{place});")
            put.append(f"  unseq_put_{inner}(io, &{place});")
        else:
            take.append(f"  unseq_take(io, (void *)&{place}, sizeof {place});")
            put.append(f"  io->put_bytes(io, (const void *)&{place}, sizeof {place});")
    return [*take, "}", *put, "}"]


def _c_pointer(t: Pointer, k: int, records: Sequence[Type]) -> list[str]:
    rows = isinstance(t.to, Pointer)
    if not rows and t.to not in records:
        return [
            f"  int unseq_o{k} = io->peek(io) == UNSEQ_BYTES; size_t unseq_s{k} = 0;",
            f"  void *unseq_a{k} = io->pointer(io, {k}, &unseq_s{k}); (void)unseq_s{k};",
        ]
    item = "void *" if rows else _c_type(t.to)
    fill = (
        f"unseq_a{k}[unseq_k] = io->pointer(io, -1, 0);"
        if rows
        else f"unseq_take_{records.index(t.to)}(io, &unseq_a{k}[unseq_k]);"
    )
    cast = "(void *)" if rows else ""
    return [
        f"  {item} *unseq_b{k} = 0; size_t unseq_n{k} = 0; int unseq_o{k} = io->peek(io) == UNSEQ_LIST;",
        f"  if (unseq_o{k}) {{",
        f"    {item} *unseq_a{k} = unseq_b{k} = malloc((unseq_n{k} = io->list(io)) * sizeof *unseq_b{k});",
        f"    for (unseq_k = 0; unseq_k < unseq_n{k}; unseq_k++) {fill}",
        "  } else io->null(io);",
        f"  {'void' if rows else item} *unseq_a{k} = {cast}unseq_b{k};",
    ]


def _c_put_pointer(t: Pointer, k: int, records: Sequence[Type]) -> list[str]:
    rows = isinstance(t.to, Pointer)
    if not rows and t.to not in records:
        return [f"  if (unseq_o{k}) {{ io->put_owner(io, {k}); io->put_block(io, unseq_a{k}); }}"]
    put = (
        f"io->put_block(io, unseq_b{k}[unseq_k]);"
        if rows
        else f"unseq_put_{records.index(t.to)}(io, &unseq_b{k}[unseq_k]);"
    )
    return [
        f"  if (unseq_o{k}) {{",
        f"    io->put_owner(io, {k}); io->put_list(io, unseq_n{k});",
        f"    for (unseq_k = 0; unseq_k < unseq_n{k}; unseq_k++) {put}",
        "  }",
    ]
