"""Member functions, operators and constructors of the file's own records, by inlining the simple ones.

Knows functions that are one ``return`` and constructors that only initialise; anything else is refused.
"""

from __future__ import annotations

from collections.abc import Callable as Function
from dataclasses import replace

from unseq.frontend.cxx.templates import overload
from unseq.frontend.ir import walk
from unseq.frontend.ir.nodes import Expr, Member, Ref, Storage, Symbol
from unseq.frontend.ir.types import Record, Reference, strip
from unseq.frontend.source import Span, Unsupported
from unseq.frontend.syntax import initializers
from unseq.frontend.syntax.calls import argument, passed
from unseq.frontend.syntax.context import Context, Qualified
from unseq.frontend.syntax.conversions import describe
from unseq.frontend.syntax.expressions import field, full_record, value_of
from unseq.frontend.syntax.globals import Signature, find_functions, signature
from unseq.frontend.syntax.index import FunctionSite, declared_name, function_declarator
from unseq.frontend.syntax.operators import empty, has_calls, is_place
from unseq.frontend.syntax.tree import Node

DEEPEST = 8


def _base_name(record: Record) -> str:
    return record.name.split("<", 1)[0]


def methods(ctx: Context, record: Record, name: str) -> list[FunctionSite]:
    return ctx.file.index.methods.get((_base_name(record), name), [])


def has_constructors(ctx: Context, record: Record) -> bool:
    """Whether the record declares constructors that are not defaulted."""
    site = ctx.file.index.tags.get(_base_name(record))
    if site is None:
        return False
    body = site.node.child_by_field_name("body")
    for member in body.named_children if body is not None else ():
        if member.type == "template_declaration":
            member = member.named_children[-1]
        declarator = member.child_by_field_name("declarator")
        if declarator is None or function_declarator(declarator) is None:
            continue
        name = declared_name(declarator)
        if name is not None and ctx.text(name) == site.name and member.child_by_field_name("type") is None:
            defaulted = any(c.type in ("default_method_clause", "delete_method_clause") for c in member.children)
            if not defaulted:
                return True
    return False


def _plain(site: FunctionSite) -> bool:
    return site.body is not None and not any(
        c.type in ("virtual", "default_method_clause", "delete_method_clause") for c in site.node.children
    )


def _inside(ctx: Context, record: Record, namespace: tuple[str, ...]) -> tuple[Context, dict[str, Symbol]]:
    """A context in which the members of ``record`` are variables."""
    full = full_record(ctx, record) or record
    inner = Context(ctx.file, ctx.reached, namespace, record=record.name, inlined=ctx.inlined + 1)
    if inner.inlined > DEEPEST:
        raise ctx.refuse_at(ctx.statement, "member functions that call each other deeply", "write plain functions")
    names: dict[str, Symbol] = {}
    scope: dict[str, Symbol | Qualified] = {}
    scope[_base_name(record).split("::")[-1]] = Qualified(full)
    for parameter, given in ctx.file.instances.get(record.name, {}).items():
        scope[parameter] = ctx.dialect.template_argument(parameter, given)  # type: ignore[assignment]
    for member in full.fields:
        names[member.name] = Symbol(member.name, strip(member.type), ctx.file.fresh(), Storage.LOCAL)
    inner.scopes.append({**scope, **names})
    return inner, names


def respanned(value: Expr, span: Span) -> Expr:
    """``value`` as code that has no text of its own at ``span``."""
    point = empty(span)
    moved = walk.transform(value, lambda node: replace(node, span=point) if hasattr(node, "span") else node)
    return replace(moved, span=span)


def _substituted(ctx: Context, value: Expr, given: dict[Symbol, Expr], span: Span) -> Expr:
    uses: dict[int, int] = {}
    for e in walk.expressions(value):
        if isinstance(e, Ref):
            uses[e.symbol.uid] = uses.get(e.symbol.uid, 0) + 1
    for symbol, argument_ in given.items():
        if uses.get(symbol.uid, 0) != 1 and has_calls(argument_):
            raise ctx.refuse_at(span, "a call as an argument that is used several times", "store its value first")
    return respanned(walk.substitute(value, given), span)


