"""The C++ front end: which function lowers which node of tree-sitter's C++ grammar."""

from __future__ import annotations

from unseq.frontend.c import DIALECT as C
from unseq.frontend.c import EXPRESSIONS, STATEMENTS, TYPES, named_type
from unseq.frontend.cxx import bindings, calls, construct, lambdas, operators, types
from unseq.frontend.cxx.paths import joined, path, standard
from unseq.frontend.ir.nodes import Expr, Literal, Ref, Stmt
from unseq.frontend.ir.types import SIZE, Library, Opaque, Type
from unseq.frontend.syntax import statements
from unseq.frontend.syntax.context import Context
from unseq.frontend.syntax.dialect import Dialect
from unseq.frontend.syntax.expressions import condition_value, named_value
from unseq.frontend.syntax.index import declared_name
from unseq.frontend.syntax.tree import Node
from unseq.frontend.syntax.type_names import type_descriptor

_STREAMS = {"cout", "cerr", "clog"}
_INPUT = {"cin"}
_MANIPULATORS = {"endl", "flush", "fixed", "scientific", "hex", "dec", "boolalpha"}


def qualified_identifier(ctx: Context, node: Node) -> Expr:
    """``geo::limit``, ``Color::red``, ``std::cout``, ``std::string::npos``."""
    parts = path(ctx, node)
    below = standard(ctx, parts)
    if below is not None and parts[0].name == "std":
        found = _standard_value(ctx, node, joined(below))
        if found is not None:
            return found
        raise ctx.refuse(node, f"unknown name '{joined(parts)}'", "use what the supported library has")
    if parts[-1].arguments is not None:
        raise ctx.refuse(node, f"the template '{joined(parts)}' as a value", "call it, or wrap it in a lambda")
    if len(parts) > 1 and parts[-1].name == "npos":
        return Literal(2**64 - 1, SIZE, ctx.text(node), ctx.span(node))
    return named_value(ctx, node, joined(parts))


def identifier(ctx: Context, node: Node) -> Expr:
    name = ctx.text(node)
    index = ctx.file.index
    visible = ("std",) in index.using or index.imported.get(name) == f"std::{name}"
    if visible and ctx.local(name) is None and name in _STREAMS | _INPUT | _MANIPULATORS:
        found = _standard_value(ctx, node, name)
        if found is not None and name not in ctx.file.index.variables:
            return found
    return named_value(ctx, node, name)


def _standard_value(ctx: Context, node: Node, name: str) -> Expr | None:
    span = ctx.span(node)
    if name in _STREAMS:
        type_: Type = Opaque("std::ostream")
    elif name in _INPUT:
        raise ctx.refuse(node, "reading from std::cin", "pass the data as parameters")
    elif name in _MANIPULATORS:
        type_ = Opaque("std::manipulator")
    elif name == "nullopt":
        type_ = Library("nullopt_t")
    elif name in ("string::npos", "string_view::npos"):
        return Literal(2**64 - 1, SIZE, ctx.text(node), span)
    else:
        return None
    symbol = ctx.external(f"std {name}", f"std::{name}", type_)
    return Ref(symbol, symbol.type, span)


def test(ctx: Context, clause: Node, node: Node | None) -> Expr:
    """A condition; ``if (int k = f())`` tests what it declares."""
    if node is not None:
        return condition_value(ctx, node.named_children[0] if node.type == "condition_clause" else node)
    declaration = clause.child_by_field_name("value")
    declarator = declaration.child_by_field_name("declarator") if declaration is not None else None
    name = declared_name(declarator) if declarator is not None else None
    if name is None or name.type != "identifier":
        raise ctx.refuse(clause, "a condition of this form", "declare the variable before")
    return condition_value(ctx, name)


def alias(ctx: Context, node: Node) -> list[Stmt]:
    """A local ``using``."""
    name, written = node.child_by_field_name("name"), node.child_by_field_name("type")
    if name is not None and written is not None:
        ctx.scopes[-1][ctx.text(name)] = type_descriptor(ctx, written)
    return []


def using(ctx: Context, node: Node) -> list[Stmt]:
    """``using namespace std;`` or ``using std::swap;`` in a function: as if it stood at file scope."""
    words = ctx.text(node).rstrip(";").split()
    target = words[-1].lstrip(":")
    if "namespace" in words:
        ctx.file.index.using.add(tuple(target.split("::")))
    else:
        ctx.file.index.imported[target.split("::")[-1]] = target
    return []


def attributed(ctx: Context, node: Node) -> list[Stmt]:
    """``[[likely]] statement``."""
    inner = [c for c in node.named_children if c.type not in ("attribute_declaration", "comment")]
    return statements.statements(ctx, inner)


def _class_refused(ctx: Context, node: Node) -> Expr:
    what = {"new_expression": ("new", "use std::vector"), "delete_expression": ("delete", "use std::vector"),
            "this": ("'this'", "write a plain function")}[node.type]  # fmt: skip
    raise ctx.refuse(node, *what)


def user_literal(ctx: Context, node: Node) -> Expr:
    raise ctx.refuse(node, f"the literal '{ctx.text(node)[:30]}'", "write a plain literal")


DIALECT = Dialect(
    cpp=True,
    expressions={
        **EXPRESSIONS,
        "identifier": identifier,
        "qualified_identifier": qualified_identifier,
        "call_expression": calls.call,
        "lambda_expression": lambdas.lambda_expression,
        "compound_literal_expression": construct.compound,
        "new_expression": _class_refused,
        "delete_expression": _class_refused,
        "this": _class_refused,
        "user_defined_literal": user_literal,
        "raw_string_literal": EXPRESSIONS["string_literal"],
    },
    statements={
        **STATEMENTS,
        "class_specifier": statements.local_type,
        "for_range_loop": bindings.range_for,
        "alias_declaration": alias,
        "using_declaration": using,
        "static_assert_declaration": statements.nothing,
        "attributed_statement": attributed,
    },
    types={
        **TYPES,
        "class_specifier": TYPES["struct_specifier"],
        "qualified_identifier": types.qualified_type,
        "template_type": types.template_type,
        "dependent_type": types.qualified_type,
        "placeholder_type_specifier": types.placeholder,
        "decltype": types.decltype,
        "auto": types.placeholder,
    },
    initializer=construct.initializer,
    define=C.define,
    operator=operators.operator,
    call=C.call,
    test=test,
    default=construct.default,
    bindings=bindings.bindings,
    converted=C.converted,
    named_type=named_type,
    named_value=named_value,
    library_type=types.library_type,
    parameters=C.parameters,
    template_argument=types.template_entity,
)
