"""Whether two objects that a loop touches can overlap in memory, and the run-time check that would exclude it.

Uses points-to regions, the types of the accesses (strict aliasing: lvalues of different scalar types do not overlap,
``char`` excepted), what is known of standard containers (two vectors are one object or share nothing), ``restrict``,
and the caller's ``noalias`` assumption.  Two paths from one base are ``dependence``'s question.
"""

from __future__ import annotations

from unseq.frontend.analysis.context import Access
from unseq.frontend.analysis.paths import SIZE, has_unknown, may_meet, path
from unseq.frontend.analysis.regions import Kind, PointsTo, Region, is_local, is_pointer_like
from unseq.frontend.ir import types as t
from unseq.frontend.ir.nodes import Expr, Ref, Storage, Symbol
from unseq.frontend.slotted import dataclass

CONTAINERS = frozenset({"vector", "string", "deque", "list", "array", "queue", "stack"})


@dataclass(frozen=True, slots=True)
class Object:
    """What one or more accesses have in common: the base of their paths, a representative place, their types, and
    whether the base is a pointer value (``behind``) or a variable."""

    base: Expr
    place: Expr
    types: frozenset[t.Type]
    behind: bool


@dataclass(frozen=True, slots=True)
class Overlap:
    """Whether two objects may overlap. ``whole``: if they do, they are the same object (compare addresses);
    ``element``: one is an element of the other."""

    possible: bool
    whole: bool = False
    element: bool = False
    why: str = ""


NEVER = Overlap(False)


def relation(left: Object, right: Object, points_to: PointsTo, noalias: bool) -> Overlap:
    """Whether two objects with different bases may overlap."""
    if not any(compatible(a, b) for a in left.types for b in right.types):
        return NEVER
    here, there = points_to.of_place(left.place), points_to.of_place(right.place)
    if here and there and not any(_meet(a, b, points_to, noalias) for a in here for b in there):
        return NEVER
    if not left.behind and not right.behind and isinstance(left.base, Ref) and isinstance(right.base, Ref):
        return _variables(left.base.symbol, right.base.symbol)
    return Overlap(True)


def _meet(a: Region, b: Region, points_to: PointsTo, noalias: bool) -> bool:
    if a == b:
        return True
    if Kind.UNKNOWN in (a.kind, b.kind):
        other = b if a.kind is Kind.UNKNOWN else a
        return not (other.kind is Kind.STORAGE and is_local(other) and other.symbol not in points_to.address_taken)
    if is_local(a) or is_local(b):
        return False
    if a.kind is b.kind is Kind.STORAGE:
        return False
    return not (noalias or _restricted(a) or _restricted(b))


def _restricted(region: Region) -> bool:
    if region.kind is not Kind.POINTEE or region.symbol is None:
        return False
    return isinstance(region.symbol.type, t.Pointer | t.Array) and region.symbol.type.restrict


def _variables(left: Symbol, right: Symbol) -> Overlap:
    """Two variables, at least one of them a reference (or both global)."""
    a, b = t.strip(left.type), t.strip(right.type)
    if _is_container(a) and _is_container(b):
        if a == b:
            return Overlap(True, whole=True)
        if _holds(a, b) or _holds(b, a):
            return Overlap(True, element=True, why="one may be an element of the other")
        return NEVER
    if not _is_container(a) and not _is_container(b) and not is_pointer_like(a) and not is_pointer_like(b):
        if a == b:
            return Overlap(True, whole=True)
        if _holds(a, b) or _holds(b, a) or compatible(a, b):
            return Overlap(True, why="one may be a part of the other")
        return NEVER
    return Overlap(True)


def _is_container(type_: t.Type) -> bool:
    return isinstance(type_, t.Library) and type_.name in CONTAINERS


def _holds(outer: t.Type, inner: t.Type, depth: int = 0) -> bool:
    """Whether an object of one type can have one of the other inside."""
    if depth > 6:
        return True
    parts: tuple[t.Type, ...] = ()
    if isinstance(outer, t.Library):
        parts = tuple(a for a in outer.args if not isinstance(a, int))
        if outer.name == "string":
            parts = (t.CHAR,)
    elif isinstance(outer, t.Record):
        parts = tuple(f.type for f in outer.fields)
    elif isinstance(outer, t.Array):
        parts = (outer.element,)
    return any(part == inner or _holds(part, inner, depth + 1) for part in parts)


def compatible(a: t.Type, b: t.Type) -> bool:
    """Whether lvalues of the two types may name the same memory."""
    a, b = t.strip(a), t.strip(b)
    if a == b:
        return True
    if isinstance(a, t.Int) and isinstance(b, t.Int) and a.bits == b.bits:
        return True
    if any(isinstance(x, t.Int) and x.bits == 8 for x in (a, b)):
        return True
    if any(isinstance(x, t.Void | t.Opaque | t.Callable) for x in (a, b)):
        return True
    scalar = (t.Bool, t.Int, t.Float, t.Pointer)
    if isinstance(a, scalar) and isinstance(b, scalar):
        return isinstance(a, t.Pointer) and isinstance(b, t.Pointer)
    if _is_complex_pair(a, b) or _is_complex_pair(b, a):
        return True
    if (isinstance(a, t.Record) and not a.fields) or (isinstance(b, t.Record) and not b.fields):
        return True
    return _holds(a, b) or _holds(b, a) or _common(a, b)


def may_change(write: Access, load: Expr) -> bool:
    """Whether a write may change what a resolved load of the same loop reads; objects behind different, known bases
    are looked at pair by pair elsewhere."""
    written, here = path(write.resolved), path(load)
    if written.base == here.base:
        return may_meet(written, here)
    if not has_unknown(written.base) and not has_unknown(here.base):
        return False
    if here.steps and here.steps[-1] == SIZE:
        return write.whole  # elements can be written through any pointer, a size only by its container
    return write.whole or compatible(write.resolved.type, load.type)


def _is_complex_pair(a: t.Type, b: t.Type) -> bool:
    """``complex<double>`` may be read as its two doubles."""
    return isinstance(a, t.Library) and a.name == "complex" and b in a.args


def _common(a: t.Type, b: t.Type) -> bool:
    """Two aggregates: a container may be accessed as a whole where the other is a view of its elements."""
    views = [isinstance(x, t.Library) and (x.name in CONTAINERS or is_pointer_like(x)) for x in (a, b)]
    if all(views):
        return t.element_type(a) == t.element_type(b)
    return False


def name_of(e: Expr) -> str:
    """How to call a base when talking to people."""
    return e.symbol.name if isinstance(e, Ref) else "a pointer that was read from memory"


def is_global(e: Expr) -> bool:
    """Whether a base is a variable at file scope."""
    return isinstance(e, Ref) and e.symbol.storage is Storage.GLOBAL
