"""The sequential version of a function, as a function of its own.

A compiler treats a loop otherwise where it shares a function with lambdas: variables that a lambda refers to stay in
memory, and registers are given out over both paths. So the original keeps its text in a function of its own
(``NAME_sequential``), and the function begins with a test: ``if (too little to do) return NAME_sequential(...);``.

Knows where the test may stand: what runs in front of it runs twice, so it must be cheap and change nothing outside;
what runs behind it must not change what it asked. Where there is no such place, both paths stay in one function.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from unseq.backends.parlay.emit import edits, layout
from unseq.backends.parlay.emit.context import LINE
from unseq.backends.parlay.emit.tokens import tokens
from unseq.backends.plan import Algorithm, Fork, Frontier, Merge, Plan, Sequential, Series, Strategy, Walk
from unseq.frontend.analysis import library
from unseq.frontend.facts import Apart, Guard, NonDecreasing, Unique
from unseq.frontend.ir import types as t
from unseq.frontend.ir.nodes import (
    AddressOf,
    Assign,
    Block,
    Call,
    Construct,
    Declare,
    Expr,
    Function,
    If,
    Lambda,
    Method,
    Ref,
    Return,
    Stmt,
    Storage,
    Symbol,
)
from unseq.frontend.ir.walk import EXPRESSIONS, LOOPS, Node, children, walk
from unseq.frontend.source import NOWHERE, Language, SourceUnit, Span

LONGEST = 60  # lines; a longer function is not written twice
_TOGETHER = (Algorithm, Frontier, Merge, Series, Walk)  # what they ask is known only on the way
_KEPT_WORDS = {"static", "thread_local", "goto", "__func__", "__FUNCTION__", "__PRETTY_FUNCTION__"}
_HEAD_WORDS = {"constexpr", "consteval", "virtual", "template", "operator", "friend", "explicit", "requires"}
_QUICK_METHODS = library.SIZE_METHODS | library.PLACE_METHODS | library.CURSOR_METHODS | {"real", "imag"}
_CHEAP = {"span", "string_view", "iterator", "complex", "pair"}
_IDENTIFIER = re.compile(r"[A-Za-z_]\w*")
_COMPARISON = re.compile(r"([^<>=!&|?]+) (>=|>|<=|<) ([^<>=!&|?]+)")
_DISTINCT = re.compile(r"(&[\w.\[\]]+) != (&[\w.\[\]]+)")
_LOOKS = re.compile(r"\[|->|[(!&|] ?\*|^\*|parlay::")  # at memory
_OPPOSITE = {">=": "<", ">": "<=", "<=": ">", "<": ">="}


@dataclass(frozen=True, slots=True)
class Outlined:
    """The edits that add the sequential version and the test, and the headers that they need."""

    edits: tuple[edits.Edit, ...]
    includes: frozenset[str]


# --- where -----------------------------------------------------------------------------------------------------------


def strategy_of(unit: SourceUnit, plan: Plan) -> Strategy | None:
    """The only parallel strategy of a function that can have a sequential version of its own; else None."""
    chosen = [s for s in plan.strategies if not isinstance(s, Sequential)]
    if len(chosen) != 1 or isinstance(chosen[0], _TOGETHER) or plan.function.template:
        return None
    function = plan.function
    if function.span == NOWHERE or not all(p.name.isidentifier() for p in function.parameters):
        return None
    text = unit.text[function.span.start : function.span.end]
    if text.count(b"\n") >= LONGEST or not _copyable(unit, function):
        return None
    return chosen[0] if _holding(function, _parts(chosen[0])) is not None else None


def _copyable(unit: SourceUnit, function: Function) -> bool:
    """Whether the text of a function means the same under another name."""
    source, span, body = unit.text, function.span, function.body.span
    head = [x.text for x in tokens(source[span.start : body.start], directives=True)]
    inside = [x.text for x in tokens(source[body.start : body.end], directives=True)]
    if any("#" in x for x in head + inside) or _HEAD_WORDS & set(head) or head[:1] == ["["]:
        return False
    if _KEPT_WORDS & set(inside) or "..." in source[span.start : body.start].decode("utf-8", "replace"):
        return False
    own = function.name.rsplit("::", 1)[-1]
    if own == "main" or head.count(own) != 1 or ("&" in head and "&&" in "".join(head)):
        return False
    return _at_file_scope(source, span.start)


def _at_file_scope(source: bytes, offset: int) -> bool:
    """Whether only namespaces and linkage blocks are around ``offset``."""
    around: list[bool] = []
    words: set[str] = set()
    for token in tokens(source[:offset]):
        if token.text == "{":
            around.append(bool(words & {"namespace", "extern"}))
        elif token.text == "}" and around:
            around.pop()
        if token.text in ("{", "}", ";"):
            words = set()
        else:
            words.add(token.text)
    return all(around)


def _parts(strategy: Strategy) -> tuple[Stmt, ...]:
    """The statements that a strategy replaces."""
    if isinstance(strategy, Fork):
        return strategy.fork.statements
    assert not isinstance(strategy, Algorithm | Series)
    return (strategy.loop.loop if strategy.loop.original is None else strategy.loop.original,)


def _holding(function: Function, parts: Sequence[Stmt]) -> int | None:
    """Which statement of the function's body is or holds the first of ``parts``, outside of any loop."""
    for position, statement in enumerate(function.body.statements):
        if _reaches(statement, parts[0].span):
            return position
    return None


