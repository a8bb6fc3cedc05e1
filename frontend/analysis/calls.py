"""What calls do during the abstract run: closures and functions of the file are entered, library functions looked up.

A call that is not understood is an obstacle; so is one whose effects must happen in the order of iterations.
"""

from __future__ import annotations

from dataclasses import field, replace
from typing import TYPE_CHECKING

from unseq.frontend.analysis import library, terms
from unseq.frontend.analysis.affine import polynomial
from unseq.frontend.analysis.context import Nest, Obstacle
from unseq.frontend.analysis.effects import obstacle
from unseq.frontend.analysis.paths import POSITIONS, distance, element
from unseq.frontend.analysis.reading import Env
from unseq.frontend.analysis.regions import Kind, is_array_parameter, is_pointer_like, leads
from unseq.frontend.ir import types as t
from unseq.frontend.ir import walk
from unseq.frontend.ir.nodes import (
    AddressOf,
    Binary,
    Block,
    Call,
    Cast,
    Expr,
    Index,
    Lambda,
    Literal,
    Loop,
    Method,
    Ref,
    Storage,
    Symbol,
)
from unseq.frontend.reasons import Why
from unseq.frontend.slotted import dataclass

if TYPE_CHECKING:
    from unseq.frontend.analysis.values import Values

MAX_DEPTH = 8
_WHOLE = frozenset({"partial_sort", "nth_element", "rotate", "inplace_merge", "copy_backward", "move_backward",
                    "rotate_copy"})  # fmt: skip
_OF_TWO_RANGES = frozenset({"merge", "set_union", "set_intersection", "set_difference", "search", "includes", "equal",
                            "mismatch", "lexicographical_compare", "is_permutation"})  # fmt: skip


@dataclass(slots=True)
class Frame:
    """A loop or a function (``loop`` None) that is being run: where ``continue``, ``break`` and ``return`` lead."""

    loop: Loop | None
    continues: list[Env] = field(default_factory=list)
    breaks: list[Env] = field(default_factory=list)
    values: list[Expr | None] = field(default_factory=list)


def call(run: Values, e: Call) -> Expr:
    """Runs a call and returns its value."""
    if run.recording:
        run.calls.append(e)
    closure = _closure(run, e.target)
    if closure is not None:
        if any(symbol in run.effects.changing for symbol in closure.copies):
            what = f"calls {e.name}, which captured a copy of a variable that changes"
            return _opaque(run, e, what, "capture it by reference")
        return _enter(run, e, closure.parameters, closure.body, e.name)
    if e.target is not None:
        remedy = "call the function by its name, or through a lambda of this function"
        return _opaque(run, e, f"calls {e.name}, a function value", remedy)
    callee = run.effects.functions.get(e.name)
    if callee is not None:
        if callee.name in run.inlined or callee == run.effects.function:
            remedy = f"do the loop's own work apart from the recursion; independent calls of {e.name} are forked"
            return _opaque(run, e, f"calls {e.name}, which is recursive", remedy, Why.CALL_RECURSIVE)
        return _enter(run, e, callee.parameters, callee.body, e.name)
    return _library(run, e)


def stream(run: Values, e: Binary) -> None:
    """Output or input by ``<<`` and ``>>``."""
    name = "operator" + e.op
    remedy = "collect the values in an array and print them after the loop"
    _note(run, Call(name, (), e.type, span=e.span), "uses a stream (I/O, order visible)", remedy, Why.CALL_OUTPUT)


def other_method(run: Values, e: Method, target: Expr) -> None:
    """A member function that may change its object."""
    if run.recording:
        run.calls.append(e)
    if isinstance(t.strip(e.object.type), t.Opaque):
        remedy = "use a type of the standard library, or a struct and functions of this file"
        _note(run, e, f"calls {e.name} of an object of unknown type", remedy)
        return
    changes = e.name not in library.CONST_METHODS or (e.name in ("real", "imag") and e.arguments)
    if walk.is_place(target):
        run.record(e.object, target, bool(changes), "call" if changes else "", whole=bool(changes), call=e)
    elif changes:
        _note(run, e, f"calls {e.name} of an object that is not known", "call it on a variable or an element")


