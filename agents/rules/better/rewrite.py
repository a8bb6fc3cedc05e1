"""What a rewrite is, and how its text is made.

A rewrite stands in place of one statement. Its text is plain sequential C++ for the front end to read again: nothing in
it is parallel, and nothing in it says which parts may become so.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from unseq.backends.parlay.cxx import Printer
from unseq.backends.parlay.cxx_types import print_type
from unseq.backends.parlay.emit.preamble import insertion
from unseq.frontend.ir import types as t
from unseq.frontend.ir.nodes import Cast, Expr, Function, Index, Ref, Stmt, Symbol
from unseq.frontend.ir.walk import Node, transform
from unseq.frontend.source import Span

_IDENTIFIER = re.compile(rb"[A-Za-z_]\w*")
_LOGICAL_AND, _ADDITIVE, _COMPARED = 4, 11, 10  # how tightly an operand must bind
COUNTER = "std::ptrdiff_t"
INCLUDES = ("<algorithm>", "<cstddef>", "<utility>", "<vector>")
FALLBACK = ("\x01", "\x02")


@dataclass(frozen=True, slots=True)
class Rewrite:
    """``text`` in place of the statement at ``span``, and of those at ``gone``.

    ``algorithm``: what it does, in a few words; ``before`` and ``after``: its cost. Between the marks ``FALLBACK`` in
    ``text`` stands what the conditions leave out, which is to stay as it is. ``guarded``: whether it asks at run time
    what an input may break. ``floating``: floating-point operations come in another order."""

    span: Span
    text: str
    algorithm: str
    before: str
    after: str
    guarded: bool = False
    floating: bool = False


@dataclass(slots=True)
class Writer:
    """Prints parts of one function; gives out names that nothing in its file has."""

    function: Function
    _taken: set[str] = field(default_factory=set)

    def name(self, wanted: str) -> str:
        """A name of its own."""
        if not self._taken:
            self._taken |= {m[0].decode() for m in _IDENTIFIER.finditer(self.function.unit.text)}
        found, number = wanted, 2
        while found in self._taken:
            found, number = f"{wanted}{number}", number + 1
        self._taken.add(found)
        return found

    def expr(self, e: Expr, precedence: int = 0) -> str:
        """An expression, in parentheses where it binds less tightly than ``precedence``."""
        return Printer(self._own).expressions.loose(e).at(precedence)

    def value(self, e: Expr, type_: t.Type) -> str:
        """An expression where C++ converts it to a type."""
        return Printer(self._own).expressions.value(e, type_).text

    def stmt(self, s: Stmt) -> str:
        """A statement."""
        printer = Printer(self._own)
        printer.result = self.function.result
        return printer.stmt(s)

    def operand(self, e: Expr) -> str:
        """An expression as an operand of a sum."""
        return self.expr(e, _ADDITIVE + 1)

    def source(self, span: Span) -> str:
        """What the source has there."""
        return self.function.unit.slice(span)

    @property
    def _own(self) -> tuple[Function, ...]:
        return (self.function, *self.function.callees)


def named(text: str, type_: t.Type) -> Ref:
    """An expression of which only the text is known: a variable that a rewrite declares, or an element."""
    return Ref(Symbol(text, type_, -6), type_)


def at(e: Expr, symbol: Symbol, position: Expr) -> Expr:
    """``e`` with a 64-bit ``position`` as the value of a loop's variable; subscripts take it as it is."""
    value = Cast(position, t.strip(symbol.type))

    def one(node: Node) -> Node:
        if isinstance(node, Ref) and node.symbol == symbol:
            return value
        if isinstance(node, Index):
            bare: Expr = node.index
            while isinstance(bare, Cast) and bare is not value:
                bare = bare.operand
            return Index(node.base, position, node.type, node.checked) if bare is value else node
        return node

    return transform(e, one)


def less(type_: t.Type, descending: bool) -> str:
    """The last argument of a sort with its comma: an order of all values of a type, NaN behind the others."""
    spelled = print_type(type_)
    op = ">" if descending else "<"
    if isinstance(type_, t.Float):
        return f", []({spelled} p, {spelled} q) {{ return p {op} q || (q != q && p == p); }}"
    return f", []({spelled} p, {spelled} q) {{ return p {op} q; }}" if descending else ""


def keys(writer: Writer, vector: str, key: Expr, count: str, order: str) -> str:
    """The statements that collect the values of ``key``, an expression over ``k``, and sort them."""
    return (
        f"std::vector<{print_type(key.type)}> {vector}({count});\n"
        f"for ({COUNTER} k = 0; k < {count}; ++k) {{\n{vector}[k] = {writer.expr(key)};\n}}\n"
        f"std::sort({vector}.begin(), {vector}.end(){order});"
    )


def conditional(conditions: Sequence[str], better: str, original: str = "") -> str:
    """A block: ``better`` where all ``conditions`` hold, else ``original``."""
    begin, end = FALLBACK
    otherwise = f" else {{\n{begin}{original}{end}\n}}" if original else ""
    return f"{{\nif ({' && '.join(conditions)}) {{\n{better}\n}}{otherwise}\n}}"


def with_includes(text: bytes, limit: int) -> bytes:
    """A file with what the texts of rewrites need, added before ``limit``."""
    head = insertion(text, INCLUDES, (), limit)
    return text if head is None else text[: head.start] + head.text.encode() + text[head.end :]


def laid_out(text: str, unit: str, base: str) -> str:
    """A text with its lines indented by the braces that are open, all but the first by ``base`` more."""
    depth = 0
    lines: list[str] = []
    for line in text.split("\n"):
        line = line.strip(" \t")
        closing = len(line) - len(line.lstrip("}"))
        lines.append((base + unit * (depth - closing) if lines else "") + line if line else "")
        depth += line.count("{") - line.count("}")
    return "\n".join(lines)
