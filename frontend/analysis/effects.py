"""Which variables a piece of code may change, calls and pointers included, and what is fixed for good.

Answers for the function that is analysed and, through its calls, for the functions of its file.  Which elements of
arrays are touched is ``values``'s question.
"""

from __future__ import annotations

from functools import cached_property

from unseq.frontend.analysis.library import (
    ALLOCATE,
    CHANGE_ALGORITHMS,
    GROWING_METHODS,
    HIDDEN_STATE,
    LEAVES,
    MEMORY,
    OUTPUT,
    PURE,
    READ_ALGORITHMS,
    RELEASE,
    bare,
)
from unseq.frontend.analysis.regions import Kind, PointsTo, is_pointer_like
from unseq.frontend.ir import types as t
from unseq.frontend.ir import walk
from unseq.frontend.ir.nodes import (
    AddressOf,
    Assign,
    Binary,
    Call,
    Cast,
    Declare,
    Expr,
    ForEach,
    Function,
    Lambda,
    Literal,
    Member,
    Method,
    Ref,
    Storage,
    Symbol,
    Unary,
)
from unseq.frontend.reasons import Why


class Effects:
    """Questions about one function and the functions of its file that it reaches."""

    def __init__(self, function: Function) -> None:
        self.function = function
        self.functions = {f.name: f for f in (function, *function.callees)}
        self.points_to = PointsTo(function)
        self._known: dict[int, tuple[walk.Node, frozenset[Symbol]]] = {}

    @cached_property
    def lambdas(self) -> dict[Symbol, Lambda]:
        """Variables that hold one closure for good."""
        found: dict[Symbol, Lambda] = {}
        for scope in self.functions.values():
            for node in walk.walk(scope):
                if isinstance(node, Declare) and isinstance(node.value, Lambda):
                    found[node.symbol] = node.value
            for symbol in walk.rebound_symbols(scope):
                found.pop(symbol, None)
        return found

    @cached_property
    def changing(self) -> frozenset[Symbol]:
        """Variables that are assigned somewhere in the function, or whose address is taken."""
        return self.modified(self.function.body) | self.points_to.address_taken

    @cached_property
    def constants(self) -> dict[Symbol, Expr]:
        """Locals and constants that are given one value, made of literals and of variables that never change."""
        changing = set(self.changing)
        found: dict[Symbol, Expr] = {}
        for item in self.function.globals:
            if item.symbol.const and item.value is not None and self._is_fixed(item.value, changing, found):
                found[item.symbol] = item.value
        for node in walk.walk(self.function):
            if isinstance(node, ForEach):
                changing.add(node.symbol)
            if not isinstance(node, Declare) or node.value is None or node.symbol in changing:
                continue
            type_ = node.symbol.type
            if isinstance(type_, t.Int | t.Bool) and self._is_fixed(node.value, changing, found):
                found[node.symbol] = walk.substitute(node.value, found)
            elif isinstance(type_, t.Int | t.Bool):
                changing.add(node.symbol)
        return found

    def _is_fixed(self, e: Expr, changing: set[Symbol], known: dict[Symbol, Expr]) -> bool:
        for node in walk.walk(e):
            if isinstance(node, Ref):
                symbol = node.symbol
                if symbol in known:
                    continue
                if symbol in changing or isinstance(symbol.type, t.Reference) or symbol not in self.function.parameters:
                    return False
            elif not isinstance(node, Literal | Binary | Unary | Cast):
                return False
        return True

    def modified(self, node: walk.Node) -> frozenset[Symbol]:
        """Variables whose own value may change at or below ``node``; elements of arrays and containers don't count."""
        known = self._known.get(id(node))
        if known is not None and known[0] is node:
            return known[1]
        found: set[Symbol] = set()
        self._modified(node, found, set())
        self._known[id(node)] = (node, frozenset(found))
        return frozenset(found)

    def _modified(self, root: walk.Node, found: set[Symbol], entered: set[str]) -> None:
        for node in walk.walk(root):
            if isinstance(node, Assign):
                self._assigned(node.place, found)
            elif isinstance(node, Call):
                self._called(node, found, entered)
            elif isinstance(node, Method) and node.name in GROWING_METHODS:
                self._assigned(node.object, found)

    def _assigned(self, place: Expr, found: set[Symbol]) -> None:
        below = place
        while isinstance(below, Member):
            below = below.base
        if isinstance(below, Ref):
            found.add(below.symbol)
            if not isinstance(below.symbol.type, t.Reference):
                return
        for region in self.points_to.of_place(below):
            if region.kind is Kind.STORAGE and region.symbol is not None:
                if t.is_arithmetic(region.symbol.type) or isinstance(below, Ref):
                    found.add(region.symbol)
            elif region.kind is Kind.UNKNOWN:
                found.update(s for s in self.points_to.address_taken if t.is_arithmetic(s.type))

    def _called(self, call: Call, found: set[Symbol], entered: set[str]) -> None:
        closure = self.lambdas.get(call.target.symbol) if isinstance(call.target, Ref) else None
        if closure is not None:
            if call.name not in entered:
                entered.add(call.name)
                self._modified(closure.body, found, entered)
            return
        callee = self.functions.get(call.name) if call.target is None else None
        if callee is not None:
            for parameter, argument in zip(callee.parameters, call.arguments, strict=False):
                type_ = parameter.type
                if (isinstance(type_, t.Reference) and not type_.const) or isinstance(argument, AddressOf):
                    self._assigned(argument.place if isinstance(argument, AddressOf) else argument, found)
            if callee.name not in entered:
                entered.add(callee.name)
                inner: set[Symbol] = set()
                self._modified(callee.body, inner, entered)
                found.update(s for s in inner if s.storage is Storage.GLOBAL)
            return
        name = bare(call.name)
        if name in PURE or name in READ_ALGORITHMS:
            return
        written = MEMORY[name].writes if name in MEMORY else range(len(call.arguments))
        for k in written:
            if k >= len(call.arguments):
                continue
            argument = call.arguments[k]
            while isinstance(argument, Cast):
                argument = argument.operand
            if isinstance(argument, AddressOf):
                self._assigned(argument.place, found)
            elif name in MEMORY and is_pointer_like(argument.type):
                continue  # handed over by value
            elif walk.is_place(argument) and (name in MEMORY or self._may_bind(name)):
                self._assigned(argument, found)

    def _may_bind(self, name: str) -> bool:
        """Whether an unlisted function may take its arguments by reference."""
        known = name in OUTPUT or name in HIDDEN_STATE or name in LEAVES or name in ALLOCATE or name in RELEASE
        return not known and name not in CHANGE_ALGORITHMS


def obstacle(name: str) -> tuple[str, str, Why] | None:
    """What forbids calls of a library function in another order, what would help, and the kind of reason; None if
    nothing does."""
    short = bare(name)
    if short in OUTPUT:
        remedy = "collect the values in an array and print them after the loop"
        return f"calls {name} (I/O, order visible)", remedy, Why.CALL_OUTPUT
    if short in HIDDEN_STATE:
        remedy = "draw the values before the loop, or compute them from the index"
        return f"calls {name} (hidden state)", remedy, Why.CALL_HIDDEN_STATE
    if short in LEAVES:
        remedy = "note the error in the loop and act on it after the loop"
        return f"calls {name} (may leave the function)", remedy, Why.CALL_LEAVES
    return None