def _reaches(statement: Node, span: Span) -> bool:
    if statement.span == span and not isinstance(statement, Block):
        return True
    inner = children(statement) if isinstance(statement, Block | If) else ()
    return any(_reaches(child, span) for child in inner)


def _repeatable(statement: Stmt) -> bool:
    """Whether a statement may run a second time: cheap, and without an effect outside."""
    match statement:
        case Declare(symbol, value):
            cheap = value is not None or not isinstance(symbol.type, t.Array)
            return cheap and symbol.storage is Storage.LOCAL and (value is None or _cheap(value))
        case Assign(Ref(symbol), value):
            own = symbol.storage is Storage.LOCAL and not isinstance(symbol.type, t.Reference)
            return own and isinstance(symbol.type, t.Int | t.Float | t.Bool | t.Pointer) and _cheap(value)
        case If(condition, then, None):
            last = then.statements[-1] if then.statements else None
            return _cheap(condition) and isinstance(last, Return)
        case _:
            return False


def _cheap(e: Expr) -> bool:
    for node in walk(e):
        if isinstance(node, Call) and (node.target is not None or library.bare(node.name) not in library.PURE):
            return False
        if isinstance(node, Method) and node.name not in _QUICK_METHODS:
            return False
        if isinstance(node, Construct) and isinstance(t.strip(node.type), t.Library) and node.arguments:
            return False
        if isinstance(node, Lambda):
            return False
    return True


def _position(function: Function, parts: Sequence[Stmt], asked: Sequence[str], guards: Sequence[Guard]) -> int | None:
    """In front of which statement of the body the test may stand."""
    statements = function.body.statements
    holder = _holding(function, parts)
    assert holder is not None
    first = next((k for k in range(holder) if not _repeatable(statements[k])), holder)
    names = {name for text in asked for name in _IDENTIFIER.findall(text)}
    if names & {s.name for statement in statements[first:] for s in _declared(statement, parts)}:
        return None
    between = statements[first:holder] if statements[holder].span == parts[0].span else statements[first : holder + 1]
    if between and any(isinstance(guard, NonDecreasing | Unique | Apart) for guard in guards):
        return None  # they look at memory
    if any(_changes(function, s, names, parts) for s in between):
        return None
    looks = any(_LOOKS.search(text) for text in asked)
    while first > 0 and not looks and _may_follow(function, statements[first - 1], names, bool(guards)):
        first -= 1
    return first


def _may_follow(function: Function, statement: Stmt, names: Collection[str], guarded: bool) -> bool:
    """Whether the test may as well stand in front of ``statement``, which is repeatable."""
    if any(symbol.name in names for symbol in _declared(statement, ())):
        return False
    if isinstance(statement, If) and guarded:  # it may be what makes the pointers valid
        return False
    return not _changes(function, statement, names, ())


