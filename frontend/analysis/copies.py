"""Second copies of statements: with variables and loops of their own, so that every symbol is still declared once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from unseq.frontend.ir import walk
from unseq.frontend.ir.nodes import Declare, Expr, ForEach, Function, Lambda, Ref, Stmt, Symbol
from unseq.frontend.source import NOWHERE


class Copies:
    """Makes copies for one function."""

    def __init__(self, function: Function) -> None:
        scopes = (function, *function.callees)
        symbols = frozenset().union(*(walk.used_symbols(f) | walk.declared_symbols(f) for f in scopes))
        self._uid = max((s.uid for s in symbols), default=0)
        self._loop = max((loop.id for f in scopes for loop in walk.loops(f)), default=0)
        self.names = frozenset(s.name for s in symbols)

    def symbol(self, like: Symbol, name: str = "") -> Symbol:
        """A new variable of the same kind."""
        self._uid += 1
        return replace(like, uid=self._uid, name=name or like.name)

    def loop_id(self) -> int:
        """The id of a new loop."""
        self._loop += 1
        return self._loop

    def of(self, statement: Stmt, values: Mapping[Symbol, Expr]) -> Stmt:
        """A copy in which each of ``values`` stands for its symbol; what is changed has no place in the source."""
        symbols = {s: self.symbol(s) for s in sorted(walk.declared_symbols(statement), key=lambda s: s.uid)}
        known = {**{s: Ref(new, new.type) for s, new in symbols.items()}, **values}

        def one(node: walk.Node) -> walk.Node:
            if isinstance(node, walk.LOOPS):
                node = replace(node, id=self.loop_id())
            if isinstance(node, Declare | ForEach) and node.symbol in symbols:
                return replace(node, symbol=symbols[node.symbol])
            if isinstance(node, Lambda) and node.parameters:
                return replace(node, parameters=tuple(symbols.get(p, p) for p in node.parameters))
            if isinstance(node, Ref) and node.symbol in known:
                value = known[node.symbol]
                return replace(value, type=node.type, span=node.span) if isinstance(value, Ref) else value
            return node

        moved = values.keys()

        def bare(node: walk.Node) -> walk.Node:
            changed = any(isinstance(n, Ref) and n.symbol in moved for n in walk.walk(node))
            return replace(node, span=NOWHERE) if changed and hasattr(node, "span") else node

        return walk.transform(walk.transform(statement, bare), one)
