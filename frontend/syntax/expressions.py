"""Expressions: syntax nodes to typed IR, their side effects turned into statements.

Knows the forms that C has and C++ shares; assignments, calls and initialisers stand in files of their own.
"""

from __future__ import annotations

from unseq.frontend.ir.nodes import Assign, Binary, Block, Cast, Expr, If, Literal, Member, Ref
from unseq.frontend.ir.types import (
    BOOL,
    VOID,
    Array,
    Callable,
    Int,
    Library,
    Opaque,
    Pointer,
    Record,
    Type,
    Void,
    is_arithmetic,
    strip,
)
from unseq.frontend.source import Span
from unseq.frontend.syntax.context import Constant, Context, Qualified, address
from unseq.frontend.syntax.conversions import convert, decay, describe, is_iterator, is_scalar, negate
from unseq.frontend.syntax.globals import find_functions, find_value, signature
from unseq.frontend.syntax.library_c import CONSTANTS, STREAMS
from unseq.frontend.syntax.operators import (
    COMPARISONS,
    WORDS,
    binary,
    dereference,
    is_class,
    is_place,
    subscript,
    truth,
    unary,
)
from unseq.frontend.syntax.tree import Node
from unseq.frontend.syntax.type_names import find_type, site_type, type_descriptor


def expression(ctx: Context, node: Node) -> Expr:
    """The value (or place) of an expression; its side effects go to ``ctx``."""
    handler = ctx.dialect.expressions.get(node.type)
    if handler is None:
        raise ctx.refuse(node, f"{_article(node.type)}", "write it with plainer expressions")
    with ctx.nested(node):
        return handler(ctx, node)


def _article(kind: str) -> str:
    text = kind.replace("_", " ")
    return f"{'an' if text[0] in 'aeiou' else 'a'} {text}"


def value_of(ctx: Context, node: Node) -> Expr:
    """An expression for its value: not void."""
    found = expression(ctx, node)
    if isinstance(found.type, Void):
        raise ctx.refuse(node, "a value of type void", "call the function as a statement")
    return found


def field(ctx: Context, node: Node, name: str) -> Node:
    """The child of that name; what has none was not understood by the parser."""
    child = node.child_by_field_name(name)
    if child is None:
        raise ctx.refuse(node, f"{_article(node.type)} without {name}", "complete it")
    return child


def operator_text(ctx: Context, node: Node) -> str:
    text = ctx.text(field(ctx, node, "operator"))
    return WORDS.get(text, text)


# --- names ---------------------------------------------------------------------------------------------------


def identifier(ctx: Context, node: Node) -> Expr:
    name = ctx.text(node)
    return named_value(ctx, node, name)


def named_value(ctx: Context, node: Node, name: str) -> Expr:
    """The variable, constant or function that ``name`` stands for."""
    span = ctx.span(node)
    found = find_value(ctx, name)
    if isinstance(found, Constant):
        return Literal(found.value, found.type, name, span)
    if found is not None:
        ctx.region.mention(found)
        return Ref(found, strip(found.type), span)
    sites = find_functions(ctx, name)
    if sites:
        return function_value(ctx, node, name)
    if name in CONSTANTS and ctx.local(name) is None:
        value, type_ = CONSTANTS[name]
        return Literal(value, type_, name, span)
    if name in STREAMS:
        symbol = ctx.external(f"extern {name}", name, STREAMS[name])
        ctx.region.mention(symbol)
        return Ref(symbol, symbol.type, span)
    if name in ctx.tree.pre.doubtful:
        raise ctx.refuse(node, f"'{name}' depends on an #if that cannot be decided", "define the macro in this file")
    if find_type(ctx, name) is not None:
        remedy = "write a value; a cast may need parentheses around what it converts"
        raise ctx.refuse(node, f"the type '{name}' where a value is expected", remedy)
    raise ctx.refuse(node, f"unknown name '{name}'", "include or define it")


def function_value(ctx: Context, node: Node, name: str) -> Expr:
    """A function used as a value (``qsort(..., compare)``)."""
    sites = find_functions(ctx, name)
    bodies = [site for site in sites if site.body is not None]
    site = (bodies or sites)[0]
    if len(bodies) > 1 or site.template is not None:
        raise ctx.refuse(node, f"'{name}', which is overloaded or a template, used as a value", "wrap it in a lambda")
    outside = Context(ctx.file, ctx.reached, site.namespace)
    with outside.scope():
        known = signature(outside, site)
    if site.body is not None:
        ctx.reached.calls.setdefault(site.qualified, (site, ()))
    type_ = Callable(tuple(p.type for p in known.parameters), known.result if known.result is not None else VOID)
    symbol = ctx.external(f"function {site.qualified}", site.qualified, type_)
    return Ref(symbol, type_, ctx.span(node))


