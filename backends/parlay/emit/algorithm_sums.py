"""Standard reductions and scans by ParlayLib's: sums of what a function makes of one range or two.

Knows monoids by their operator; an operation that is no operator is applied to blocks as it is.
"""

from __future__ import annotations

from collections.abc import Callable

from unseq.backends.parlay.cxx_literals import ADDITIVE, CONDITIONAL, MULTIPLICATIVE
from unseq.backends.parlay.emit import blocks, ranges
from unseq.backends.parlay.emit.bounds import BLOCK
from unseq.backends.parlay.emit.captures import CLOSURE
from unseq.backends.parlay.emit.context import Context
from unseq.frontend.analysis.identity import identity
from unseq.frontend.analysis.overlap import bound
from unseq.frontend.analysis.updates import uncast
from unseq.frontend.facts import CallFact
from unseq.frontend.ir import types as t
from unseq.frontend.ir.nodes import Expr, Index, Literal, Ref, Symbol
from unseq.frontend.ir.walk import substitute
from unseq.frontend.source import Unsupported

_MONOIDS = {
    "+": "plus", "*": "multiplies", "&": "bit_and", "|": "bit_or", "^": "bit_xor", "&&": "logical_and",
    "||": "logical_or", "min": "minimum", "max": "maximum",
}  # fmt: skip

_STANDARD = {"+": "std::plus", "*": "std::multiplies", "&": "std::bit_and", "|": "std::bit_or", "^": "std::bit_xor"}


def reduction(context: Context, fact: CallFact) -> str | tuple[list[str], str]:
    """``init op e(x0) op e(x1) ...``."""
    arguments = ranges.arguments(fact)
    result = t.strip(fact.call.type)
    bits = len(arguments) == 4 and t.strip(ranges.element_type(arguments[0])) == result == t.BOOL
    if fact.op == "call" or bits:
        return _by_blocks(context, fact)
    return _reduced(context, fact, arguments[2] if len(arguments) > 2 else None, result)


def _reduced(context: Context, fact: CallFact, init: Expr | None, result: t.Type) -> str:
    """Over one range. Extrema start every element from ``init``, which settles NaN."""
    type_ = blocks.wrapping(result) if fact.op in ("+", "*") else result
    first = ranges.arguments(fact)[0]
    parameter = fact.parameters[0].name if fact.parameters else context.scoped("x")
    value = context.expr(fact.element) if fact.element is not None else parameter
    value, monoid = _from_init(context, fact, init, value, type_)
    elements = ranges.whole_range(context, fact)
    if value != parameter or ranges.element_type(first) != type_:
        reference = "const auto &" if fact.parameters == () else _by_reference(context, first)
        exact = fact.element is not None and fact.element.type == type_ and fact.op not in ("min", "max")
        body = f"{CLOSURE}({reference}{parameter}) {'' if exact else f'-> {context.type(type_)} '}{{ return {value}; }}"
        elements = f"parlay::delayed_map({elements}, {body})"
    return _sum(context, fact.op, elements, monoid, init, result, type_)


def _from_init(context: Context, fact: CallFact, init: Expr | None, value: str, type_: t.Type) -> tuple[str, str]:
    """An element's value and the monoid."""
    spelled = context.type(type_)
    if fact.op not in _MONOIDS:
        raise Unsupported(fact.span, f"a reduction by {fact.op}", "write it as a loop")
    if fact.op in ("min", "max"):
        context.includes.add("<algorithm>")
        start = context.expr(init) if init is not None else f"{spelled}()"
        return f"std::{fact.op}<{spelled}>({start}, {value})", f"parlay::{_MONOIDS[fact.op]}<{spelled}>({start})"
    return value, f"parlay::{_MONOIDS[fact.op]}<{spelled}>()"


def _sum(
    context: Context, op: str, elements: str, monoid: str, init: Expr | None, result: t.Type, type_: t.Type
) -> str:
    plus = op == "+" and t.is_arithmetic(type_)
    reduced = f"parlay::reduce({elements})" if plus else ranges.call(context, "parlay::reduce", elements, monoid)
    return folded(context, op, init, reduced, result, type_)


def _by_reference(context: Context, iterator: Expr) -> str:
    element = ranges.element_type(iterator)
    plain_value = t.is_arithmetic(element) or isinstance(element, t.Pointer)
    return f"{context.type(element)} " if plain_value else f"const {context.type(element)} &"


def folded(context: Context, op: str, init: Expr | None, reduced: str, result: t.Type, type_: t.Type) -> str:
    """``init`` (None: the identity) and the reduced elements, in the result's type."""
    if op in ("min", "max"):
        return reduced
    given = uncast(init) if init is not None else None
    if init is None or (isinstance(given, Literal) and given.value == identity(op, type_).value):
        return reduced if result == type_ else converted(context, result, reduced)
    text = context.expr(init, CONDITIONAL + 1 if op != "*" else MULTIPLICATIVE)
    if result != type_:
        return converted(context, result, f"{converted(context, type_, context.expr(init))} {op} {reduced}")
    return f"{text} {'!=' if op == '^' and isinstance(type_, t.Bool) else op} {reduced}"


