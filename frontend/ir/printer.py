"""The IR as text for people and golden tests: every type, cast and overflow rule is visible.

Not a target language and not meant to be read back.  Symbols of one name are told apart by a number in the order of
their appearance (``i``, ``i'2``), so that the text does not depend on ``uid``.

``i64~(x)`` is an implicit conversion and ``i64(x)`` a written one; ``+w`` wraps, ``+`` on integers is undefined on
overflow; ``#3`` is a loop's id.
"""

from __future__ import annotations

from unseq.frontend.ir import types as t
from unseq.frontend.ir.nodes import (
    AddressOf,
    Assign,
    Binary,
    Block,
    Break,
    Call,
    Cast,
    Construct,
    Continue,
    Declare,
    Deref,
    Evaluate,
    Expr,
    For,
    ForEach,
    Function,
    If,
    Index,
    Lambda,
    Literal,
    Member,
    Method,
    Overflow,
    Ref,
    Return,
    Select,
    Stmt,
    Switch,
    Symbol,
    Unary,
    While,
)

_OVERFLOW = {Overflow.UNDEFINED: "", Overflow.NONE: "", Overflow.WRAP: "w", Overflow.UNBOUNDED: "u"}


class Dump:
    """Prints one function; remembers the names that it gave."""

    def __init__(self) -> None:
        self.names: dict[int, str] = {}
        self.taken: dict[str, int] = {}

    def name(self, symbol: Symbol) -> str:
        known = self.names.get(symbol.uid)
        if known is None:
            count = self.taken[symbol.name] = self.taken.get(symbol.name, 0) + 1
            known = self.names[symbol.uid] = symbol.name if count == 1 else f"{symbol.name}'{count}"
        return known

    def type(self, type_: t.Type) -> str:
        if isinstance(type_, t.Void):
            return "void"
        if isinstance(type_, t.Bool):
            return "bool"
        if isinstance(type_, t.Int):
            return f"{'i' if type_.signed else 'u'}{type_.bits}"
        if isinstance(type_, t.Float):
            return f"f{type_.bits}"
        if isinstance(type_, t.Pointer):
            return f"*{'const ' if type_.const else ''}{'restrict ' if type_.restrict else ''}{self.type(type_.to)}"
        if isinstance(type_, t.Reference):
            return f"&{'const ' if type_.const else ''}{self.type(type_.to)}"
        if isinstance(type_, t.Array):
            extent = type_.extent
            size = "" if extent is None else extent if isinstance(extent, int) else self.expr(extent)
            return f"[{size}]{self.type(type_.element)}"
        if isinstance(type_, t.Record):
            return type_.name
        if isinstance(type_, t.Library):
            args = ", ".join(str(arg) if isinstance(arg, int) else self.type(arg) for arg in type_.args)
            return f"{type_.name}<{args}>" if args else type_.name
        if isinstance(type_, t.Callable):
            return f"({', '.join(map(self.type, type_.parameters))}) -> {self.type(type_.result)}"
        return f"opaque {type_.spelling!r}"

    def symbol(self, symbol: Symbol) -> str:
        return f"{'const ' if symbol.const else ''}{self.name(symbol)}: {self.type(symbol.type)}"

    def expr(self, e: Expr) -> str:
        if isinstance(e, Literal):
            value = "null" if e.value is None else repr(e.value)
            return value if isinstance(e.value, bool | str | None) or e.type == t.INT else f"{value}{self.type(e.type)}"
        if isinstance(e, Ref):
            return self.name(e.symbol)
        if isinstance(e, Index):
            return f"{self.expr(e.base)}{'!' if e.checked else ''}[{self.expr(e.index)}]"
        if isinstance(e, Member):
            return f"{self.expr(e.base)}.{e.name}"
        if isinstance(e, Deref):
            return f"{self.expr(e.pointer)}.*"
        if isinstance(e, AddressOf):
            return f"&{self.expr(e.place)}"
        if isinstance(e, Unary):
            return f"{e.op}{_OVERFLOW[e.overflow]}({self.expr(e.operand)})"
        if isinstance(e, Binary):
            return f"({self.expr(e.left)} {e.op}{_OVERFLOW[e.overflow]} {self.expr(e.right)})"
        if isinstance(e, Cast):
            return f"{self.type(e.type)}{'~' if e.implicit else ''}({self.expr(e.operand)})"
        if isinstance(e, Select):
            return f"({self.expr(e.condition)} ? {self.expr(e.then)} : {self.expr(e.other)})"
        if isinstance(e, Lambda):
            return self.closure(e)
        arguments = ", ".join(map(self.expr, e.arguments))
        if isinstance(e, Call):
            target = f"{self.expr(e.target)}." if e.target is not None else ""
            return f"{target}{e.name}({arguments}): {self.type(e.type)}"
        if isinstance(e, Method):
            return f"{self.expr(e.object)}.{e.name}({arguments}): {self.type(e.type)}"
        assert isinstance(e, Construct)
        brackets = "{}" if e.braced else "()"
        return f"new {self.type(e.type)}{brackets[0]}{arguments}{brackets[1]}"

    def closure(self, e: Lambda) -> str:
        copies = f"[{', '.join(map(self.name, e.copies))}]" if e.copies else ""
        head = f"lambda{copies}({', '.join(map(self.symbol, e.parameters))})"
        body = "; ".join(line.strip() for line in self.block(e.body, 0))
        return f"{head} {{ {body} }}"

    def block(self, block: Block, depth: int) -> list[str]:
        lines = [line for s in block.statements for line in self.stmt(s, depth)]
        return lines or ["  " * depth + "pass"]

    def simple(self, s: Stmt) -> str:
        """A statement that fits on one line."""
        if isinstance(s, Declare):
            value = "" if s.value is None else f" = {self.expr(s.value)}"
            return f"let {self.symbol(s.symbol)}{value}"
        if isinstance(s, Assign):
            rule = f" in {self.type(s.compute)}{_OVERFLOW[s.overflow]}" if s.compute is not None else ""
            return f"{self.expr(s.place)} {s.op}= {self.expr(s.value)}{rule}"
        if isinstance(s, Evaluate):
            return self.expr(s.value)
        if isinstance(s, Break):
            return "break"
        if isinstance(s, Continue):
            return "continue"
        assert isinstance(s, Return)
        return "return" if s.value is None else f"return {self.expr(s.value)}"

    def stmt(self, s: Stmt, depth: int) -> list[str]:
        pad = "  " * depth
        if isinstance(s, Block):
            return [pad + "block", *self.block(s, depth + 1)]
        if isinstance(s, If):
            lines = [f"{pad}if {self.expr(s.condition)}", *self.block(s.then, depth + 1)]
            if s.other is not None:
                lines += [pad + "else", *self.block(s.other, depth + 1)]
            return lines
        if isinstance(s, For):
            init = ", ".join(map(self.simple, s.init))
            condition = self.expr(s.condition)
            step = ", ".join(map(self.simple, s.step))
            return [f"{pad}for #{s.id} {init}; {condition}; {step}", *self.block(s.body, depth + 1)]
        if isinstance(s, While):
            word = "do-while" if s.test_last else "while"
            return [f"{pad}{word} #{s.id} {self.expr(s.condition)}", *self.block(s.body, depth + 1)]
        if isinstance(s, ForEach):
            sequence = self.expr(s.sequence)
            return [f"{pad}for-each #{s.id} {self.symbol(s.symbol)} in {sequence}", *self.block(s.body, depth + 1)]
        if isinstance(s, Switch):
            lines = [f"{pad}switch {self.expr(s.value)}"]
            for case in s.cases:
                head = ", ".join(map(str, case.values)) or "default"
                lines += [f"{pad}  {head}:", *self.block(case.body, depth + 2)]
            return lines
        return [pad + self.simple(s)]

    def function(self, function: Function) -> str:
        lines = []
        for variable in function.globals:
            value = "" if variable.value is None else f" = {self.expr(variable.value)}"
            lines.append(f"global {self.symbol(variable.symbol)}{value}")
        parameters = ", ".join(map(self.symbol, function.parameters))
        static = "static " if function.static else ""
        lines.append(f"{static}function {function.name}({parameters}) -> {self.type(function.result)}")
        return "\n".join([*lines, *self.block(function.body, 1)]) + "\n"


def dump(function: Function, callees: bool = True) -> str:
    """``function`` as text, then its callees."""
    everything = (function, *function.callees) if callees else (function,)
    return "\n".join(Dump().function(each) for each in everything)
