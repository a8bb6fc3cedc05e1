"""Expressions and bodies of loops as functions and lambdas of their own, called where they stood."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator

from unseq.frontend.ir import types as t
from unseq.frontend.ir import walk
from unseq.frontend.ir.nodes import Storage, Symbol
from unseq.frontend.syntax.tree import Node
from unseq.frontend.variation.code import Code, in_block, own, statements_of
from unseq.frontend.variation.edits import Edit, Site


def _parameter(code: Code, symbol: Symbol, assigned: bool) -> str | None:
    """How a helper takes a variable: numbers and pointers by value, all else (and what it assigns) by reference."""
    kind = t.strip(symbol.type)
    spelled = code.spelling(kind)
    if spelled is None:
        return None
    if assigned:
        return f"{spelled} &{symbol.name}" if code.cpp else None
    if isinstance(kind, t.Pointer):
        return f"{spelled}{symbol.name}"
    if t.is_arithmetic(kind):
        return f"{spelled} {symbol.name}"
    if not code.cpp:
        return f"{spelled} {symbol.name}" if isinstance(kind, t.Record) else None
    fixed = symbol.const or (isinstance(symbol.type, t.Reference) and symbol.type.const)
    return f"{'const ' if fixed else ''}{spelled} &{symbol.name}"


def _free(node: walk.Node) -> list[Symbol]:
    free = walk.free_symbols(node)
    return sorted((s for s in free if s.storage is not Storage.GLOBAL), key=lambda s: s.uid)


def _parameters(code: Code, symbols: Iterable[Symbol], assigned: frozenset[Symbol]) -> list[str] | None:
    found = [_parameter(code, symbol, symbol in assigned) for symbol in symbols]
    return [p for p in found if p is not None] if all(found) else None


def _head(code: Code, node: Node) -> int:
    """Where a function may be put that the one around ``node`` calls."""
    definition, _ = code.function_of(node)
    return code.place(definition)[0]


def value_helper(code: Code, rng: random.Random) -> Iterator[Site]:
    """A part of an expression becomes a static function of its variables."""
    for node in code.nodes("binary_expression", "conditional_expression", "call_expression"):
        value = code.value(node)
        if value is None or not t.is_arithmetic(value.type) or not code.pure(node):
            continue
        symbols = _free(value)
        result = code.spelling(value.type)
        if not symbols or result is None or any(s.storage is Storage.TEMPORARY for s in symbols):
            continue
        parameters = _parameters(code, symbols, frozenset())
        if parameters is None or len({s.name for s in symbols}) < len(symbols):
            continue
        name = code.name(rng, "value_of", "part_of", "combined", "evaluated")
        at = _head(code, node)
        text = f"static {result} {name}({', '.join(parameters)})\n{{\n    return {code.text(node)};\n}}\n\n"
        yield (Edit(at, at, text), code.edit(node, f"{name}({', '.join(s.name for s in symbols)})"))


def body_helper(code: Code, rng: random.Random) -> Iterator[Site]:
    """The body of a loop becomes a static function, called once an iteration."""
    for loop in code.nodes("for_statement", "for_range_loop"):
        body = loop.child_by_field_name("body")
        found = code.loops.get(code.place(loop))
        if body is None or found is None or not statements_of(body) or not code.plain(body):
            continue
        if own(loop, "break_statement", "continue_statement", "return_statement"):
            continue
        symbols = _free(found.body)
        if any(s.storage is Storage.TEMPORARY or isinstance(s.type, t.Callable) for s in symbols):
            continue
        rebound = walk.rebound_symbols(found.body)
        assigned = frozenset(s for s in symbols if s in rebound and t.is_arithmetic(t.strip(s.type)))
        assigned |= frozenset(s for s in symbols if s in rebound and isinstance(s.type, t.Pointer))
        parameters = _parameters(code, symbols, assigned)
        if parameters is None or not symbols or len({s.name for s in symbols}) < len(symbols):
            continue
        if not code.cpp and any(s in rebound for s in symbols):
            continue
        name = code.name(rng, "one_step", "handle_one", "advance", "treat")
        at = _head(code, loop)
        text = code.text(body) if body.type == "compound_statement" else f"{{\n    {code.text(body)}\n}}"
        call = f"{{ {name}({', '.join(s.name for s in symbols)}); }}"
        yield (Edit(at, at, f"static void {name}({', '.join(parameters)})\n{text}\n\n"), code.edit(body, call))


def body_lambda(code: Code, rng: random.Random) -> Iterator[Site]:
    """The body of a counted loop becomes a lambda that takes the counter."""
    if not code.cpp:
        return
    for loop in code.nodes("for_statement"):
        body, init = loop.child_by_field_name("body"), loop.child_by_field_name("initializer")
        if body is None or init is None or init.type != "declaration" or not in_block(loop) or not code.plain(body):
            continue
        if own(loop, "break_statement", "continue_statement", "return_statement") or not statements_of(body):
            continue
        declarators, kind = init.children_by_field_name("declarator"), init.child_by_field_name("type")
        if len(declarators) != 1 or kind is None or code.text(kind) == "auto":
            continue
        name = declarators[0].child_by_field_name("declarator")
        if name is None or name.type != "identifier" or code.assigned(body, code.text(name)):
            continue
        text = code.text(body) if body.type == "compound_statement" else f"{{ {code.text(body)} }}"
        called = code.name(rng, "one_step", "handle_one", "advance", "treat")
        start, _ = code.place(loop)
        declare = f"auto {called} = [&]({code.text(kind)} {code.text(name)}) {text}; "
        yield (Edit(start, start, declare), code.edit(body, f"{{ {called}({code.text(name)}); }}"))