def converted(context: Context, type_: t.Type, text: str) -> str:
    """A value converted to a number type."""
    spelled = context.type(type_)
    return f"{spelled}({text})" if spelled.isidentifier() else f"static_cast<{spelled}>({text})"


def _by_blocks(context: Context, fact: CallFact) -> tuple[list[str], str]:
    """An operation as it is: each block from its own first element, then the blocks from ``init``."""
    arguments = ranges.arguments(fact)
    context.includes |= {"<algorithm>", "<numeric>"}
    context.definitions.add(BLOCK)
    combine, n, block, partial = (context.scoped(name) for name in ("combine", "n", "block", "partial"))
    first, last = context.scoped("first"), context.scoped("last")
    begin = context.expr(arguments[0], ADDITIVE)
    start = f"bool(*{first})" if ranges.element_type(arguments[0]) == t.BOOL else f"*{first}"
    sum_ = f"return std::accumulate({first} + 1, {last}, {start}, {combine});"
    inner = "\n".join([*_ends(begin, n, block, first, last), sum_])
    site = context.site("reduce", fact.span)
    blocks_of = f"parlay::tabulate(({n} + {BLOCK} - 1) / {BLOCK}, {CLOSURE}(size_t {block})"
    lines = [
        f"const auto {combine} = {context.source(arguments[3])};",
        f"const size_t {n} = {ranges.length(context, fact)};",
        context.braces(f"{site}const auto {partial} = {blocks_of}", inner, ");"),
    ]
    return lines, f"std::accumulate({partial}.begin(), {partial}.end(), {context.expr(arguments[2])}, {combine})"


def _ends(begin: str, n: str, block: str, first: str, last: str) -> list[str]:
    """Declarations of a block's iterators, in a range of ``n`` elements from ``begin``."""
    return [
        f"const auto {first} = {begin} + {block} * {BLOCK};",
        f"const auto {last} = {begin} + std::min<size_t>({n}, ({block} + 1) * {BLOCK});",
    ]


def transform_reduction(context: Context, fact: CallFact) -> str:
    """Over one range, or two of one length."""
    arguments = ranges.arguments(fact)
    one = len(arguments) == 5 and fact.call.name.removeprefix("std::").startswith("transform_reduce")
    result = t.strip(arguments[2 if one else 3].type)
    init = arguments[2 if one else 3]
    if one and fact.element is not None:
        return _reduced(context, fact, init, result)
    type_ = blocks.wrapping(result) if fact.op in ("+", "*") else result
    k = context.scoped("k")
    starts = [arguments[0]] if one else [arguments[0], arguments[2]]
    values = [ranges.element(context, start, k) for start in starts]
    if fact.element is not None:
        value = context.expr(_at(fact, starts, k))
    elif len(arguments) == 4:
        value = " * ".join(values)
    else:
        value = f"{context.source(arguments[-1])}({', '.join(values)})"
    value, monoid = _from_init(context, fact, init, value, type_)
    function = f"{CLOSURE}(size_t {k}) -> {context.type(type_)} {{ return {value}; }}"
    elements = ranges.call(context, "parlay::delayed_tabulate", ranges.length(context, fact), function)
    return _sum(context, fact.op, elements, monoid, init, result, type_)


def _at(fact: CallFact, starts: list[Expr], k: str) -> Expr:
    """The element function on the elements at ``k``."""
    assert fact.element is not None
    index = Ref(Symbol(k, t.SIZE, -7), t.SIZE)
    values: dict[Symbol, Expr] = {}
    for parameter, start in zip(fact.parameters, starts, strict=True):
        base = ranges.base_of(start)
        values[parameter] = Index(base, index, ranges.element_type(start))
    return substitute(fact.element, values)


def scan(inclusive: bool) -> Callable[[Context, CallFact], str]:
    """Prefix sums into a sequence, then to where they belong: input and output may be the same range."""

    def emit(context: Context, fact: CallFact) -> str:
        arguments = ranges.arguments(fact)
        if fact.op not in _MONOIDS:
            raise Unsupported(fact.span, f"a scan by {fact.op}", "write it as a loop")
        init = _init_of(fact, arguments)
        plain = fact.element.type if fact.element is not None else ranges.element_type(arguments[0])
        element = t.strip(init.type) if init is not None else t.strip(plain)
        element = blocks.wrapping(element) if fact.op in ("+", "*") else element
        type_ = context.type(element)
        if _by_standard(fact, element):
            return _scan_by_blocks(context, fact, inclusive, init, element)
        k, sums = context.scoped("k"), context.scoped("sums")
        given = _given(context, fact, element)
        monoid = f"parlay::{_MONOIDS[fact.op]}<{type_}>()"
        site = context.site("scan", fact.span)
        value = f"{sums}[{k}]"
        if inclusive:
            line = f"{site}const auto {sums} = {ranges.call(context, 'parlay::scan_inclusive', given, monoid)};"
        else:
            line = f"{site}const auto {sums} = {ranges.call(context, 'parlay::scan', given, monoid)}.first;"
        lines = [line]
        if init is not None:
            value = _joined(context, fact.op, init, value, element, lines)
        body = f"{ranges.element(context, arguments[2], k)} = {value};"
        return "\n".join([*lines, ranges.parallel_for(context, fact, f"{sums}.size()", k, body)])

    return emit


