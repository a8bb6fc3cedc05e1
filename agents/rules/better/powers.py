"""Nests whose inner loop multiplies a factor by the same number in each iteration (the twiddle factors of an FFT).

Where the outer loop is short, parts of the inner one go around it, each from the factor that it starts with: every
power is the product that the source makes, so nothing is rounded otherwise.

That the loops may change places is shown by the analyses on the nest with the factors in a table: iterations of the
outer loop are independent, and so are those of the inner one, under the conditions that they name.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from unseq.agents.rules.better.rewrite import COUNTER, Rewrite, Writer, with_includes
from unseq.agents.rules.better.scope import Counted, Scope, counted, is_checkable, printed_guards, span_of
from unseq.backends.parlay.cxx_types import print_type
from unseq.frontend.analysis.affine import number
from unseq.frontend.analysis.build import FunctionAnalysis
from unseq.frontend.analysis.driver import analyze
from unseq.frontend.analysis.updates import uncast
from unseq.frontend.facts import Facts, Induction, LoopFact, Private, Role
from unseq.frontend.ir import types as t
from unseq.frontend.ir.nodes import AddressOf, Assign, Binary, Construct, Declare, Expr, For, Literal, Ref, Stmt, Symbol
from unseq.frontend.ir.walk import used_symbols, walk
from unseq.frontend.lower import lower
from unseq.frontend.source import NOWHERE, InputError, Language, Unsupported


def find(facts: Facts, analysis: FunctionAnalysis, writer: Writer) -> Iterator[Rewrite]:
    """The rewrites of a function's nests with powers."""
    for fact in facts.loops:
        nest = _nest(facts, fact, analysis) if fact.function == facts.function.name and fact.parallel else None
        rewrite = nest.rewrite(facts, writer) if nest is not None else None
        if rewrite is not None:
            yield rewrite


_MANY = 32  # iterations of an outer loop that keep many threads busy
_TILE = 32  # iterations of the inner loop that run together, for all of the outer one
_BEFORE, _AFTER = "span O(n)", "span O(n / p)"


@dataclass(frozen=True, slots=True)
class _Nest:
    """An outer loop with a factor that starts from ``start`` and is multiplied by ``step`` in the inner one."""

    fact: LoopFact
    outer: For
    inner: Counted
    factor: Symbol
    start: Expr
    step: Expr

    def rewrite(self, facts: Facts, writer: Writer) -> Rewrite | None:
        """The nest with parts of its inner loop around the outer one, where that is short; None where the loops may
        not change places."""
        iteration = self.fact.iteration
        guards = self._conditions(facts, writer) if iteration is not None else None
        if iteration is None or guards is None:
            return None
        powers, count, power = map(writer.name, ("powers", "factors", "power"))
        spelled, step, end = print_type(self.factor.type), writer.expr(self.step), self._end(writer)
        low = writer.expr(self.inner.lower.expression())
        table = (
            f"const {COUNTER} {count} = {self._count(writer)};\n"
            f"std::vector<{spelled}> {powers}(({count} + {_TILE - 1}) / {_TILE});\n"
            f"{spelled} {power} = {writer.expr(self.start)};\n"
            f"for ({COUNTER} k = 0; k < {count}; ++k) {{\n"
            f"if (k % {_TILE} == 0) {{\n{powers}[k / {_TILE}] = {power};\n}}\n{power} *= {step};\n}}"
        )
        tiles = (
            f"for ({COUNTER} tile = 0; tile < {count}; tile += {_TILE}) {{\n{self._head(self.outer, writer)} {{\n"
            f"{spelled} {self.factor.name} = {powers}[tile / {_TILE}];\n{self._tile(low, end)} {{\n"
            f"{self._rest(writer)}\n{self.factor.name} *= {step};\n}}\n}}\n}}"
        )
        few = [f"0 < {self._count(writer)}", *guards, f"{writer.expr(iteration.trip, 10)} < {_MANY}"]
        original = writer.source(self.outer.span)
        condition = " && ".join(few)
        text = f"{{\nif ({condition}) {{\n{table}\n{tiles}\n}} else {{\n{original}\n}}\n}}"
        words = "where a nest has a short outer loop, parts of the inner one around it, each from a power in a table"
        return Rewrite(self.outer.span, text, words, _BEFORE, _AFTER, guarded=bool(guards))

    def _count(self, writer: Writer) -> str:
        """How many iterations the inner loop has."""
        return writer.operand(self.inner.upper.minus(self.inner.lower).expression())

    def _end(self, writer: Writer) -> str:
        return writer.expr(self.inner.upper.expression())

    def _head(self, loop: For, writer: Writer) -> str:
        return writer.source(replace(loop.span, end=loop.body.span.start)).strip()

    def _rest(self, writer: Writer) -> str:
        """The statements of the inner loop but the last one."""
        first, last = self.inner.body[0].span, self.inner.body[-1].span
        return writer.source(replace(first, end=last.start)).strip()

    def _tile(self, low: str, end: str) -> str:
        """The head of the inner loop, over the part of its range that begins at ``tile``."""
        name, spelled = self.inner.symbol.name, print_type(t.strip(self.inner.symbol.type))
        begin = "tile" if low == "0" else f"(tile + {low})"
        stop = f"({spelled})std::min<{COUNTER}>({end}, {begin} + {_TILE})"
        return f"for ({spelled} {name} = ({spelled}){begin}; {name} < {stop}; {name} += 1)"

    def _conditions(self, facts: Facts, writer: Writer) -> list[str] | None:
        """What makes both loops parallel where the factor comes from a table; None where that is not known."""
        function, span = facts.function, self.outer.span
        heads = [self._head(loop, writer) for loop in (self.outer, self.inner.loop)]
        spelled, name = print_type(self.factor.type), writer.name("table")
        low = writer.operand(self.inner.lower.expression())
        read = f"const {spelled} {self.factor.name} = {name}[({COUNTER}){self.inner.symbol.name} - {low}];"
        nest = f"{heads[0]} {{\n{heads[1]} {{\n{read}\n{self._rest(writer)}\n}}\n}}"
        part = f"{{\nstd::vector<{spelled}> {name}({self._count(writer)});\n{nest}\n}}".encode()
        text = function.unit.text[: span.start] + part + function.unit.text[span.end :]
        unit = replace(function.unit, text=with_includes(text, span.start))
        try:
            other = lower(unit, function.name)
            found = analyze(other, callees=False).loops
        except (Unsupported, InputError):
            return None
        conditions: list[str] = []
        for head in heads:
            at = unit.text.index(part) + part.index(f"{head} {{".encode())
            fact = next((f for f in found if (f.original or f.loop).span.start == at), None)
            if fact is None or not is_checkable(fact) or not all(map(_is_its_own, fact.roles)):
                return None
            conditions += printed_guards(other, fact)
        return conditions