def _outside(node: Node, parts: Sequence[Stmt]) -> Iterator[Node]:
    """What is at and below ``node``, without ``parts``."""
    if any(node.span == part.span and type(node) is type(part) for part in parts):
        return
    yield node
    for child in children(node):
        yield from _outside(child, parts)


def _declared(statement: Stmt, parts: Sequence[Stmt]) -> Iterator[Symbol]:
    return (node.symbol for node in _outside(statement, parts) if isinstance(node, Declare))


def _changes(function: Function, statement: Stmt, names: Collection[str], parts: Sequence[Stmt]) -> bool:
    """Whether ``statement`` may change the value of a variable in ``names``, or the length of a container."""
    by_value = {callee.name: [not isinstance(p.type, t.Reference) for p in callee.parameters]
                for callee in (function, *function.callees)}  # fmt: skip
    for node in _outside(statement, parts):
        if isinstance(node, (*LOOPS, Lambda)) and any(_mentions(n, names) for n in walk(node)):
            return True
        if isinstance(node, Assign) and _root(node.place) in names:
            return True
        if isinstance(node, AddressOf) and _root(node.place) in names:
            return True
        if isinstance(node, Method) and _root(node.object) in names and node.name not in library.CONST_METHODS:
            return True
        if isinstance(node, Call) and library.bare(node.name) not in library.PURE:
            values = by_value.get(node.name, [])
            for k, argument in enumerate(node.arguments):
                whole = _root(argument) in names
                if whole and not (k < len(values) and values[k]):
                    return True
            if any(_mentions(n, names, Storage.GLOBAL) for n in walk(function.body)):
                return True
    return False


def _mentions(node: Node, names: Collection[str], storage: Storage | None = None) -> bool:
    return isinstance(node, Ref) and node.symbol.name in names and storage in (None, node.symbol.storage)


def _root(e: Expr) -> str:
    """The variable that a place is part of."""
    while not isinstance(e, Ref):
        below = next((child for child in children(e) if isinstance(child, EXPRESSIONS)), None)
        if below is None:
            return ""
        e = below
    return e.symbol.name


# --- text ------------------------------------------------------------------------------------------------------------


def outlined(
    unit: SourceUnit,
    plan: Plan,
    strategy: Strategy,
    conversions: Sequence[edits.Edit],
    asked: Sequence[str],
    whole: Collection[str],
) -> Outlined | None:
    """The sequential version and the test that all of ``asked`` holds; None where it has no place.

    ``whole``: the conditions that compare integers."""
    function, parts = plan.function, _parts(strategy)
    if not asked:
        return Outlined((), frozenset())
    fact = strategy.fork if isinstance(strategy, Fork) else strategy.loop  # type: ignore[union-attr]  # no algorithm
    position = _position(function, parts, asked, fact.guards)
    if position is None:
        return None
    name = _name(unit, function)
    copy = _copy(unit, function, name, conversions, isinstance(strategy, Fork))
    if copy is None:
        return None
    includes: set[str] = set()
    arguments = ", ".join(_passed(parameter, includes) for parameter in function.parameters)
    place = _place(unit, function, position)
    if place is None:
        return None
    at, depth = place
    test = refusal(asked, whole, f"return {name}({arguments});", layout.unit_of(unit.text))
    inserted = edits.Edit(at, at, "\n" + depth + layout.shift(test, "", depth))
    indentation = layout.indentation_at(unit.text, function.span.start)
    remark = "The same in parallel, where there is enough work for it."
    comment = f"/* {remark} */" if unit.language is Language.C else f"// {remark}"
    start = function.span.start
    return Outlined(
        (edits.Edit(start, start, f"{copy}\n\n{indentation}{comment}\n{indentation}"), inserted), frozenset(includes)
    )


def _name(unit: SourceUnit, function: Function) -> str:
    own = function.name.rsplit("::", 1)[-1]
    wanted = f"{own}Sequential" if "_" not in own and own != own.lower() else f"{own}_sequential"
    name, number = wanted, 2
    while re.search(rb"\b" + name.encode() + rb"\b", unit.text):
        name, number = f"{wanted}{number}", number + 1
    return name


