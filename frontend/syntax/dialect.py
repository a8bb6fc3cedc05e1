"""What differs between the languages: which function lowers which kind of node."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from unseq.frontend.ir.nodes import Expr, Stmt
from unseq.frontend.ir.types import Type
from unseq.frontend.slotted import dataclass
from unseq.frontend.source import Span
from unseq.frontend.syntax.context import Context, Entity, Qualified
from unseq.frontend.syntax.tree import Node

if TYPE_CHECKING:
    from unseq.frontend.syntax.type_names import Parameter, Specifiers

Expression = Callable[[Context, Node], Expr]
Statement = Callable[[Context, Node], list[Stmt]]
TypeName = Callable[[Context, Node], Qualified]


@dataclass(frozen=True, slots=True)
class Dialect:
    """``initializer`` lowers what stands right of a declared variable's ``=``, or its braces, for the variable's type.
    ``define`` reads a record or enumeration with a body; ``operator`` is an operator on values of class type;
    ``call`` a call of a named function; ``test`` a condition (None: of what it declares); ``default`` the value of a
    variable declared without one; ``bindings`` a structured binding; ``converted`` an implicit conversion."""

    cpp: bool
    expressions: Mapping[str, Expression]
    statements: Mapping[str, Statement]
    types: Mapping[str, TypeName]
    initializer: Callable[[Context, Node, Type], Expr]
    define: Callable[[Context, Node, str], Qualified]
    operator: Callable[[Context, str, Expr, Expr, Span], Expr]
    call: Callable[[Context, Node, str], Expr]
    test: Callable[[Context, Node, Node | None], Expr]
    default: Callable[[Context, Node, Type], Expr | None]
    bindings: Callable[[Context, Node, Specifiers, Node | None], list[Stmt]]
    converted: Callable[[Expr, Type], Expr]
    named_type: Callable[[Context, Node], Type]
    named_value: Callable[[Context, Node, str], Expr]
    library_type: Callable[[Context, str], Qualified | None]
    parameters: Callable[[Context, Node], list[Parameter]]
    template_argument: Callable[[str, Type | int], Entity]
