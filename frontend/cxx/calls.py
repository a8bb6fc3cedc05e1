"""Call expressions of C++: methods, casts, constructors, templates, the library's functions, and plain calls."""

from __future__ import annotations

import math

from unseq.frontend.cxx.construct import functional_cast
from unseq.frontend.cxx.functions import standard_call
from unseq.frontend.cxx.lambdas import closure
from unseq.frontend.cxx.library_methods import library_method
from unseq.frontend.cxx.members import method_call, methods
from unseq.frontend.cxx.paths import Part, joined, path, standard
from unseq.frontend.cxx.templates import distinct, finished, overload, signature_with
from unseq.frontend.cxx.types import find_path, template_argument
from unseq.frontend.ir.nodes import Call, Expr, Literal
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
)
from unseq.frontend.syntax import calls as plain
from unseq.frontend.syntax.calls import argument, arguments_of, call_library, passed
from unseq.frontend.syntax.context import Context
from unseq.frontend.syntax.conversions import decay, describe, is_iterator
from unseq.frontend.syntax.expressions import explicit_cast, expression, field, unwrapped, value_of
from unseq.frontend.syntax.globals import find_functions, find_value
from unseq.frontend.syntax.index import FunctionSite
from unseq.frontend.syntax.library_c import FUNCTIONS, REAL_FUNCTIONS
from unseq.frontend.syntax.operators import dereference
from unseq.frontend.syntax.tree import Node

_CASTS = {"static_cast", "const_cast", "reinterpret_cast"}
_TYPES = {"primitive_type", "sized_type_specifier", "type_identifier", "template_type"}


def call(ctx: Context, node: Node) -> Expr:
    """A call expression."""
    function = unwrapped(field(ctx, node, "function"))
    kind = function.type
    if kind == "field_expression":
        return _method(ctx, node, function)
    if kind == "lambda_expression":
        return _immediate(ctx, node, function)
    if kind in ("identifier", "qualified_identifier", "template_function", *_TYPES):
        return _named(ctx, node, function)
    target = expression(ctx, function)
    if isinstance(target.type, Record):
        return method_call(ctx, node, target, target.type, "operator()", arguments_of(ctx, node))
    return plain.indirect(ctx, node, target)


def _immediate(ctx: Context, node: Node, function: Node) -> Expr:
    """A lambda that is called where it is written."""
    values = [decay(value_of(ctx, n)) for n in arguments_of(ctx, node)]
    target = closure(ctx, function, tuple(v.type for v in values))
    kind = target.type
    if not isinstance(kind, Callable) or len(kind.parameters) != len(values):
        raise ctx.refuse(node, "a lambda called with the wrong number of arguments", "correct it")
    arguments = tuple(passed(ctx, v, t, v.span) for v, t in zip(values, kind.parameters, strict=True))
    return Call("lambda", arguments, kind.result, target, ctx.span(node))


def _named(ctx: Context, node: Node, function: Node) -> Expr:
    parts = path(ctx, function)
    name = joined(parts)
    if parts[-1].arguments is None:
        variable = find_value(ctx, name)
        if variable is not None:
            target = value_of(ctx, function)
            if isinstance(target.type, Record):
                return method_call(ctx, node, target, target.type, "operator()", arguments_of(ctx, node))
            return plain.indirect(ctx, node, target)
    elif len(parts) == 1 and name in _CASTS:
        return _cast(ctx, node, parts[0])
    elif find_value(ctx, name) is not None:
        raise ctx.refuse(node, "a comparison that reads like a template", "write parentheses around it")
    if ctx.record and (name_sites := methods(ctx, Record(ctx.record), name)):
        raise ctx.refuse(node, f"a call of the member function '{name_sites[0].name}' from a member function",
                         "write plain functions")  # fmt: skip
    sites = find_functions(ctx, name)
    if sites:
        return _own(ctx, node, parts[-1], name, sites)
    type_ = find_path(ctx, function, parts) if function.type not in ("primitive_type", "sized_type_specifier") else None
    if function.type in ("primitive_type", "sized_type_specifier"):
        return functional_cast(ctx, node, ctx.dialect.named_type(ctx, function), arguments_of(ctx, node))
    if type_ is not None and field(ctx, node, "function").type == "parenthesized_expression":
        return plain.misread_cast(ctx, node, type_.type)
    if type_ is not None:
        return functional_cast(ctx, node, type_.type, arguments_of(ctx, node))
    return _library(ctx, node, parts, name)


def _own(ctx: Context, node: Node, last: Part, name: str, sites: list[FunctionSite]) -> Expr:
    """A call of a function of the file."""
    written = arguments_of(ctx, node)
    choices = [s for s in sites if s.template is None]
    if len(choices) == len(sites) and last.arguments is None:
        known = distinct(choices, [signature_with(ctx, s, {}, ctx.statement) for s in choices])
        if len(known) == 1:
            site, each = known[0]
            if not sum(p.default is None for p in each.parameters) <= len(written) <= len(each.parameters) and not (
                    each.variadic):  # fmt: skip
                what = f"'{name}' called with {len(written)} arguments; it takes {len(each.parameters)}"
                raise ctx.refuse(node, what, "correct it")
            values = [argument(ctx, n, p.type) for n, p in zip(written, each.parameters, strict=False)]
            values += [plain.varied(value_of(ctx, n)) for n in written[len(each.parameters) :]]
            return finished(ctx, ctx.span(node), site, each, values, {})
    values = [value_of(ctx, n) for n in written]
    return overload(ctx, ctx.span(node), name, sites, values, last.arguments or ())