def _copy(
    unit: SourceUnit, function: Function, name: str, conversions: Sequence[edits.Edit], recursive: bool
) -> str | None:
    """The function's text under its new name; its calls of itself, too, where it forks."""
    source, span = unit.text, function.span
    own = function.name.rsplit("::", 1)[-1].encode()
    head = list(tokens(source[span.start : function.body.span.start]))
    renamed: list[edits.Edit] = []
    for token in head:
        start, end = span.start + token.start, span.start + token.end
        if token.text == own.decode():
            renamed.append(edits.Edit(start, end, name))
        elif token.text in ("static", "inline", "extern"):
            while source[end : end + 1] in (b" ", b"\t") or source[end : end + 3] == b'"C"':
                end += 3 if source[end : end + 1] == b'"' else 1
            renamed.append(edits.Edit(start, end, ""))
    for node in walk(function.body) if recursive else ():
        if isinstance(node, Call) and node.name == function.name:
            if source[node.span.start : node.span.start + len(own)] != own:
                return None
            renamed.append(edits.Edit(node.span.start, node.span.start + len(own), name))
    kept = [e for e in conversions if span.start <= e.start and e.end <= span.end]
    try:
        text = edits.apply(source, [*renamed, *edits.outside(kept, renamed)], span.start, span.end)
    except edits.OverlappingEdits:
        return None
    if recursive:  # compilers unroll a recursion by calling it inside itself
        return f"static {text}"
    first = text.split("\n", 1)[0]
    own_line = f"\n{layout.indentation_at(source, span.start)}" if len(first) > LINE - 15 else " "
    return f"[[gnu::noinline]]{own_line}static {text}"


def _passed(parameter: Symbol, includes: set[str]) -> str:
    """A parameter handed on; a container that belongs to the function is not copied."""
    type_ = parameter.type
    if isinstance(type_, t.Library) and type_.name not in _CHEAP:
        includes.add("<utility>")
        return f"std::move({parameter.name})"
    return parameter.name


def _place(unit: SourceUnit, function: Function, position: int) -> tuple[int, str] | None:
    """Where the test is inserted, at the end of a line, and its indentation; None in a body of one line."""
    source, body = unit.text, function.body
    statement = body.statements[position]
    before = body.statements[position - 1].span.end if position else body.span.start + 1
    depth = layout.indentation_at(source, statement.span.start)
    end = source.find(b"\n", before, statement.span.start)
    return (end, depth) if end >= 0 else None


def refusal(asked: Sequence[str], whole: Collection[str], action: str, unit: str) -> str:
    """``action`` where one of the conditions does not hold."""
    against = [refuted(condition, whole) for condition in asked]
    line = f"if ({' || '.join(against)})"
    if len(line) <= LINE:
        return f"{line}\n{unit}{action}"
    several = "\n    || ".join(against)
    return f"if ({several}) {{\n{unit}{action}\n}}"


def refuted(condition: str, whole: Collection[str]) -> str:
    """The opposite of a condition; at least as tight as ``||``."""
    compared = _COMPARISON.fullmatch(condition)
    if compared is not None and (condition in whole or "UNSEQ_CUTOFF" in condition):
        return f"{compared[1]} {_OPPOSITE[compared[2]]} {compared[3]}"
    distinct = _DISTINCT.fullmatch(condition)
    if distinct is not None:
        return f"{distinct[1]} == {distinct[2]}"
    return f"!{condition}" if _is_one_operand(condition) else f"!({condition})"


def _is_one_operand(text: str) -> bool:
    """Whether ``text`` is in parentheses as a whole, or a call."""
    begin = re.match(r"[\w:]*\(", text)
    if begin is None or not text.endswith(")"):
        return False
    depth = 0
    for at, character in enumerate(text):
        depth += (character == "(") - (character == ")")
        if depth == 0 and character == ")":
            return at == len(text) - 1
    return False
