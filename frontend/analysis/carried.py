"""Variables that carry a value from iteration to iteration and have no role: what kind they are, and what would help.

Decides nothing: that no role fits was found elsewhere.
"""

from __future__ import annotations

from unseq.frontend.analysis.context import LoopContext
from unseq.frontend.analysis.induction import stepped
from unseq.frontend.analysis.places import first_assignment
from unseq.frontend.analysis.uncounted import assignments, follows, scales, text_of_statement
from unseq.frontend.ir import types as t
from unseq.frontend.ir import walk
from unseq.frontend.ir.nodes import Assign, Declare, Symbol
from unseq.frontend.reasons import Why
from unseq.frontend.source import Diagnostic


def static(context: LoopContext, symbol: Symbol) -> Diagnostic:
    """A static local."""
    span, other = first_assignment(context, symbol)
    what = f"{symbol.name} is static: it keeps its value from iteration to iteration and from call to call"
    return Diagnostic(span, what, f"pass {symbol.name} as a parameter", other, code=Why.CARRIED_STATIC)


def carried(context: LoopContext, symbol: Symbol) -> Diagnostic:
    """Any other variable without a role."""
    span, other = first_assignment(context, symbol)
    updates = assignments(symbol, context)
    code, remedy = _kind(context, symbol, updates)
    what = f"{symbol.name} depends on its value in the iteration before"
    if updates and code is not Why.CARRIED_OBJECT:
        what += f" ({text_of_statement(updates[0], context)})"
    return Diagnostic(span, what, remedy, other, 1, code=code)


def _kind(context: LoopContext, symbol: Symbol, updates: list[Assign]) -> tuple[Why, str]:
    name, type_ = symbol.name, t.strip(symbol.type)
    fed = _fed(context, symbol)
    own = [u for u in updates if u.op or fed & walk.used_symbols(u.value)]
    if any(follows(u, symbol) for u in updates):
        return Why.POINTER_CHASE, f"collect what {name} leads to in an array first, then loop over the array"
    if isinstance(type_, t.Pointer) or (isinstance(type_, t.Library) and type_.name == "iterator"):
        return Why.CARRIED_POINTER, f"index a fixed array with the loop counter instead of moving {name}"
    if not t.is_arithmetic(type_) and not (isinstance(type_, t.Library) and type_.name == "complex"):
        return Why.CARRIED_OBJECT, f"declare {name} inside the loop, or make it an array with one for each iteration"
    if own and all(stepped(u) is not None for u in own):
        return Why.CARRIED_COUNTER, (
            f"if {name} counts what is kept, write the element where {name} advances (out[{name}++] = x); "
            "else compute the positions first, by a prefix sum"
        )
    if own and all(scales(u, symbol) for u in own) and isinstance(type_, t.Int):
        return Why.CARRIED_SCALED, f"compute {name} from the loop counter"
    if updates and not own:
        return Why.CARRIED_VALUE, (
            f"set {name} in every iteration before it is read (or declare it inside the loop), unless an old value is "
            "meant"
        )
    return Why.CARRIED_VALUE, (
        f"compute {name} from the loop counter or from the inputs, or make its update one associative operation "
        "(sum, product, min, max, bitwise) or a linear one (x = a * x + b)"
    )


def _fed(context: LoopContext, symbol: Symbol) -> frozenset[Symbol]:
    """Variables of the loop whose values may come from ``symbol``, itself included."""
    found = {symbol}
    steps = [n for n in walk.walk(context.body) if isinstance(n, Assign | Declare)]
    while True:
        more = set()
        for node in steps:
            target = node.symbol if isinstance(node, Declare) else walk.root(node.place)
            if target is not None and node.value is not None and found & walk.used_symbols(node.value):
                more.add(target)
        if more <= found:
            return frozenset(found)
        found |= more