def _closure(run: Values, target: Expr | None) -> Lambda | None:
    if isinstance(target, Lambda):
        return target
    if isinstance(target, Ref):
        return run.effects.lambdas.get(target.symbol)
    return None


def _note(run: Values, e: Call | Method, what: str, remedy: str, code: Why = Why.CALL_UNKNOWN) -> None:
    if run.recording:
        run.obstacles.append(Obstacle(e, run.site, what, remedy, code))


def _opaque(run: Values, e: Call, what: str, remedy: str, code: Why = Why.CALL_UNKNOWN) -> Expr:
    """A call that may do anything with what it is handed."""
    for argument in e.arguments:
        _touch_all(run, e, argument)
    _note(run, e, what, remedy, code)
    return run.unknown(e.type)


def _touch_all(run: Values, e: Call, argument: Expr) -> None:
    value = run.read(argument)
    if is_pointer_like(argument.type):
        _whole(run, e, value, True)


def _whole(run: Values, e: Call, pointer: Expr, is_write: bool) -> None:
    """Any element behind a pointer."""
    if isinstance(pointer, AddressOf) and not isinstance(pointer.place, Index):
        run.record(pointer, pointer.place, is_write, "call" if is_write else "", whole=True, call=e)
        return
    to = t.element_type(pointer.type) or t.CHAR  # void*
    place = element(pointer, run.unknown(t.LONG), to, e)
    run.record(pointer, place, is_write, "call" if is_write else "", whole=True, call=e)


def _enter(run: Values, e: Call, parameters: tuple[Symbol, ...], body: Block, name: str) -> Expr:
    """Runs the body of a closure or function with its parameters bound."""
    assert run.env is not None
    if len(run.inlined) >= MAX_DEPTH or len(parameters) != len(e.arguments):
        return _opaque(run, e, f"calls {e.name}, which is too deep to follow", "write the inner calls out")
    bound: dict[Symbol, Expr] = {}
    for parameter, argument in zip(parameters, e.arguments, strict=True):
        if isinstance(parameter.type, t.Reference):
            bound[parameter] = run.place(argument) if walk.is_place(argument) else run.read(argument)
        else:
            bound[parameter] = run.read(argument)
            if is_array_parameter(parameter) and isinstance(argument.type, t.Array) and not leads(argument):
                first = Index(run.place(argument), Literal(0, t.LONG, "0"), argument.type.element)
                bound[parameter] = AddressOf(first, t.Pointer(argument.type.element))
    for parameter, value in bound.items():
        if isinstance(parameter.type, t.Reference):
            run.env[parameter] = value
        else:
            run.set(parameter, value)
    frame = Frame(None)
    run.frames.append(frame)
    run.inlined.append(name)
    run.entered.add(name)
    run.block(body)
    run.inlined.pop()
    run.frames.pop()
    ends: list[Env | None] = [run.env, *frame.breaks]
    fell_through = run.env is not None
    run.env = run.join(ends)
    if run.env is None:  # never returns
        run.env = {}
        remedy = "note the error in the loop and act on it after the loop"
        _note(run, e, f"calls {e.name}, which never returns", remedy, Why.CALL_LEAVES)
    if len(frame.values) == 1 and not fell_through and frame.values[0] is not None:
        return frame.values[0]
    return run.unknown(e.type)


def _library(run: Values, e: Call) -> Expr:
    name = library.bare(e.name)
    if name in ("begin", "cbegin", "end", "cend", "data", "size", "ssize") and len(e.arguments) == 1:
        return run.read(
            Method(e.arguments[0], name.removeprefix("c").replace("ssize", "size"), (), e.type, span=e.span)
        )
    if name in library.PURE:
        return replace(e, arguments=tuple(run.read(a) for a in e.arguments))
    if name in ("swap", "exchange", "iter_swap"):
        return _swap(run, e, name)
    if name in library.MEMORY:
        return _memory(run, e, name)
    if name in library.READ_ALGORITHMS or name in library.CHANGE_ALGORITHMS:
        return _algorithm(run, e, name)
    if name in library.ALLOCATE:
        return replace(e, arguments=tuple(run.read(a) for a in e.arguments))
    if name in library.RELEASE:
        return _release(run, e)
    found = obstacle(e.name)
    for argument in e.arguments:
        value = run.read(argument)
        if is_pointer_like(argument.type) and found is None:
            _whole(run, e, value, True)
        elif is_pointer_like(argument.type) and not isinstance(argument, Literal):
            _whole(run, e, value, name.endswith(("scanf", "gets", "read")))
    if found is None:
        found = _unknown(run, e)
    _note(run, e, *found)
    return run.unknown(e.type)