def _library(ctx: Context, node: Node, parts: list[Part], name: str) -> Expr:
    limits = _limits(ctx, node, parts)
    if limits is not None:
        return limits
    below = standard(ctx, parts)
    if below is not None and len(below) == 1:
        found = standard_call(ctx, node, below[0].name, below[0].arguments)
        if found is not None:
            return found
    if len(parts) > 1 and parts[0].name == "std":
        raise ctx.refuse(node, f"unknown function '{name}'", "use a plain loop, or a function of the supported library")
    bare = name.removeprefix("::")
    if bare in FUNCTIONS and not _overloaded(ctx, node, bare, parts):
        return call_library(ctx, node, bare)
    found = standard_call(ctx, node, bare, parts[-1].arguments) if len(parts) == 1 else None
    if found is not None:
        return found
    return call_library(ctx, node, bare)


def _overloaded(ctx: Context, node: Node, name: str, parts: list[Part]) -> bool:
    """Whether an unqualified name of C's library also finds C++'s overloads: by <math.h>, or by a class argument."""
    if name in REAL_FUNCTIONS or name == "abs" or name.startswith("is"):
        headers = ctx.tree.pre.headers
        if "math.h" in headers or (name == "abs" and "stdlib.h" in headers):
            return name not in ("isalpha", "isdigit", "isalnum", "isspace", "isupper", "islower", "ispunct", "isxdigit")
        if len(parts) == 1 and name in ("abs", "exp", "sqrt", "log", "pow", "sin", "cos"):
            written = arguments_of(ctx, node)
            kinds = [ctx.captured(ctx.span(n), lambda n=n: value_of(ctx, n))[1].type  # type: ignore[misc]
                     for n in written]  # fmt: skip
            return any(isinstance(k, Library) for k in kinds)
    return False


def _cast(ctx: Context, node: Node, part: Part) -> Expr:
    written = arguments_of(ctx, node)
    if part.arguments is None or len(part.arguments) != 1 or len(written) != 1:
        raise ctx.refuse(node, f"a {part.name} of this form", "cast one value to one type")
    found = ctx.dialect.named_type(ctx, part.arguments[0])
    if isinstance(found, Reference):
        raise ctx.refuse(node, f"a {part.name} to a reference", "cast the value")
    operand = expression(ctx, written[0])
    if part.name == "reinterpret_cast" and not isinstance(operand.type, Pointer | Array):
        raise ctx.refuse(node, "a reinterpret_cast of this form", "use pointers, or std::bit_cast")
    return explicit_cast(ctx, operand, found, ctx.span(node))


# --- limits


def _limits(ctx: Context, node: Node, parts: list[Part]) -> Expr | None:
    """``std::numeric_limits<T>::max()``."""
    if len(parts) < 2 or parts[-2].name != "numeric_limits" or not parts[-2].arguments or arguments_of(ctx, node):
        return None
    of = template_argument(ctx, parts[-2].arguments[0])
    if isinstance(of, int):
        return None
    value = limit(of, parts[-1].name)
    if value is None:
        raise ctx.refuse(node, f"numeric_limits<{describe(of)}>::{parts[-1].name}()", "write the number")
    return Literal(value, of, ctx.text(node), ctx.span(node))


def limit(of: Type, name: str) -> int | float | bool | None:
    """A constant of ``numeric_limits``."""
    if isinstance(of, Bool):
        return {"max": True, "min": False, "lowest": False}.get(name)
    if isinstance(of, Int):
        low = -(1 << (of.bits - 1)) if of.signed else 0
        return {"max": (1 << (of.bits - of.signed)) - 1, "min": low, "lowest": low}.get(name)
    if isinstance(of, Float) and of.bits in (32, 64):
        single = of.bits == 32
        largest = (2 - 2.0**-23) * 2.0**127 if single else 1.7976931348623157e308
        return {
            "max": largest, "lowest": -largest, "min": 2.0**-126 if single else 2.0**-1022,
            "epsilon": 2.0**-23 if single else 2.0**-52, "infinity": math.inf, "quiet_NaN": math.nan,
            "denorm_min": 2.0**-149 if single else 5e-324,
        }.get(name)  # fmt: skip
    return None


# --- methods


def _method(ctx: Context, node: Node, function: Node) -> Expr:
    base = value_of(ctx, field(ctx, function, "argument"))
    name_node = field(ctx, function, "field")
    name = ctx.text(name_node)
    written = arguments_of(ctx, node)
    if ctx.text(field(ctx, function, "operator")) == "->":
        pointer = base if is_iterator(base.type) else decay(base)
        if isinstance(pointer.type, Library) and pointer.type.name == "optional":
            raise ctx.refuse(function, "'->' on std::optional", "use value()")
        base = dereference(ctx, pointer, ctx.span(field(ctx, function, "argument")))
    kind = base.type
    if isinstance(kind, Record):
        member = next((f for f in kind.fields if f.name == name), None)
        if member is not None:
            return plain.indirect(ctx, node, expression(ctx, function))
        return method_call(ctx, node, base, kind, name, written)
    if isinstance(kind, Library):
        return library_method(ctx, node, base, kind, name, written)
    if isinstance(kind, Opaque):
        raise ctx.refuse(node, f"the method '{name}' of {describe(kind)}", "use plain data")
    raise ctx.refuse(node, f"the method '{name}' of {describe(kind)}", "use a class type")
