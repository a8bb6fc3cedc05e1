"""What all forms of one function share: how its nodes print, which names are free, what the output needs.

A node that is unchanged since lowering prints its source text; a changed one prints the source text of what is
unchanged in it where that is possible, else it prints from the IR.  Knows nothing of parallelism.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, fields

from unseq.backends.parlay import cxx_rows
from unseq.backends.parlay.cxx import Printer
from unseq.backends.parlay.cxx_types import print_declaration, print_type, spellable
from unseq.backends.parlay.emit import edits, layout
from unseq.frontend.ir import types as t
from unseq.frontend.ir.nodes import Block, Expr, Function, If, Literal, Ref, Stmt, Symbol
from unseq.frontend.ir.walk import EXPRESSIONS, Node, children, declared_symbols, transform, walk
from unseq.frontend.source import NOWHERE, SourceUnit, Span

LINE = 88  # columns that a generated line should keep to
_IDENTIFIER = re.compile(rb"[A-Za-z_]\w*")
_MACRO = re.compile(rb"^[ \t]*#[ \t]*define[ \t]+(\w+)", re.MULTILINE)
_NODE_FIELDS = {"span", "base", "index", "pointer", "place", "operand", "left", "right", "condition", "then", "other",
                "target", "arguments", "object", "body", "value", "statements", "init", "step", "sequence",
                "cases"}  # fmt: skip


@dataclass(slots=True)
class Context:
    """The function that is being changed.

    ``conversions`` are the edits that the source text needs wherever it is kept. ``includes`` and ``definitions``
    collect what the emitted file needs; ``sites`` the parallel constructs, each marked in the text by ``site`` until
    the file is complete; ``made`` the names of the emitter's own variables. ``outlined``: the sequential version is a
    function of its own, and ``asked`` collects what the parallel one needs; ``whole`` the conditions on integers.
    ``library``: whose algorithms check guards, ``parlay`` or ``std``.
    """

    unit: SourceUnit
    function: Function
    reuse: bool
    conversions: tuple[edits.Edit, ...] = ()
    includes: set[str] = field(default_factory=set)
    definitions: set[str] = field(default_factory=set)
    sites: list[tuple[str, Span]] = field(default_factory=list)
    _taken: set[str] = field(default_factory=set)
    made: set[str] = field(default_factory=set)
    outlined: bool = False
    asked: list[str] = field(default_factory=list)
    whole: set[str] = field(default_factory=set)
    unit_indent: str = "    "
    library: str = "parlay"

    def __post_init__(self) -> None:
        self.unit_indent = layout.unit_of(self.unit.text)
        if cxx_rows.has_rows(self.function):  # arrays of variable length: the source text is no C++
            self.reuse = False
            self.includes.add("<vector>")
        text = self.unit.text
        own = text[self.function.span.start : self.function.span.end] if self.function.span != NOWHERE else text
        self._taken |= {m[0].decode() for m in _IDENTIFIER.finditer(own)}
        self._taken |= {m[1].decode() for m in _MACRO.finditer(text)}

    # --- expressions, always printed from the IR: the source text of an expression may hold side effects ---------

    @property
    def own(self) -> tuple[Function, ...]:
        """The functions whose parameter types the output declares."""
        return (self.function, *self.function.callees)

    def expr(self, e: Expr, precedence: int = 0) -> str:
        """``e``, in parentheses where it binds less tightly than ``precedence``."""
        return Printer(self.own).expressions.loose(e).at(precedence)

    def source(self, e: Expr) -> str:
        """A piece: ``e`` as the source has it. Only for what has no effects beyond its value."""
        if self.reuse and e.span != NOWHERE:
            text = self._reused(e, e)
            if text is not None:
                return layout.shift(text, layout.indentation_at(self.unit.text, e.span.start), "")
        return self.expr(e)

    def condition(self, e: Expr, precedence: int = 0) -> str:
        """``e`` where only its truth counts."""
        return Printer(self.own).expressions.condition(e).at(precedence)

    def value(self, e: Expr, target: t.Type) -> str:
        """``e`` where C++ converts it to ``target``."""
        return Printer(self.own).expressions.value(e, target).text

    def type(self, type_: t.Type) -> str:
        """A type's spelling; ``auto`` where there is none."""
        return print_type(type_) if spellable(type_) else "auto"

    def declare(self, type_: t.Type, name: str, const: bool = False) -> str:
        """The declaration of a variable, without a value."""
        if not spellable(type_):
            return f"{'const ' if const else ''}auto {name}"
        return print_declaration(type_, name, const)

    # --- statements ----------------------------------------------------------------------------------------------

    def statement(self, old: Stmt, new: Stmt | None = None) -> str:
        """A piece: ``new`` (``old`` itself by default), with the source text of what it shares with ``old``."""
        new = old if new is None else new
        if self.reuse and old.span != NOWHERE and _stands_together(old):
            text = self._reused(old, new)
            if text is not None:
                return layout.shift(text, layout.indentation_at(self.unit.text, old.span.start), "")
        return self.printed(new)

    def with_text(self, s: Stmt, part: Expr, text: str) -> str:
        """A piece: ``s`` with ``text`` in place of the expression ``part`` of it."""
        hole = Ref(Symbol(text, part.type, -5), part.type)
        return self.statement(s, transform(s, lambda node: hole if node is part else node))

    def printed(self, s: Stmt) -> str:
        """A piece: ``s`` from the IR."""
        printer = Printer(self.own)
        printer.result = self.function.result
        return layout.respace(printer.stmt(s), self.unit_indent)

    def block(self, old: Block, new: Block | None = None) -> str:
        """A piece: the statements of a block, without its braces ("" when there are none)."""
        new = old if new is None else new
        if not new.statements:
            return ""
        text = self.statement(old, new)
        if not (text.startswith("{") and text.endswith("}")):
            return text
        return self._inside(text[1:-1])

    def _inside(self, inner: str) -> str:
        """What stands between braces, moved to column 0."""
        head, newline, rest = inner.partition("\n")
        if not newline:
            return head.strip()
        lines = rest.rstrip().split("\n")
        if not layout.movable(rest):
            return "\n".join(([head.strip()] if head.strip() else []) + lines)
        depth = min((_leading(line) for line in lines if line.strip()), key=len, default="")
        moved = [line[len(depth) :] if line.startswith(depth) else line.lstrip() for line in lines]
        return "\n".join(([head.strip()] if head.strip() else []) + [line.rstrip() for line in moved])

    def _reused(self, old: Node, new: Node) -> str | None:
        """The source text of ``old`` changed into ``new``, lines indented as in the source; None: impossible."""
        changes = self._edits(old, new)
        if changes is None:
            return None
        span = old.span
        kept = [e for e in self.conversions if span.start <= e.start and e.end <= span.end]
        try:
            return edits.apply(self.unit.text, [*changes, *edits.outside(kept, changes)], span.start, span.end)
        except edits.OverlappingEdits:
            return None

    def _edits(self, old: Node, new: Node) -> list[edits.Edit] | None:
        if old == new:
            return []
        if type(old) is not type(new) or old.span == NOWHERE or not _same_fields(old, new):
            return None
        if isinstance(old, If) and isinstance(new, If) and old.condition != new.condition and old.then != new.then:
            return None  # nothing of it is left
        before, after = children(old), children(new)
        if len(before) != len(after) or not before:
            return None
        found: list[edits.Edit] = []
        changed = [(a, b) for a, b in zip(before, after, strict=True) if a is not b]
        for a, b in changed:
            alone = all(c is a or c.span.end <= a.span.start or c.span.start >= a.span.end for c in before)
            if a.span == NOWHERE or not old.span.contains(a.span) or a.span == old.span or not alone:
                return None
            deeper = self._edits(a, b)
            found += [edits.replace(a.span, self._replacement(a, b))] if deeper is None else deeper
        return found

    def _replacement(self, old: Node, new: Node) -> str:
        """``new`` from the IR, for the place of ``old``."""
        if isinstance(new, EXPRESSIONS):
            text = Printer(self.own).expressions.exact(new)
            return text.text if isinstance(new, Literal) else text.at(15)
        printed = self.printed(new)  # type: ignore[arg-type]  # not an expression; cases have no spans of their own
        return layout.shift(printed, "", layout.indentation_at(self.unit.text, old.span.start))

    # --- names, marks ----------------------------------------------------------------------------------------------

    def reserve(self, nodes: Iterable[Node]) -> None:
        """Keeps the names of what is declared there, which the source need not have, from being given out."""
        for node in nodes:
            self._taken |= {symbol.name for symbol in declared_symbols(node)}

    def fresh(self, wanted: str) -> str:
        """A name that nothing else has: ``wanted``, or ``wanted`` with a number. Never given out twice."""
        name = self.scoped(wanted)
        self._taken.add(name)
        return name

    def scoped(self, wanted: str) -> str:
        """A name that nothing in the function has, for a scope of its own: others may be given the same."""
        name, number = wanted, 2
        while name in self._taken:
            name, number = f"{wanted}{number}", number + 1
        self.made.add(name)
        return name

    def site(self, what: str, span: Span) -> str:
        """A mark for the line of a parallel construct, taken out of the finished file."""
        self.sites.append((what, span))
        return f"\x01{len(self.sites) - 1}\x02"

    def indent(self, text: str, levels: int = 1) -> str:
        """A piece, some levels deeper."""
        return layout.indent(text, self.unit_indent * levels)

    def controlled(self, head: str, body: str) -> str:
        """``head`` with what it controls, in braces unless it is one short statement."""
        if body.endswith(";") and body.count(";") == 1 and not any(c in body for c in "\n{}/"):
            return f"{head}\n{self.indent(body)}"
        return self.braces(head, body)

    def braces(self, head: str, body: str, tail: str = "") -> str:
        """``head { body } tail`` on lines of their own."""
        head = f"{head} {{" if head else "{"
        return f"{head}\n{self.indent(body)}\n}}{tail}" if body else f"{head}}}{tail}"


def local_symbol(name: str, type_: t.Type) -> Symbol:
    """A variable that the emitter makes; two are equal iff their names are."""
    return Symbol(name, t.strip(type_), -1000 - zlib.crc32(name.encode()))


def _stands_together(s: Stmt) -> bool:
    """Whether the source text of ``s`` holds all that ``s`` does (a condition's side effect stands elsewhere)."""
    return all(n.span == NOWHERE or s.span.contains(n.span) for n in walk(s) if not isinstance(n, EXPRESSIONS))


def _leading(line: str) -> str:
    return line[: len(line) - len(line.lstrip(" \t"))]


def _same_fields(old: Node, new: Node) -> bool:
    """Whether two nodes of one kind differ in nothing but their children."""
    own = [f.name for f in fields(old) if f.name not in _NODE_FIELDS]
    return all(getattr(old, name) == getattr(new, name) for name in own)


def joined(conditions: Sequence[str]) -> str:
    """Conditions that must all hold, on lines of their own where they are long; each binds at least as tightly as
    ``&&``."""
    line = " && ".join(conditions)
    return line if len(line) <= LINE else "\n    && ".join(conditions)