def _unknown(run: Values, e: Call) -> tuple[str, str, Why]:
    """A function that is not in this file, or that is and was not understood."""
    for missing in run.effects.function.missing:
        where, _, why = missing.what.partition(": ")
        if where == f"in '{e.name}'":
            return f"calls {e.name}, which is not understood ({why})", missing.remedy, Why.CALL_UNKNOWN
    what = f"calls external function {e.name}: its effects are unknown"
    return what, f"define {library.bare(e.name)} in this file, or call it before the loop", Why.CALL_UNKNOWN


def _release(run: Values, e: Call) -> Expr:
    value = run.read(e.arguments[0]) if e.arguments else None
    regions = run.effects.points_to.of_value(value) if value is not None else frozenset()
    span = run.loop.span
    if not regions or not all(r.kind is Kind.FRESH and span.start < r.site <= span.end for r in regions):
        what = f"calls {e.name} on memory that was not allocated in the same iteration"
        _note(run, e, what, "release it after the loop", Why.CALL_RELEASE)
    return e


def _swap(run: Values, e: Call, name: str) -> Expr:
    places = [run.place(a) for a in e.arguments[:2] if walk.is_place(a)]
    if name == "iter_swap" or len(places) != 2:
        for argument in e.arguments:
            _touch_all(run, e, argument)
            if walk.is_place(argument):
                run.record(argument, run.place(argument), True, "call", whole=True, call=e)
        return run.unknown(e.type)
    values = [run.env.get(p.symbol, p) if isinstance(p, Ref) and run.env else p for p in places]
    result = values[0]
    targets = places if name == "swap" else places[:1]
    for k, place in enumerate(targets):
        if isinstance(place, Ref) and not isinstance(place.symbol.type, t.Reference):
            if isinstance(place.symbol.type, t.Library | t.Record):
                run.record(e.arguments[k], place, True, "call", call=e)
            else:
                run.set(place.symbol, values[1 - k])
        else:
            run.record(e.arguments[k], place, True, "call", call=e)
    return result


def _memory(run: Values, e: Call, name: str) -> Expr:
    touch = library.MEMORY[name]
    values = [run.read(a) for a in e.arguments]
    sized = name in ("memcpy", "memmove", "memset", "memcmp") and len(values) == 3
    for k, value in enumerate(values):
        for is_write in (False, True):
            if k not in (touch.writes if is_write else touch.reads):
                continue
            pointer = value
            while isinstance(pointer, Cast) and is_pointer_like(pointer.operand.type):
                pointer = pointer.operand
            count = elements_of(values[2], pointer.type) if sized else None
            if count is not None:
                _range(run, e, pointer, count, is_write)
            elif is_pointer_like(pointer.type) or isinstance(pointer.type, t.Array):
                _whole(run, e, pointer, is_write)
    if touch.writes and name.startswith("mem"):
        return values[0]
    return run.unknown(e.type)


