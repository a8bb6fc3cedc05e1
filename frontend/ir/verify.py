"""The rules that every IR keeps; run after each lowering and rewrite, in production too.

A ``VerifyError`` is a bug of ours, never of the input.  Knows types, scopes and shapes; deliberately does not know
what library functions and methods take or return, so nothing is asked of their arguments.

Rules beyond the docstrings of the nodes: arithmetic happens in ``int`` or wider (the promotions are casts); integer
``+ - *`` say what overflow does; a ``Break`` inside a ``Switch`` leaves the loop around it (an arm just ends); a
symbol comes into being once; uids and loop ids are unique in a function.
"""

from __future__ import annotations

from collections import Counter

from unseq.frontend.ir import types as t
from unseq.frontend.ir import walk
from unseq.frontend.ir.nodes import (
    Assign,
    Block,
    Break,
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
    Literal,
    Return,
    Stmt,
    Switch,
    Symbol,
    While,
)
from unseq.frontend.ir.verify_expressions import ARITHMETIC, SHIFTS, ExpressionVerifier, VerifyError, agrees


class Verifier(ExpressionVerifier):
    """Checks one function; the functions of its file are known by name."""

    def __init__(self, function: Function, known: dict[str, Function], variables: tuple[Global, ...]) -> None:
        super().__init__(known, len(function.unit.text), function.result)
        self.loop_ids: set[int] = set()
        for variable in variables:
            self.declare(variable.symbol, variable.span)
            if variable.value is not None:
                self.expr(variable.value)
        for symbol in function.parameters:
            self.declare(symbol, symbol.span)
        self.block(function.body)

    # --- statements --------------------------------------------------------------------------------------------

    def loop(self, node: For | While | ForEach) -> None:
        if node.id in self.loop_ids:
            self.fail(node.span, f"two loops with the id {node.id}")
        self.loop_ids.add(node.id)
        outer, self.in_loop = self.in_loop, True
        self.block(node.body)
        self.in_loop = outer

    def block(self, block: Block) -> None:
        self.inside(block.span)
        with self.scope():
            for s in block.statements:
                self.stmt(s)

    def stmt(self, s: Stmt) -> None:
        self.inside(s.span)
        if isinstance(s, Declare):
            if s.value is not None:
                self.initial(s.symbol, s.value)
            self.declare(s.symbol, s.span)
        elif isinstance(s, Assign):
            self.assign(s)
        elif isinstance(s, Evaluate):
            self.expr(s.value)
        elif isinstance(s, Block):
            self.block(s)
        elif isinstance(s, If):
            self.condition(s.condition)
            self.block(s.then)
            if s.other is not None:
                self.block(s.other)
        elif isinstance(s, For):
            with self.scope():
                for part in (*s.init, *s.step):
                    if not isinstance(part, Declare | Assign | Evaluate):
                        self.fail(part.span, f"a {type(part).__name__} in the head of a for")
                for part in s.init:
                    self.stmt(part)
                self.condition(s.condition)
                for part in s.step:
                    self.stmt(part)
                self.loop(s)
        elif isinstance(s, While):
            self.condition(s.condition)
            self.loop(s)
        elif isinstance(s, ForEach):
            self.for_each(s)
        elif isinstance(s, Switch):
            self.switch(s)
        elif isinstance(s, Break | Continue):
            if not self.in_loop:
                self.fail(s.span, f"a {type(s).__name__.lower()} outside a loop")
        else:
            self.returned(s)

    def initial(self, symbol: Symbol, value: Expr) -> None:
        self.expr(value)
        if isinstance(symbol.type, t.Array) and isinstance(value, Construct | Literal):
            return
        if not agrees(value.type, symbol.type):
            self.fail(value.span, f"{symbol.name} of {symbol.type} starts as {value.type} without a cast")

    def assign(self, s: Assign) -> None:
        self.expr(s.place)
        self.expr(s.value)
        if not walk.is_place(s.place):
            self.fail(s.span, f"{type(s.place).__name__} is assigned but is not a place")
        owner = walk.own_root(s.place)
        if owner is not None and owner.const and not isinstance(owner.type, t.Reference):
            self.fail(s.span, f"the constant {owner.name} is assigned")
        place = s.place.type
        if not s.op:
            if not agrees(s.value.type, place):
                self.fail(s.span, f"{s.value.type} is assigned to {place} without a cast")
        elif s.op not in ARITHMETIC | SHIFTS:
            self.fail(s.span, f"unknown operator {s.op}=")
        elif t.is_arithmetic(place) and s.compute is None and t.is_arithmetic(s.value.type):
            self.fail(s.span, f"{s.op}= does not say in which type it computes")
        elif s.compute is not None:
            self.overflow(s.op, s.compute, s.overflow, s.span)

    def for_each(self, s: ForEach) -> None:
        self.expr(s.sequence)
        element = t.element_type(s.sequence.type)
        if element is not None and not agrees(element, s.symbol.type) and not (
                t.is_arithmetic(element) and t.is_arithmetic(s.symbol.type)):
            self.fail(s.span, f"{s.symbol.name} of {s.symbol.type} runs over elements of {element}")
        with self.scope():
            self.declare(s.symbol, s.span)
            self.loop(s)

    def switch(self, s: Switch) -> None:
        self.expr(s.value)
        if not isinstance(s.value.type, t.Int | t.Bool | t.Opaque):
            self.fail(s.span, f"a switch over {s.value.type}")
        values = [value for case in s.cases for value in case.values]
        if len(set(values)) < len(values) or sum(not case.values for case in s.cases) > 1:
            self.fail(s.span, "two arms of a switch for one value")
        for case in s.cases:
            self.block(case.body)

    def returned(self, s: Return) -> None:
        if s.value is None:
            if not isinstance(self.result, t.Void):
                self.fail(s.span, f"returns nothing instead of {self.result}")
            return
        self.expr(s.value)
        if not agrees(s.value.type, self.result):
            self.fail(s.span, f"returns {s.value.type} instead of {self.result} without a cast")


def verify(function: Function) -> None:
    """Check ``function`` and its callees; raises ``VerifyError`` at the first rule that is broken."""
    everything = (function, *function.callees)
    names = Counter(each.name for each in everything)
    known = {each.name: each for each in everything if names[each.name] == 1}  # the others are overloaded
    variables = {variable.symbol.uid: variable for each in everything for variable in each.globals}
    for each in everything:
        Verifier(each, known, tuple(variables.values()))


__all__ = ["VerifyError", "agrees", "verify"]
