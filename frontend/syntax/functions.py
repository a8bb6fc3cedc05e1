"""Function bodies: from a definition's site to a ``Function`` with all that it reaches in its file.

Knows how a request for one function pulls in its callees and globals; knows no expressions.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from unseq.frontend.ir.nodes import Block, Function, Symbol
from unseq.frontend.ir.types import VOID, Type
from unseq.frontend.reasons import Why
from unseq.frontend.source import Diagnostic, Span, Unsupported
from unseq.frontend.syntax.context import Context, FileScope, Reached
from unseq.frontend.syntax.conversions import describe
from unseq.frontend.syntax.globals import Signature, signature
from unseq.frontend.syntax.index import FunctionSite
from unseq.frontend.syntax.statements import statements
from unseq.frontend.syntax.tree import Node

_ADDRESS = re.compile(rb"&\s*\(*\s*([A-Za-z_]\w*)\b(?!\s*(?:->|\[|\())")
_PASSED = re.compile(rb"[(,]\s*([A-Za-z_]\w*)\s*(?=[,)])")
_BOUND = re.compile(rb"&&?\s*\w+\s*[={(:]\s*([A-Za-z_]\w*)")
_CAPTURE = re.compile(rb"\[\s*[&=]|\[\s*\w+\s*(?:,[^\[\]]*)?\]\s*(?:\(|\{)")
_WORD = re.compile(rb"[A-Za-z_]\w*")
MOST_CALLEES = 200


def lower_function(file: FileScope, site: FunctionSite, template: Mapping[str, Type | int]) -> Function:
    """The IR of the function at ``site`` and of all that it calls in its file.

    A callee that is not understood is left out and named in ``missing``: its calls are calls of something unknown."""
    reached = Reached(main=(site, template))
    main = _one(file, reached, site, template)
    callees: dict[str, Function] = {}
    missing: list[Diagnostic] = []
    tried = {site.qualified} if not template else set()
    while pending := [key for key in reached.calls if key not in tried]:
        for key in pending:
            tried.add(key)
            target, arguments = reached.calls[key]
            if len(tried) > MOST_CALLEES:
                what = f"'{key}': too many functions are reached"
                missing.append(Diagnostic(file.tree.span(target.node), what, code=Why.TOO_LARGE))
                continue
            try:
                lowered = _one(file, reached, target, dict(arguments), key)
            except Unsupported as error:
                missing.append(replace(error.diagnostic, what=f"in '{key}': {error.what}"))
                continue
            callees[key] = lowered
    return Function(
        main.name, main.parameters, main.result, main.body, main.unit, tuple(callees.values()),
        tuple(reached.globals.values()), main.static, main.template, tuple(missing), main.span,
    )  # fmt: skip


def _one(
    file: FileScope, reached: Reached, site: FunctionSite, template: Mapping[str, Type | int], name: str = ""
) -> Function:
    tree = file.tree
    span = tree.span(site.whole)
    tree.refuse_holes(span)
    if site.body is None:
        raise Unsupported(span, f"'{site.qualified}' is declared but not defined", "define it in this file")
    _refuse_kinds(file, site)
    ctx = Context(file, reached, site.namespace, exposed=exposed(file, site.body), record=site.owner)
    ctx.statement = span
    with ctx.scope() as names:
        for parameter, given in template.items():
            names[parameter] = file.dialect.template_argument(parameter, given)
        with ctx.scope():
            known = signature(ctx, site)
            ctx.result = known.result
            body = Block(tuple(statements(ctx, site.body.named_children)), tree.span(site.body))
    spelled = tuple((parameter, _spelling(given)) for parameter, given in template.items())
    parameters = tuple(_named(p.symbol, i) for i, p in enumerate(known.parameters))
    return Function(
        name or site.qualified, parameters, _result(ctx, known, span), body, tree.unit, (), (), known.static, spelled,
        (), span,
    )  # fmt: skip


def _refuse_kinds(file: FileScope, site: FunctionSite) -> None:
    for child in site.node.children:
        if child.type in ("try_statement", "field_initializer_list", "default_method_clause", "delete_method_clause"):
            raise Unsupported(file.tree.span(child), "a function of this form", "write a plain function")
    if site.body is not None and site.body.type != "compound_statement":
        raise Unsupported(file.tree.span(site.body), "a function whose body is no block", "write a plain function")


def _result(ctx: Context, known: Signature, span: Span) -> Type:
    if known.result is not None:
        return known.result
    kinds = {kind for kind, _ in ctx.returned}
    if len(kinds) > 1:
        raise Unsupported(span, "a deduced result with several types", "declare the result's type")
    return next(iter(kinds), VOID)


def _named(symbol: Symbol, position: int) -> Symbol:
    if symbol.name:
        return symbol
    return Symbol(f"unnamed{position}", symbol.type, symbol.uid, symbol.storage, symbol.const, symbol.span)


def _spelling(given: Type | int) -> str:
    return str(given) if isinstance(given, int) else describe(given)


def exposed(file: FileScope, body: Node) -> frozenset[str]:
    """The names in a body that something else than their own mentions may refer to; rather too many than too few."""
    text = file.tree.pre.text.parsed[body.start_byte : body.end_byte]
    names = {match[1] for match in _ADDRESS.finditer(text)}
    if file.dialect.cpp:
        names.update(match[1] for match in _PASSED.finditer(text))
        names.update(match[1] for match in _BOUND.finditer(text))
        capture = _CAPTURE.search(text)
        if capture is not None:
            names.update(match.group() for match in _WORD.finditer(text, capture.start()))
    return frozenset(name.decode() for name in names)