def elements_of(size: Expr, type_: t.Type) -> Expr | None:
    """A number of bytes as a number of elements."""
    to = t.element_type(type_)
    width = to.bits // 8 if isinstance(to, t.Int | t.Float) and to != t.Float(80) else None
    found = polynomial(size)
    if width is None or found is None or any(c % width for c in found.terms.values()):
        return None
    return type(found)({m: c // width for m, c in found.terms.items()}).expression()


def _range(run: Values, e: Call, pointer: Expr, count: Expr, is_write: bool) -> None:
    """``count`` elements from ``pointer`` on."""
    to = t.element_type(pointer.type)
    assert to is not None
    position = Symbol(f"element{e.span.start}", t.LONG, 2 * POSITIONS - e.span.start, Storage.TEMPORARY)
    counter = terms.ref(position)
    domain = (terms.compare(">=", counter, terms.ZERO), terms.compare("<", counter, count))
    nest = Nest(run.loop, None, position, terms.ZERO, terms.subtract(count, terms.ONE), domain)
    run.nests.append(nest)
    run.record(pointer, element(pointer, counter, to, e), is_write, "call" if is_write else "", call=e)
    run.nests.pop()


def _algorithm(run: Values, e: Call, name: str) -> Expr:
    """A standard algorithm on ranges."""
    values = [run.read(a) for a in e.arguments]
    cursors = [k for k, a in enumerate(e.arguments) if is_pointer_like(a.type)]
    if not cursors or cursors[0] != 0:
        for argument in e.arguments:
            if walk.is_place(argument):  # a range as one object: std::ranges::sort(v)
                run.record(argument, run.place(argument), True, "call", whole=True, call=e)
        _functions(run, e, None)
        return run.unknown(e.type)
    paired = len(cursors) > 1 and cursors[1] == 1
    counts: dict[int, Expr | None] = {}  # of elements from each cursor on
    ends: set[int] = set()
    if paired and name not in _WHOLE:
        counts = dict.fromkeys(cursors, _between(values[0], values[1]))
        ends.add(1)
        if name in _OF_TWO_RANGES and len(cursors) >= 4:
            one, two = counts[0], _between(values[cursors[2]], values[cursors[3]])
            counts[cursors[2]] = two
            ends.add(cursors[3])
            both = terms.add(one, two) if one is not None and two is not None else None
            counts.update(dict.fromkeys(cursors[4:], both))
    elif not paired and name.endswith("_n"):
        counts = dict.fromkeys(cursors, values[1])
    outputs = cursors[-2:] if name == "partition_copy" else cursors[-1:]
    for k in cursors:
        if k in ends and counts[k] is not None:
            continue
        in_place = name in library.CHANGE_ALGORITHMS and name not in library.CHANGE_ALGORITHMS_OUT
        writes = k in outputs if name in library.CHANGE_ALGORITHMS_OUT else in_place and (k == 0 or (paired and k == 1))
        count = counts.get(k)
        for is_write in (False, True) if writes else (False,):
            if count is not None:
                _range(run, e, values[k], count, is_write)
            else:
                _whole(run, e, values[k], is_write)
    _functions(run, e, values[0])
    if is_pointer_like(e.type):
        return Binary("+", values[0], run.unknown(t.LONG), values[0].type)
    return run.unknown(e.type)


def _between(first: Expr, last: Expr) -> Expr | None:
    """The number of elements between two cursors, where it is known."""
    high, low = polynomial(last), polynomial(first)
    if high is not None and low is not None:
        length = high.minus(low)
        if not any(is_pointer_like(a.type) or not t.is_arithmetic(a.type) for a in length.atoms()):
            return length.expression()
    return distance(first, last)


def _functions(run: Values, e: Call, cursor: Expr | None) -> None:
    """The function objects among the arguments are run on unknown elements; that their values are read is known."""
    for argument in e.arguments:
        if t.is_arithmetic(argument.type) or is_pointer_like(argument.type):
            continue
        closure = _closure(run, argument)
        if closure is not None:
            elements: list[Expr] = []
            for parameter in closure.parameters:
                of = t.element_type(cursor.type) if cursor is not None else None
                type_ = parameter.type
                seen = isinstance(type_, t.Reference) and not (type_.const and t.is_arithmetic(type_.to))
                if seen and cursor is not None and of == t.strip(parameter.type):
                    elements.append(Index(cursor, run.unknown(t.LONG), of))
                else:
                    elements.append(run.unknown(t.strip(parameter.type)))
            inner = Call(
                "a function object",
                tuple(elements),
                closure.type,
                Lambda(closure.parameters, closure.body, closure.type, closure.copies),
                span=e.span,
            )
            _enter(run, inner, closure.parameters, closure.body, "a function object")
        elif isinstance(argument.type, t.Callable):
            _note(run, e, f"hands a function to {e.name} that is not known here", "write it as a lambda")
