"""The C front end: which function lowers which node of tree-sitter's C grammar."""

from __future__ import annotations

from unseq.frontend.ir.nodes import Expr, Stmt
from unseq.frontend.ir.types import INT, Type
from unseq.frontend.source import Span, Unsupported
from unseq.frontend.syntax import (
    assignments,
    calls,
    conditional,
    declarations,
    expressions,
    initializers,
    literals,
    loops,
    records,
    sizes,
    statements,
)
from unseq.frontend.syntax.context import Constant, Context, Entity, Qualified
from unseq.frontend.syntax.conversions import convert, describe
from unseq.frontend.syntax.dialect import Dialect, Expression, Statement, TypeName
from unseq.frontend.syntax.tree import Node
from unseq.frontend.syntax.type_names import Specifiers, parameters, type_name

EXPRESSIONS: dict[str, Expression] = {
    "identifier": expressions.identifier,
    "number_literal": literals.number,
    "char_literal": literals.character,
    "string_literal": literals.string,
    "concatenated_string": literals.string,
    "true": literals.true,
    "false": literals.false,
    "null": literals.null,
    "parenthesized_expression": expressions.parenthesized,
    "binary_expression": expressions.binary_expression,
    "unary_expression": expressions.unary_expression,
    "pointer_expression": expressions.pointer_expression,
    "subscript_expression": expressions.subscript_expression,
    "field_expression": expressions.field_expression,
    "cast_expression": expressions.cast_expression,
    "conditional_expression": conditional.conditional,
    "sizeof_expression": sizes.sizeof,
    "assignment_expression": assignments.assignment,
    "update_expression": assignments.update,
    "comma_expression": assignments.comma,
    "call_expression": calls.call,
    "compound_literal_expression": initializers.compound_literal,
}

STATEMENTS: dict[str, Statement] = {
    "comment": statements.nothing,
    "compound_statement": statements.compound,
    "expression_statement": statements.expression_statement,
    "declaration": declarations.declaration,
    "type_definition": declarations.local_typedef,
    "struct_specifier": statements.local_type,
    "union_specifier": statements.local_type,
    "enum_specifier": statements.local_type,
    "if_statement": statements.if_statement,
    "switch_statement": statements.switch_statement,
    "for_statement": loops.for_statement,
    "while_statement": loops.while_statement,
    "do_statement": loops.do_statement,
    "break_statement": statements.break_statement,
    "continue_statement": statements.continue_statement,
    "return_statement": statements.return_statement,
}

TYPES: dict[str, TypeName] = {
    "struct_specifier": records.record_specifier,
    "union_specifier": records.record_specifier,
    "enum_specifier": records.enum_specifier,
}


def _no_operator(ctx: Context, op: str, left: Expr, right: Expr, span: Span) -> Expr:
    raise Unsupported(span, f"'{op}' on {describe(left.type)} and {describe(right.type)}", "use its members")


def _no_default(ctx: Context, node: Node, type_: Type) -> Expr | None:
    return None


def _no_bindings(ctx: Context, node: Node, base: Specifiers, written: Node | None) -> list[Stmt]:
    raise ctx.refuse(node, "a structured binding", "declare the variables one by one")


def named_type(ctx: Context, node: Node) -> Type:
    return type_name(ctx, node).type


def _no_library_type(ctx: Context, name: str) -> Qualified | None:
    return None


def plain_template_argument(name: str, given: Type | int) -> Entity:
    """What a template's parameter stands for in its instance."""
    if isinstance(given, int):
        return Constant(given, INT)
    return Qualified(given)


DIALECT = Dialect(
    cpp=False,
    expressions=EXPRESSIONS,
    statements=STATEMENTS,
    types=TYPES,
    initializer=initializers.initializer,
    define=records.define,
    operator=_no_operator,
    call=calls.call_plain,
    test=statements.plain_test,
    default=_no_default,
    bindings=_no_bindings,
    converted=convert,
    named_type=named_type,
    named_value=expressions.named_value,
    library_type=_no_library_type,
    parameters=parameters,
    template_argument=plain_template_argument,
)
