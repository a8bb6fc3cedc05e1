"""Whether an expression may be evaluated in iterations and states in which the original would not evaluate it.

To run a block of iterations before its start state is known means to evaluate what only some states need.  That must
not fault: no division by what may be zero, and no load but of elements at the loop's own position (an array that the
loop sweeps is as long as the sweep).
"""

from __future__ import annotations

from unseq.frontend.analysis.context import LoopContext
from unseq.frontend.ir.nodes import Binary, Call, Deref, Expr, Index, Literal, Member, Method, Ref, Select, Symbol
from unseq.frontend.ir.types import Int
from unseq.frontend.ir.walk import children, used_symbols, walk


def may_run_ahead(context: LoopContext, e: Expr, own: frozenset[Symbol]) -> bool:
    """Whether what ``e`` evaluates only for some values of the variables ``own`` may be evaluated for all."""
    return all(_harmless(context, part) for part in _conditional(e, own, False))


def _conditional(e: Expr, own: frozenset[Symbol], inside: bool) -> list[Expr]:
    """The parts of ``e`` that are evaluated only if a condition on ``own`` holds."""
    if inside:
        return [e]
    if isinstance(e, Select):
        depends = bool(used_symbols(e.condition) & own)
        found = _conditional(e.condition, own, False)
        return found + _conditional(e.then, own, depends) + _conditional(e.other, own, depends)
    if isinstance(e, Binary) and e.op in {"&&", "||"}:
        depends = bool(used_symbols(e.left) & own)
        return _conditional(e.left, own, False) + _conditional(e.right, own, depends)
    return [part for child in children(e) if not isinstance(child, Literal)
            for part in _conditional(child, own, False)]  # type: ignore[arg-type]  # children of expressions


def _harmless(context: LoopContext, e: Expr) -> bool:
    for node in walk(e):
        match node:
            case Binary("/" | "%", _, divisor) if isinstance(node.type, Int):
                if not isinstance(divisor, Literal) or divisor.value in (0, -1):
                    return False
            case Call(name) if name not in {"std::min", "std::max"}:
                return False
            case Index() | Deref() | Method() | Member() if not _swept(context, node):
                return False
    return True


def _swept(context: LoopContext, load: Expr) -> bool:
    """Whether a load is at the loop's own position, or of something that does not change."""
    for node in walk(load):
        if node is load or isinstance(node, Literal):
            continue
        if isinstance(node, Ref):
            moves = node.symbol == context.main or node.symbol in context.inductions
            if not moves and (node.symbol in context.assigned or node.symbol in context.carried):
                return False
        elif isinstance(node, Index | Deref | Method | Call):
            return False
    return True