def parenthesized(ctx: Context, node: Node) -> Expr:
    inner = [child for child in node.named_children if child.type != "comment"]
    if len(inner) != 1 or inner[0].type == "compound_statement":
        raise ctx.refuse(node, "a statement expression", "move its statements before the expression")
    return expression(ctx, inner[0])


def unwrapped(node: Node) -> Node:
    """``node`` without the parentheses around it."""
    while node.type == "parenthesized_expression":
        inner = [child for child in node.named_children if child.type != "comment"]
        if len(inner) != 1:
            return node
        node = inner[0]
    return node


# --- operators -----------------------------------------------------------------------------------------------


def binary_expression(ctx: Context, node: Node) -> Expr:
    op = operator_text(ctx, node)
    left_node, right_node = field(ctx, node, "left"), field(ctx, node, "right")
    if left_node.type == "parenthesized_expression" and op in ("-", "+", "*", "&"):
        cast = _misread_cast(ctx, node, op, left_node, right_node)
        if cast is not None:
            return cast
    if op in ("&&", "||"):
        return _logical(ctx, node, op, left_node, right_node)
    left = value_of(ctx, left_node)
    marks = len(ctx.before)
    right = value_of(ctx, right_node)
    if len(ctx.before) > marks and not is_place(left) and not isinstance(left, Literal) and is_class(left.type):
        raise ctx.refuse(right_node, "side effects inside an operand of a class operator", "compute it before")
    return binary(ctx, op, left, right, ctx.span(node))


def _misread_cast(ctx: Context, node: Node, op: str, left: Node, right: Node) -> Expr | None:
    """``(T) -x``, which the grammar reads as a subtraction when it does not know that ``T`` is a type."""
    inner = unwrapped(left)
    if inner.type not in ("identifier", "qualified_identifier"):
        return None
    name = ctx.text(inner)
    if isinstance(ctx.local(name), Qualified) or (ctx.local(name) is None and find_type(ctx, name) is not None):
        if find_value(ctx, name) is not None:
            return None
        if right.type in ("binary_expression", "conditional_expression"):
            raise ctx.refuse(node, f"a cast to '{name}' of '{op}...'", f"write ({name})({op}x)")
        found = find_type(ctx, name)
        operand = value_of(ctx, right)
        span = ctx.span(node)
        if op == "*":
            operand = dereference(ctx, decay(operand), ctx.span(right))
        elif op == "&":
            operand = take_address(ctx, node, operand)
        else:
            operand = unary(ctx, op, operand, ctx.span(right))
        return explicit_cast(ctx, operand, found.type, span) if found is not None else None
    return None


def _logical(ctx: Context, node: Node, op: str, left_node: Node, right_node: Node) -> Expr:
    span = ctx.span(node)
    with ctx.sequenced(span):
        left = condition_value(ctx, left_node)
        left = ctx.sequence_point(left, ctx.span(left_node))
        before, right, after = ctx.part(span, lambda: condition_value(ctx, right_node))
        if not before and not after:
            return Binary(op, left, right, truth(ctx), span=span)
        result = ctx.undetermined(truth(ctx), ctx.statement)
        target = Ref(result, result.type, span)
        flag = truth_value(left, result.type)
        ctx.emit(Assign(target, flag, span=ctx.statement))
        test: Expr = target if op == "&&" else negate(target, ctx.cpp)
        body = (*before, Assign(target, truth_value(right, result.type), span=ctx.statement), *after)
        ctx.emit(If(test, Block(body, ctx.statement), None, ctx.statement))
        return target


def truth_value(value: Expr, to: Type) -> Expr:
    """``value`` as 0 or 1 (false or true)."""
    if value.type == to and isinstance(value, Binary) and value.op in COMPARISONS | {"&&", "||"}:
        return value
    return convert(Cast(decay(value), BOOL, True, value.span) if value.type != BOOL else value, to)


def condition_value(ctx: Context, node: Node) -> Expr:
    """An expression as a condition: a scalar."""
    found = decay(value_of(ctx, node))
    if is_scalar(found.type):
        return found
    if is_class(found.type):
        return ctx.dialect.operator(ctx, "bool", found, found, ctx.span(node))
    raise ctx.refuse(node, f"a condition of type {describe(found.type)}", "compare it with something")


