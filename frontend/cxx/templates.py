"""Overloads and function templates of the file: which one a call means, and with what template arguments.

Knows exact matches and the deduction of plain patterns; what needs more of C++'s rules is refused.
"""

from __future__ import annotations

from collections.abc import Sequence

from unseq.frontend.cxx.types import template_argument, template_parameters
from unseq.frontend.ir.nodes import Call, Expr
from unseq.frontend.ir.types import (
    Array,
    Callable,
    Library,
    Opaque,
    Pointer,
    Record,
    Reference,
    Type,
    strip,
)
from unseq.frontend.source import Span
from unseq.frontend.syntax.calls import passed
from unseq.frontend.syntax.context import Context
from unseq.frontend.syntax.conversions import decay, describe
from unseq.frontend.syntax.globals import Signature, signature
from unseq.frontend.syntax.index import FunctionSite
from unseq.frontend.syntax.tree import Node

Bindings = dict[str, Type | int]


def signature_with(ctx: Context, site: FunctionSite, bindings: Bindings, statement: Span) -> Signature:
    """The types of a function or of an instance of a template."""
    outside = Context(ctx.file, ctx.reached, site.namespace)
    outside.statement = statement
    with outside.scope() as names:
        for name, given in bindings.items():
            names[name] = ctx.dialect.template_argument(name, given)
        with outside.scope():
            return signature(outside, site)


def distinct(sites: Sequence[FunctionSite], known: Sequence[Signature]) -> list[tuple[FunctionSite, Signature]]:
    """Each function once: its definition where there is one."""
    found: dict[tuple[Type, ...], tuple[FunctionSite, Signature]] = {}
    for site, each in zip(sites, known, strict=True):
        key = tuple(p.type for p in each.parameters)
        if key not in found or found[key][0].body is None:
            found[key] = (site, each)
    return list(found.values())


def overload(
    ctx: Context, span: Span, name: str, sites: list[FunctionSite], values: list[Expr],
    explicit: tuple[Node, ...] = (),
) -> Expr:  # fmt: skip
    """A call of one of ``sites`` with ``values``."""
    plain = [s for s in sites if s.template is None]
    choices = distinct(plain, [signature_with(ctx, s, {}, span) for s in plain])
    choices = [(s, k) for s, k in choices if _accepts(k, len(values))]
    exact = [(s, k) for s, k in choices if _exact(k, values)]
    if exact and not explicit:
        choices = exact
    else:
        templates = [s for s in sites if s.template is not None]
        for site in templates:
            instance = _instance(ctx, span, site, values, explicit)
            if instance is not None and (explicit or _exact(instance[1], values)):
                return finished(ctx, span, site, instance[1], values, instance[0])
        if templates and not choices:
            raise ctx.refuse_at(span, f"'{name}': no template fits these arguments", "give its template arguments")
    if len(choices) != 1:
        what = "is called with arguments that fit none of its declarations" if not choices else "is overloaded"
        raise ctx.refuse_at(span, f"'{name}', which {what}", "convert the arguments, or use another name")
    site, known = choices[0]
    return finished(ctx, span, site, known, values, {})


def _accepts(known: Signature, count: int) -> bool:
    least = sum(p.default is None for p in known.parameters)
    return least <= count and (count <= len(known.parameters) or known.variadic)


def _exact(known: Signature, values: list[Expr]) -> bool:
    return all(_same(p.type, v.type) for p, v in zip(known.parameters, values, strict=False))


def _same(parameter: Type, given: Type) -> bool:
    if isinstance(parameter, Reference):
        return parameter.to == given
    if isinstance(parameter, Pointer | Array) and isinstance(given, Pointer | Array):
        a = parameter.to if isinstance(parameter, Pointer) else parameter.element
        b = given.to if isinstance(given, Pointer) else given.element
        return a == b
    return parameter == given or (isinstance(parameter, Callable) and isinstance(given, Callable))


def finished(
    ctx: Context, span: Span, site: FunctionSite, known: Signature, values: list[Expr], bindings: Bindings
) -> Call:  # fmt: skip
    """The call of a function of the file whose types are known."""
    arguments = [passed(ctx, v, p.type, v.span) for v, p in zip(values, known.parameters, strict=False)]
    for parameter in known.parameters[len(values) :]:
        if parameter.default is not None:
            outside = Context(ctx.file, ctx.reached, site.namespace)
            arguments.append(ctx.dialect.initializer(outside, parameter.default, parameter.type))
    arguments += [decay(v) for v in values[len(known.parameters) :]]
    result = known.result
    if result is None:
        raise ctx.refuse_at(span, f"the result of '{site.qualified}', which is not declared", "declare its type")
    if isinstance(result, Reference):
        if not result.const:
            raise ctx.refuse_at(span, f"the function '{site.qualified}', which returns a reference", "return a value")
        result = result.to
    name = register(ctx, span, site, bindings)
    return Call(name, tuple(arguments), result, None, span)