def inlined(
    ctx: Context, node: Node, site: FunctionSite, record: Record, base: Expr | None,
    arguments: Function[[Signature], list[Expr]], span: Span,
) -> Expr:  # fmt: skip
    """The value of a member function that is one ``return``."""
    name = site.name
    body = [c for c in site.body.named_children if c.type != "comment"] if site.body is not None else []
    if not _plain(site) or len(body) != 1 or body[0].type != "return_statement":
        raise ctx.refuse(node, f"the member function '{name}', which is more than one return",
                         "write it as a function of its own")  # fmt: skip
    written = [c for c in body[0].named_children if c.type != "comment"]
    if not written:
        raise ctx.refuse(node, f"the member function '{name}' without a value", "write it as a function of its own")
    inner, names = _inside(ctx, record, site.namespace)
    inner.statement = span
    try:
        with inner.scope():
            known = signature(inner, site)
            values = arguments(known)
            result_type = known.result
            before, value, after = inner.captured(
                span,
                lambda: value_of(inner, written[0])
                if result_type is None or isinstance(result_type, Reference)
                else ctx.dialect.initializer(inner, written[0], result_type),
            )
    except Unsupported as error:
        raise ctx.refuse(node, f"the member function '{name}' ({error.what})", error.remedy) from error
    if before or after:
        raise ctx.refuse(node, f"the member function '{name}', which has side effects", "write it as a function")
    given: dict[Symbol, Expr] = {p.symbol: v for p, v in zip(known.parameters, values, strict=True)}
    if base is not None:
        for member, symbol in names.items():
            given[symbol] = Member(base, member, symbol.type, base.span)
    result = _substituted(ctx, value, given, span)
    if isinstance(known.result, Reference) and not known.result.const and not is_place(result):
        raise ctx.refuse(node, f"the member function '{name}', which returns a reference", "return a value")
    return result


def method_call(ctx: Context, node: Node, base: Expr, record: Record, name: str, written: list[Node]) -> Expr:
    """``base.name(...)``."""
    sites = [s for s in methods(ctx, record, name) if s.body is not None and _arity(s) == len(written)]
    if not sites:
        raise ctx.refuse(node, f"the member function '{name}' of {describe(record)}", "define it in this file")
    if not is_place(base) and has_calls(base):
        base = ctx.temporary(base, ctx.statement)

    def arguments(known: Signature) -> list[Expr]:
        return [argument(ctx, n, p.type) for n, p in zip(written, known.parameters, strict=True)]

    # `T &at(i)` and `T at(i) const` say the same of a value.
    return inlined(ctx, node, sites[0], record, base, arguments, ctx.span(node))


def _arity(site: FunctionSite) -> int:
    part = function_declarator(site.declarator)
    listed = part.child_by_field_name("parameters") if part is not None else None
    if listed is None:
        return -1
    return sum(c.type in ("parameter_declaration", "optional_parameter_declaration") for c in listed.named_children)


def record_operator(ctx: Context, op: str, left: Expr, right: Expr, span: Span) -> Expr:
    """An operator that the file defines for a record."""
    unary = left is right
    bare = {"*x": "*", "[]": "[]", "bool": "bool", "cast": "cast"}.get(op, op)
    name = f"operator{bare}"
    own = left.type
    if isinstance(own, Record) and not op.startswith("."):
        sites = [s for s in methods(ctx, own, name) if s.body is not None and _arity(s) == (0 if unary else 1)]
        if (len(sites) >= 1 and not op.endswith("=")) or (op in ("==", "!=", "<=", ">=") and sites):
            root = ctx.tree.root

            def arguments(known: Signature) -> list[Expr]:
                return [] if unary else [passed(ctx, right, known.parameters[0].type, span)]

            try:
                return inlined(ctx, root, sites[0], own, left, arguments, span)
            except Unsupported as error:
                raise ctx.refuse_at(span, error.what, error.remedy) from error
    sites = find_functions(ctx, name)
    if sites and not op.startswith(".") and op not in ("bool", "cast"):
        return overload(ctx, span, name, sites, [left] if unary else [left, right])
    raise ctx.refuse_at(span, f"'{op.removesuffix('x')}' on {describe(own)}", "use its members")


