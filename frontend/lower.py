"""From a source file to the typed IR of one of its functions: the door of the front ends.

Knows which front end a file needs and how a function is found by name; knows nothing of any grammar.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from functools import lru_cache

from unseq.frontend import c, cpp
from unseq.frontend.cxx.requests import template_arguments
from unseq.frontend.ir.nodes import Function
from unseq.frontend.ir.types import Type
from unseq.frontend.ir.verify import verify
from unseq.frontend.slotted import dataclass
from unseq.frontend.source import InputError, Language, SourceUnit, Span, Unsupported
from unseq.frontend.syntax.context import Context, FileScope, Reached
from unseq.frontend.syntax.functions import lower_function
from unseq.frontend.syntax.globals import signature
from unseq.frontend.syntax.index import FunctionSite, Index, build_index
from unseq.frontend.syntax.tree import Tree, parse_tree

_DIALECTS = {Language.C: c.DIALECT, Language.CPP: cpp.DIALECT}


@dataclass(frozen=True, slots=True)
class FunctionHead:
    """A function that a file defines; ``name`` is qualified by its namespaces (``geo::area``)."""

    name: str
    span: Span
    is_template: bool = False
    is_main: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Parsed:
    """A file without syntax errors."""

    unit: SourceUnit
    functions: tuple[FunctionHead, ...]
    scope: FileScope


@lru_cache(maxsize=8)
def parse(unit: SourceUnit) -> Parsed:
    """The syntax tree of a file and its functions.

    Raises ``InputError`` with line and column for a syntax error."""
    tree = parse_tree(unit)
    index = build_index(tree)
    heads = tuple(
        FunctionHead(site.qualified, tree.span(site.whole), site.template is not None, site.qualified == "main")
        for site in own_definitions(tree, index)
    )
    return Parsed(unit, heads, FileScope(tree, index, _DIALECTS[unit.language]))


def own_definitions(tree: Tree, index: Index) -> list[FunctionSite]:
    """The functions that the file itself defines: not those of the headers that it includes."""
    found = [(site, tree.span(site.whole)) for site in index.definitions()]
    return [site for site, span in found if span.end > span.start]


def functions(unit: SourceUnit) -> tuple[FunctionHead, ...]:
    """The functions that a file defines, in source order."""
    return parse(unit).functions


def lower(unit: SourceUnit, name: str, instantiate: Mapping[str, str] | None = None) -> Function:
    """The IR of the function ``name`` and all that it needs from its file.

    ``instantiate`` gives the parameters of a template (``{"T": "float"}``).  Raises ``Unsupported`` for what is
    not understood, ``InputError`` for an unknown name (with the nearest names) or a syntax error."""
    parsed = parse(unit)
    site = _find(parsed, name)
    try:
        function = lower_function(parsed.scope, site, template_arguments(parsed.scope, site, instantiate or {}))
        verify(function)
        return function
    except RecursionError as error:
        span = parsed.scope.tree.span(site.node)
        raise Unsupported(span, "code nested too deeply", "split it into smaller parts") from error


@dataclass(frozen=True, slots=True)
class Declared:
    """How a function is called; ``result`` None: deduced from its body. ``name`` is qualified."""

    name: str
    parameters: tuple[Type, ...]
    names: tuple[str, ...]
    result: Type | None
    span: Span


def declared(unit: SourceUnit, name: str) -> Declared:
    """The signature of the function ``name``, whatever its body holds.

    Raises ``Unsupported`` for overloads, templates and types that are not understood, ``InputError`` as ``lower``."""
    parsed = parse(unit)
    site = _find(parsed, name)
    span = parsed.scope.tree.span(site.whole)
    if site.template is not None:
        raise Unsupported(span, f"'{site.qualified}' is a template", "write the instance that is meant as a function")
    ctx = Context(parsed.scope, Reached(), site.namespace)
    ctx.statement = span
    with ctx.scope():
        known = signature(ctx, site)
    symbols = tuple(p.symbol for p in known.parameters)
    names = tuple(symbol.name for symbol in symbols)
    return Declared(site.qualified, tuple(symbol.type for symbol in symbols), names, known.result, span)


def _find(parsed: Parsed, name: str) -> FunctionSite:
    sites = own_definitions(parsed.scope.tree, parsed.scope.index)
    found = [site for site in sites if site.qualified == name] or [site for site in sites if site.name == name]
    if not found:
        raise InputError(f"{parsed.unit.path}: no function '{name}'{_nearest(parsed, name)}")
    if len(found) > 1:
        where = ", ".join(str(parsed.scope.tree.span(site.node).line) for site in found)
        raise Unsupported(
            parsed.scope.tree.span(found[1].node), f"'{name}' is defined {len(found)} times (lines {where})",
            "give each a name of its own",
        )  # fmt: skip
    return found[0]


def _nearest(parsed: Parsed, name: str) -> str:
    names = [head.name for head in parsed.functions]
    for hole in parsed.scope.tree.pre.holes:
        if name and re.search(rf"\b{re.escape(name)}\b".encode(), parsed.unit.text[hole.start : hole.end]):
            line = parsed.scope.tree.pre.text.source(hole.start, hole.end).line
            return f" that can be read: {hole.what} (line {line})"
    if not names:
        return "; the file defines no functions"
    near = difflib.get_close_matches(name, names, 3, 0.5)
    if near:
        return "; did you mean " + " or ".join(f"'{other}'" for other in near) + "?"
    more = ", ..." if len(names) > 5 else ""
    return f"; it defines {', '.join(names[:5])}{more}"