def unary_expression(ctx: Context, node: Node) -> Expr:
    op = operator_text(ctx, node)
    argument = field(ctx, node, "argument")
    if op not in ("-", "+", "!", "~"):
        raise ctx.refuse(node, f"the operator '{op}'", "write it with plainer operators")
    operand = condition_value(ctx, argument) if op == "!" else value_of(ctx, argument)
    return unary(ctx, op, operand, ctx.span(node))


def pointer_expression(ctx: Context, node: Node) -> Expr:
    operand = value_of(ctx, field(ctx, node, "argument"))
    if operator_text(ctx, node) == "*":
        return dereference(ctx, operand, ctx.span(node))
    return take_address(ctx, node, operand)


def take_address(ctx: Context, node: Node, operand: Expr) -> Expr:
    if isinstance(operand.type, Callable):
        return operand
    if not is_place(operand):
        raise ctx.refuse(node, "the address of a value", "store it in a variable first")
    return address(operand, ctx.span(node))


def subscript_expression(ctx: Context, node: Node) -> Expr:
    base = value_of(ctx, field(ctx, node, "argument"))
    index_node = node.child_by_field_name("index")
    if index_node is None:
        listed = field(ctx, node, "indices")
        inside = [child for child in listed.named_children if child.type != "comment"]
        if len(inside) != 1:
            raise ctx.refuse(node, "a subscript with several indices", "use one pair of brackets for each")
        index_node = inside[0]
    return subscript(ctx, base, value_of(ctx, index_node), ctx.span(node))


def field_expression(ctx: Context, node: Node) -> Expr:
    base = value_of(ctx, field(ctx, node, "argument"))
    name_node = field(ctx, node, "field")
    if ctx.text(field(ctx, node, "operator")) == "->":
        base = dereference(ctx, decay(base) if not is_iterator(base.type) else base,
                           ctx.span(field(ctx, node, "argument")))  # fmt: skip
    return member(ctx, name_node, base, ctx.text(name_node), ctx.span(node))


def member(ctx: Context, node: Node, base: Expr, name: str, span: Span) -> Expr:
    """Data member ``name`` of ``base``."""
    kind = base.type
    if isinstance(kind, Record):
        if not kind.fields:
            full = full_record(ctx, kind)
            kind = full if full is not None else kind
        found = next((f for f in kind.fields if f.name == name), None)
        if found is not None:
            if isinstance(found.type, Opaque):
                raise ctx.refuse(node, f"the member '{name}' ({found.type.spelling})", "use plain members")
            return Member(base, name, strip(found.type), span)
    if isinstance(kind, Library):
        return ctx.dialect.operator(ctx, f".{name}", base, base, span)
    raise ctx.refuse(node, f"the member '{name}' of {describe(kind)}", "include or define its type")


def full_record(ctx: Context, record: Record) -> Record | None:
    """The record with its members, of one that was named inside itself."""
    site = ctx.file.index.tags.get(record.name)
    if site is not None and site.template is None:
        found = site_type(ctx, f"struct {record.name}", site)
    elif record.name in ctx.file.index.types:
        found = site_type(ctx, record.name, ctx.file.index.types[record.name])
    else:
        local = ctx.local(f"struct {record.name}")
        found = local if isinstance(local, Qualified) else ctx.file.types.get(f"struct {record.name}")
    return found.type if found is not None and isinstance(found.type, Record) else None


# --- conversions ---------------------------------------------------------------------------------------------


def cast_expression(ctx: Context, node: Node) -> Expr:
    target = type_descriptor(ctx, field(ctx, node, "type"))
    written = field(ctx, node, "value")
    operand = expression(ctx, written)
    return explicit_cast(ctx, operand, target.type, ctx.span(node))


def explicit_cast(ctx: Context, operand: Expr, to: Type, span: Span) -> Expr:
    """A cast that the source writes."""
    to = strip(to)
    have = operand.type
    if isinstance(to, Void):
        return Cast(operand, VOID, False, span)
    if is_arithmetic(to) and is_arithmetic(have):
        return Cast(operand, to, False, span)
    if isinstance(to, Pointer) and isinstance(have, Pointer | Array | Int):
        return Cast(decay(operand), to, False, span)
    if is_arithmetic(to) and isinstance(have, Pointer | Array):
        return Cast(decay(operand), to, False, span)
    if isinstance(to, Callable) and isinstance(have, Callable):
        return Cast(operand, to, False, span)
    if is_class(to) or is_class(have):
        return ctx.dialect.operator(ctx, "cast", operand, Literal(None, to), span)
    raise ctx.refuse_at(span, f"a cast from {describe(have)} to {describe(to)}", "convert it another way")