def _by_standard(fact: CallFact, element: t.Type) -> bool:
    """Whether the standard's own scan of a block gives what a scan of the whole range gives there."""
    source, target = (t.strip(ranges.element_type(ranges.arguments(fact)[k])) for k in (0, 2))
    number = isinstance(source, t.Float) or (isinstance(source, t.Int) and source.bits in (32, 64))
    same = source == target and element in (source, blocks.wrapping(source))
    return number and same and fact.element is None and fact.op in _STANDARD


def _scan_by_blocks(context: Context, fact: CallFact, inclusive: bool, init: Expr | None, element: t.Type) -> str:
    """The sums of blocks, a scan of these, then every block from what lies before it."""
    arguments = ranges.arguments(fact)
    context.includes |= {"<algorithm>", "<functional>", "<numeric>"}
    context.definitions.add(BLOCK)
    names = ("n", "blocks", "b", "sums", "first", "last")
    n, count, b, sums, first, last = (context.scoped(name) for name in names)
    type_, op, monoid = context.type(element), _STANDARD[fact.op], f"parlay::{_MONOIDS[fact.op]}"
    begin, target = (context.expr(arguments[k], ADDITIVE) for k in (0, 2))
    ends = _ends(begin, n, b, first, last)
    lines = [
        f"const size_t {n} = {ranges.length(context, fact)};",
        f"const size_t {count} = {n} / {BLOCK} + 1;  // the last one may be empty",
    ]
    start, lone = f"{sums}[{b}]", identity(fact.op, element)
    if init is not None and not (isinstance(init, Literal) and init.value == lone.value):
        start = f"{ranges.fixed(context, init, 'start', lines)} {fact.op} {start}"
    if element != t.strip(ranges.element_type(arguments[0])):
        start = converted(context, t.strip(ranges.element_type(arguments[0])), start)
    output = f"{target} + {b} * {BLOCK}"
    given = [first, last, output, *([f"{op}<>()", start] if inclusive else [start, f"{op}<>()"])]
    scanned = ranges.call(context, f"std::{'in' if inclusive else 'ex'}clusive_scan", *given)
    none = context.expr(lone) if element == lone.type else converted(context, element, context.expr(lone))
    whole = ranges.call(context, "std::reduce", first, last, none, f"{op}<{type_}>()")
    tabulate = f"{context.site('reduce', fact.span)}auto {sums} = parlay::tabulate({count}, {CLOSURE}(size_t {b})"
    lines += [
        context.braces(tabulate, "\n".join([*ends, f"return {whole};"]), ");"),
        f"{context.site('scan', fact.span)}parlay::scan_inplace({sums}, {monoid}<{type_}>());",
        ranges.parallel_for(context, fact, count, b, "\n".join([*ends, f"{scanned};"])),
    ]
    return "\n".join(lines)


def _joined(context: Context, op: str, init: Expr, value: str, type_: t.Type, lines: list[str]) -> str:
    """The initial value and a prefix; ``lines`` may declare a variable for the former."""
    if op in ("min", "max"):
        context.includes.add("<algorithm>")
        return f"std::{op}<{context.type(type_)}>({ranges.fixed(context, init, 'start', lines)}, {value})"
    if not bound(init):
        name = ranges.fixed(context, init, "start", lines)
        init = Ref(Symbol(name, t.strip(init.type), -8), t.strip(init.type))
    return folded(context, op, init, value, type_, type_)


def _init_of(fact: CallFact, arguments: tuple[Expr, ...]) -> Expr | None:
    """The initial value of a scan, where it has one."""
    match fact.call.name.removeprefix("std::"):
        case "exclusive_scan" | "transform_exclusive_scan":
            return arguments[3]
        case "inclusive_scan":
            return arguments[4] if len(arguments) > 4 else None
        case "transform_inclusive_scan":
            return arguments[5] if len(arguments) > 5 else None
    return None


def _given(context: Context, fact: CallFact, element: t.Type) -> str:
    """The range that is summed, as values of ``element``."""
    given = ranges.whole_range(context, fact)
    first = ranges.arguments(fact)[0]
    type_ = context.type(element)
    if fact.element is not None:
        parameter = f"{_by_reference(context, first)}{fact.parameters[0].name}"
        function = f"{CLOSURE}({parameter}) -> {type_} {{ return {context.expr(fact.element)}; }}"
        return ranges.call(context, "parlay::delayed_map", given, function)
    if element != ranges.element_type(first):
        return f"parlay::delayed_map({given}, [](const auto &x) -> {type_} {{ return x; }})"
    return given