# --- constructors


def constructed(ctx: Context, node: Node, record: Record, written: list[Node], span: Span) -> Expr:
    """``Point(1, 2)`` and ``Point p(1, 2)``."""
    full = full_record(ctx, record) or record
    if len(written) == 1 and written[0].type != "initializer_list":
        before = len(ctx.before)
        value = value_of(ctx, written[0])
        if value.type == record:
            return value
        if len(ctx.before) > before:
            raise ctx.refuse(written[0], "side effects in a constructor's argument", "compute it before")
    if not has_constructors(ctx, record):
        if not written and not full.fields:
            return initializers.completed(ctx, full, {}, span)
        return initializers.record_list(ctx, node, written, record)
    sites = [s for s in methods(ctx, record, _base_name(record).split("::")[-1])
             if s.body is not None and _arity(s) == len(written) and not _is_copy(ctx, s, record)]  # fmt: skip
    if len(sites) != 1:
        raise ctx.refuse(node, f"this constructor of {describe(record)}", "use a struct without constructors")
    return _initialised(ctx, node, sites[0], full, written, span)


def _is_copy(ctx: Context, site: FunctionSite, record: Record) -> bool:
    part = function_declarator(site.declarator)
    listed = part.child_by_field_name("parameters") if part is not None else None
    first = listed.named_children[0] if listed is not None and listed.named_children else None
    named = first.child_by_field_name("type") if first is not None else None
    return named is not None and ctx.text(named) == _base_name(record).split("::")[-1]


def _initialised(
    ctx: Context, node: Node, site: FunctionSite, full: Record, written: list[Node], span: Span
) -> Expr:  # fmt: skip
    body = [c for c in site.body.named_children if c.type != "comment"] if site.body is not None else []
    if body:
        raise ctx.refuse(node, f"a constructor of {describe(full)} that does more than initialise members",
                         "initialise them in its list")  # fmt: skip
    inner, _ = _inside(ctx, full, site.namespace)
    inner.scopes.clear()
    values: dict[int, Expr] = {}
    names = [f.name for f in full.fields]
    with inner.scope() as scope:
        scope[_base_name(full).split("::")[-1]] = Qualified(full)
        for parameter, given_type in ctx.file.instances.get(full.name, {}).items():
            scope[parameter] = ctx.dialect.template_argument(parameter, given_type)
        part = function_declarator(site.declarator)
        if part is None:
            raise ctx.refuse(node, "a constructor of this form", "use a plain struct")
        from_list = ctx.dialect.parameters(inner, part)
        given = {p.symbol: argument(ctx, n, p.type) for n, p in zip(written, from_list, strict=True)}
        lists = [c for c in site.node.children if c.type == "field_initializer_list"]
        for entry in lists[0].named_children if lists else ():
            if entry.type != "field_initializer":
                continue
            called, content = entry.named_children[0], entry.named_children[-1]
            if ctx.text(called) not in names:
                raise ctx.refuse(node, "a constructor that calls another", "use a plain struct")
            position = names.index(ctx.text(called))
            member = full.fields[position].type
            before, value, after = inner.captured(
                span, lambda c=content, m=member: inner.dialect.initializer(inner, c, m)  # type: ignore[misc]
            )
            if before or after:
                raise ctx.refuse(node, "a constructor with side effects", "use a plain struct")
            values[position] = _substituted(ctx, value, given, span)
    missing = [f.name for i, f in enumerate(full.fields)
               if i not in values and f.name not in ctx.file.defaults.get(full.name, {})]  # fmt: skip
    if missing:
        raise ctx.refuse(node, f"a constructor that leaves '{missing[0]}' uninitialised", "initialise every member")
    return initializers.completed(ctx, full, values, span)


__all__ = ["constructed", "field", "has_constructors", "inlined", "method_call", "methods", "record_operator",
           "respanned"]  # fmt: skip
