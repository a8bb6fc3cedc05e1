"""Any IR as readable C++20 with the same meaning, also where the source was C.

Total from the IR alone: no source text is used except the spelling of constants and types.  Deliberately knows
nothing of parallelism, of includes or of linkage (``extern "C"``): whoever prints a file adds those.
Raises ``Unsupported`` for what C++ cannot say (arrays of variable length, integers without bounds).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from unseq.backends.parlay import cxx_rows
from unseq.backends.parlay import cxx_types as types
from unseq.backends.parlay.cxx_expressions import ExpressionPrinter
from unseq.backends.parlay.cxx_literals import POSTFIX, UNARY
from unseq.backends.parlay.cxx_types import print_declaration, print_type
from unseq.frontend.ir import types as t
from unseq.frontend.ir import walk
from unseq.frontend.ir.nodes import (
    Assign,
    Binary,
    Block,
    Break,
    Case,
    Cast,
    Construct,
    Continue,
    Declare,
    Evaluate,
    Expr,
    For,
    ForEach,
    Function,
    Global,
    If,
    Lambda,
    Literal,
    Return,
    Stmt,
    Storage,
    Switch,
    Symbol,
    While,
)
from unseq.frontend.source import Unsupported

STEP = "    "


class Printer:
    """Prints statements at an indentation (a number of levels); see the functions below for one-off use."""

    def __init__(self, own: Sequence[Function] = (), names: Mapping[int, str] | None = None, indent: int = 0,
                 named_constants: bool = True) -> None:
        self.indent = indent
        self.expressions = ExpressionPrinter(self._braces, own, dict(names or {}), named_constants)
        self.result: t.Type = t.VOID

    # --- statements: each returns whole lines without the last line's end ----------------------------------------

    def stmt(self, s: Stmt) -> str:
        """One statement, indented."""
        pad = STEP * self.indent
        if isinstance(s, Block):
            return pad + self._braces(s)
        if isinstance(s, Declare | Assign | Evaluate):
            return f"{pad}{self.simple(s)};"
        if isinstance(s, If):
            return pad + self._if(s)
        if isinstance(s, For):
            return self._for(s)
        if isinstance(s, While):
            condition = self.expressions.condition(s.condition).text
            if s.test_last:
                return f"{pad}do {self._braces(s.body)} while ({condition});"
            return f"{pad}while ({condition}) {self._braces(s.body)}"
        if isinstance(s, ForEach):
            sequence = self.expressions.raw(s.sequence).text
            return f"{pad}for ({self.expressions.parameter(s.symbol)} : {sequence}) {self._braces(s.body)}"
        if isinstance(s, Switch):
            return self._switch(s)
        if isinstance(s, Break):
            return f"{pad}break;"
        if isinstance(s, Continue):
            return f"{pad}continue;"
        if s.value is None:
            return f"{pad}return;"
        if isinstance(self.result, t.Void):
            return f"{pad}return {self.expressions.exact(s.value).text};"
        return f"{pad}return {self.expressions.value(s.value, self.result).text};"

    def _braces(self, block: Block, result: t.Type | None = None) -> str:
        if not block.statements:
            return "{}"
        outer = self.result
        if result is not None:
            self.result = result
        self.indent += 1
        lines = [self.stmt(s) for s in block.statements]
        self.indent -= 1
        self.result = outer
        return "\n".join(["{", *lines, STEP * self.indent + "}"])

    def simple(self, s: Declare | Assign | Evaluate) -> str:
        """A statement that may stand in the head of a ``for``, without its semicolon."""
        if isinstance(s, Declare):
            return self.declaration(s.symbol, s.value)
        if isinstance(s, Assign):
            return self.assignment(s)
        return self.expressions.raw(s.value).text

    def declaration(self, symbol: Symbol, value: Expr | None) -> str:
        """A variable with its initial value, without a semicolon."""
        name = self.expressions.name(symbol)
        static = "static " if symbol.storage is Storage.GLOBAL else ""
        type_ = cxx_rows.flat(symbol.type) if isinstance(symbol.type, t.Pointer) else symbol.type
        if isinstance(type_, t.Array) and cxx_rows.is_variable(type_):
            return self._rows(symbol, type_)
        if not types.spellable(type_) and not (isinstance(type_, t.Pointer) and types.spellable(type_.to)):
            const = "const " if symbol.const or (isinstance(type_, t.Reference) and type_.const) else ""
            head = f"{static}{const}auto {'&' if isinstance(type_, t.Reference) else ''}{name}"
        else:
            head = static + print_declaration(type_, name, symbol.const, symbol.span)
        if value is None:
            return head
        if isinstance(value, Construct) and value.type == type_ and not (
                t.is_arithmetic(type_) or isinstance(type_, t.Pointer)):
            return head + self.expressions.initialiser(value)
        return f"{head} = {self.expressions.value(value, type_).text}"

    def _rows(self, symbol: Symbol, type_: t.Array) -> str:
        """A local array of variable length."""
        if isinstance(cxx_rows.scalar(type_), t.Bool):
            raise Unsupported(symbol.span, "an array of bool of variable length", "use an array of char")
        length = self.expressions.subscript(cxx_rows.length(type_)).text
        vector = print_type(t.Library("vector", (cxx_rows.scalar(type_),)))
        return f"{vector} {self.expressions.name(symbol)}({length})"

    def assignment(self, s: Assign) -> str:
        """``place = value``, ``place op= value`` or ``place++``, without a semicolon."""
        out = self.expressions
        if cxx_rows.points_to_rows(s.place.type) and s.op:
            raise Unsupported(s.span, "arithmetic on pointers to rows of variable length", "use subscripts")
        place, type_ = out.raw(s.place), s.place.type
        if not s.op:
            return f"{place.text} = {out.value(s.value, type_).text}"
        value = out.operand_of_assignment(s)
        if value is None:  # C++ would compute in another type than the IR asks for
            compute = s.compute
            assert compute is not None
            left: Expr = s.place if type_ == compute else Cast(s.place, compute)
            right = s.value if s.op in {"<<", ">>"} or s.value.type == compute else Cast(s.value, compute)
            whole = Cast(Binary(s.op, left, right, compute, s.overflow, s.span), type_, implicit=True)
            return f"{place.text} = {out.value(whole, type_).text}"
        one = isinstance(s.value, Literal) and s.value.value == 1 and not isinstance(s.value.value, bool)
        if one and s.op in {"+", "-"} and isinstance(type_, t.Int | t.Pointer):
            return f"{place.at(POSTFIX)}{s.op}{s.op}"
        if one and s.op in {"+", "-"} and isinstance(type_, t.Library) and type_.name.endswith("iterator"):
            return f"{s.op}{s.op}{place.at(UNARY)}"
        return f"{place.text} {s.op}= {value.text}"

    def _if(self, s: If) -> str:
        text = f"if ({self.expressions.condition(s.condition).text}) {self._braces(s.then)}"
        if s.other is None:
            return text
        only = s.other.statements[0] if len(s.other.statements) == 1 else None
        return f"{text} else {self._if(only) if isinstance(only, If) else self._braces(s.other)}"

    def _for(self, s: For) -> str:
        init = self._for_init(s.init)
        if init is None:  # declarations of several types: a scope around the loop
            inner = For((), s.condition, s.step, s.body, s.id, s.span)
            return STEP * self.indent + self._braces(Block((*s.init, inner)))
        endless = isinstance(s.condition, Literal) and s.condition.value in (True, 1)
        condition = "" if endless else " " + self.expressions.condition(s.condition).text
        step = ", ".join(self.simple(x) for x in s.step if isinstance(x, Declare | Assign | Evaluate))
        step = f" {step}" if step else ""
        return f"{STEP * self.indent}for ({init};{condition};{step}) {self._braces(s.body)}"

    def _for_init(self, init: tuple[Stmt, ...]) -> str | None:
        texts = [self.simple(x) for x in init if isinstance(x, Declare | Assign | Evaluate)]
        declared = [x for x in init if isinstance(x, Declare)]
        if len(texts) <= 1 or not declared:
            return ", ".join(texts)
        first = declared[0].symbol
        plain = all(d.symbol.type == first.type and d.symbol.const == first.const for d in declared)
        if len(declared) < len(texts) or not plain or not isinstance(first.type, t.Int | t.Float):
            return None
        head = len(print_type(first.type)) + (len("const ") if first.const else 0)
        return ", ".join([texts[0], *(text[head + 1 :] for text in texts[1:])])

    def _switch(self, s: Switch) -> str:
        if any(_breaks_out(case.body) for case in s.cases):
            return self._chain(s)
        pad = STEP * self.indent
        lines = [f"{pad}switch ({self.expressions.value(s.value, s.value.type).text}) {{"]
        self.indent += 1
        for case in s.cases:
            labels = " ".join(f"case {value}:" for value in case.values) or "default:"
            body = Block((*case.body.statements, Break())) if _ends(case) else case.body
            lines.append(f"{pad}{STEP}{labels} {self._braces(body)}")
        self.indent -= 1
        return "\n".join([*lines, pad + "}"])

    def _chain(self, s: Switch) -> str:
        """A switch with an arm that leaves the loop around it, as a chain of ifs."""
        value = Symbol("unseq_selector", s.value.type, -1, Storage.TEMPORARY, const=True)
        tail = next((case.body for case in s.cases if not case.values), None)
        text = self._braces(tail) if tail is not None else ""
        name = self.expressions.name(value)
        self.indent += 1
        for case in reversed([c for c in s.cases if c.values]):
            test = " || ".join(f"{name} == {v}" for v in case.values)
            text = f"if ({test}) {self._braces(case.body)}{' else ' + text if text else ''}"
        head = f"{STEP * self.indent}{self.declaration(value, s.value)};"
        lines = ["{", head, STEP * self.indent + text]
        self.indent -= 1
        pad = STEP * self.indent
        return pad + "\n".join([*lines, pad + "}"])

    # --- functions -----------------------------------------------------------------------------------------------

    def signature(self, function: Function) -> str:
        """A function's head, without a semicolon and without its namespace."""
        parameters = ", ".join(self.expressions.parameter(symbol) for symbol in function.parameters)
        name = self.expressions.callee(function.name).rpartition("::")[2]
        head = print_declaration(function.result, f"{name}({parameters})", span=function.span)
        return f"static {head}" if function.static else head

    def function(self, function: Function) -> str:
        """A whole function definition."""
        if cxx_rows.has_rows(function) and not cxx_rows.stable_extents(function):
            raise Unsupported(function.span, "an extent that changes after the array is declared", "use a constant")
        return f"{self.signature(function)} {self._braces(function.body, function.result)}"

    def global_variable(self, variable: Global) -> str:
        """A file-scope variable."""
        return self.declaration(variable.symbol, variable.value) + ";"


def _ends(case: Case) -> bool:
    last = case.body.statements[-1] if case.body.statements else None
    return not isinstance(last, Return | Continue | Break)


def _breaks_out(node: walk.Node) -> bool:
    """Whether a ``break`` below ``node`` belongs to a loop around it."""
    if isinstance(node, Break):
        return True
    if isinstance(node, For | While | ForEach | Lambda):
        return False
    return any(_breaks_out(child) for child in walk.children(node))


def print_expr(e: Expr, own: Sequence[Function] = ()) -> str:
    """An expression with exactly its type; ``own``: functions of the same file."""
    return Printer(own).expressions.exact(e).text


def print_stmt(s: Stmt, indent: int = 0, own: Sequence[Function] = (), result: t.Type = t.VOID) -> str:
    """A statement, ``indent`` levels deep; ``result`` is the type that its function returns."""
    printer = Printer(own, indent=indent)
    printer.result = result
    return printer.stmt(s)


def print_function(function: Function) -> str:
    """The definition of ``function``; see ``cxx_program`` for all that it needs."""
    return Printer((function, *function.callees)).function(function)


__all__ = [
    "Printer",
    "print_declaration",
    "print_expr",
    "print_function",
    "print_stmt",
    "print_type",
]