def _is_its_own(role: Role) -> bool:
    """Whether a role leaves nothing behind."""
    return (isinstance(role, Private) and not role.last) or (isinstance(role, Induction) and not role.live_out)


def _nest(facts: Facts, fact: LoopFact, analysis: FunctionAnalysis) -> _Nest | None:
    outer = fact.original if fact.original is not None else fact.loop
    if facts.function.unit.language is not Language.CPP or not isinstance(outer, For) or outer.span == NOWHERE:
        return None
    body = outer.body.statements
    if len(body) != 2 or not isinstance(body[0], Declare) or not isinstance(body[1], For) or len(outer.init) != 1:
        return None
    inner = next((c for f in facts.loops if f.loop is body[1] and (c := counted(f)) is not None), None)
    first = outer.init[0]
    if inner is None or not isinstance(first, Declare) or not inner.body:
        return None
    scope = Scope(facts.function, Counted(fact, outer, first.symbol, number(0), number(0)), analysis)
    factor, step = body[0].symbol, _step(inner.body[-1], body[0].symbol)
    if step is None or body[0].value is None or not scope.is_fixed(step):
        return None
    if not span_of((inner.lower, inner.upper), scope):
        return None
    if not _is_fixed(body[0].value, scope) or not (t.is_complex(factor.type) or isinstance(factor.type, t.Float)):
        return None
    rest = inner.body[:-1]
    if not rest or not all(_reads_only(s, factor) for s in rest) or step.type != factor.type:
        return None
    return _Nest(fact, outer, inner, factor, body[0].value, step)


def _step(last: Stmt, factor: Symbol) -> Expr | None:
    """What the last statement of a body multiplies a variable by."""
    if not isinstance(last, Assign) or not isinstance(last.place, Ref) or last.place.symbol != factor:
        return None
    if last.op == "*":
        return last.value
    value = uncast(last.value)
    own = isinstance(value, Binary) and value.op == "*" and value.left == last.place and not last.op
    return value.right if own and isinstance(value, Binary) else None


def _is_fixed(e: Expr, scope: Scope) -> bool:
    if isinstance(e, Construct):
        return all(_is_fixed(a, scope) for a in e.arguments)
    return isinstance(e, Literal) or scope.is_fixed(e)


def _reads_only(s: Stmt, symbol: Symbol) -> bool:
    for node in walk(s):
        if isinstance(node, Assign) and symbol in used_symbols(node.place):
            return False
        if isinstance(node, AddressOf) and symbol in used_symbols(node):
            return False
    return True