def register(ctx: Context, span: Span, site: FunctionSite, bindings: Bindings) -> str:
    """The name of a callee, which is lowered later; two functions of one name cannot both be reached."""
    if bindings:
        inside = ", ".join(str(g) if isinstance(g, int) else describe(g) for g in bindings.values())
        name = f"{site.qualified}<{inside}>"
    else:
        name = site.qualified
    if ctx.reached.main is not None and ctx.reached.main[0] is site and dict(ctx.reached.main[1]) == bindings:
        return site.qualified
    if site.body is not None:
        known = ctx.reached.calls.setdefault(name, (site, tuple(bindings.items())))
        if known[0] is not site or (ctx.reached.main is not None and ctx.reached.main[0].qualified == name):
            what = f"two overloads of '{site.qualified}' in one function"
            raise ctx.refuse_at(span, what, "give them names of their own")
    return name


# --- deduction


def _instance(
    ctx: Context, span: Span, site: FunctionSite, values: list[Expr], explicit: tuple[Node, ...]
) -> tuple[Bindings, Signature] | None:  # fmt: skip
    """The template arguments that a call gives, and the types of the instance; None if they cannot be told."""
    if site.template is None:
        return None
    wanted = template_parameters(ctx, site.template)
    if len(explicit) > len(wanted):
        return None
    bindings: Bindings = {}
    for (name, _, _), node in zip(wanted, explicit, strict=False):
        bindings[name] = template_argument(ctx, node)
    holes: Bindings = {name: Opaque(f"template {name}") for name, _, _ in wanted if name not in bindings}
    pattern = signature_with(ctx, site, {**bindings, **holes}, span)
    if not _accepts(pattern, len(values)):
        return None
    for parameter, value in zip(pattern.parameters, values, strict=False):
        target = parameter.type
        given = value.type if isinstance(target, Reference) else decay(value).type
        unify(strip(target), given, bindings)
    outside = Context(ctx.file, ctx.reached, site.namespace)
    for name, _, default in wanted:
        if name in bindings:
            continue
        if default is None:
            return None
        with outside.scope() as names:
            names.update({n: ctx.dialect.template_argument(n, g) for n, g in bindings.items()})
            bindings[name] = template_argument(outside, default)
    ordered: Bindings = {name: bindings[name] for name, _, _ in wanted}
    return ordered, signature_with(ctx, site, ordered, span)


def unify(pattern: Type | int, given: Type | int, bindings: Bindings) -> None:
    """Binds the template parameters in ``pattern`` so that it becomes ``given``; leaves open what does not fit."""
    if isinstance(pattern, Opaque) and pattern.spelling.startswith("template "):
        bindings.setdefault(pattern.spelling.removeprefix("template "), given)
        return
    if isinstance(pattern, int) or isinstance(given, int):
        return
    if isinstance(pattern, Pointer) and isinstance(given, Pointer | Array):
        unify(pattern.to, given.to if isinstance(given, Pointer) else given.element, bindings)
    elif isinstance(pattern, Array) and isinstance(given, Array | Pointer):
        unify(pattern.element, given.element if isinstance(given, Array) else given.to, bindings)
        if isinstance(given, Array) and isinstance(given.extent, int) and isinstance(pattern.extent, Opaque):
            unify(pattern.extent, given.extent, bindings)
    elif isinstance(pattern, Library) and isinstance(given, Library) and pattern.name == given.name:
        for a, b in zip(pattern.args, given.args, strict=False):
            unify(a, b, bindings)
    elif isinstance(pattern, Callable) and isinstance(given, Callable):
        for x, y in zip(pattern.parameters, given.parameters, strict=False):
            unify(strip(x), strip(y), bindings)
        unify(pattern.result, given.result, bindings)
    elif isinstance(pattern, Record) and isinstance(given, Record):
        _records(pattern, given, bindings)


def _records(pattern: Record, given: Record, bindings: Bindings) -> None:
    """``Vec2<T>`` against ``Vec2<double>``: member by member."""
    if pattern.name.split("<")[0] == given.name.split("<")[0] and len(pattern.fields) == len(given.fields):
        for a, b in zip(pattern.fields, given.fields, strict=True):
            unify(a.type, b.type, bindings)


