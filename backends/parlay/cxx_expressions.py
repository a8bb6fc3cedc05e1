"""C++ text of expressions, with the fewest parentheses and casts that keep the meaning.

An IR expression has the type that the source language gives it; the C++ text may have another (a C comparison is an
``int``, sums of ``char`` are ``int``, ``sqrt`` of a ``float`` is overloaded).  So each text carries the type that C++
gives it, and a cast is written exactly where C++ would not do the conversion that the IR asks for.  Deliberately does
not choose layouts: an expression is one line, except for the bodies of lambdas.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from unseq.backends.parlay import cxx_rows
from unseq.backends.parlay import cxx_types as cxx
from unseq.backends.parlay.cxx_constructors import ConstructorPrinter, is_class
from unseq.backends.parlay.cxx_literals import (
    ADDITIVE,
    COMPARISONS,
    CONDITIONAL,
    POSTFIX,
    PRECEDENCE,
    PRIMARY,
    UNARY,
    Text,
    float_literal,
    integer_literal,
    operand,
    string_literal,
)
from unseq.frontend.ir import types as t
from unseq.frontend.ir import walk
from unseq.frontend.ir.nodes import (
    AddressOf,
    Assign,
    Binary,
    Block,
    Call,
    Cast,
    Construct,
    Deref,
    Expr,
    Function,
    Index,
    Lambda,
    Literal,
    Member,
    Method,
    Overflow,
    Ref,
    Return,
    Select,
    Storage,
    Symbol,
    Unary,
)
from unseq.frontend.source import NOWHERE, Unsupported

EXTREMA = {"std::max", "std::min"}
# C library functions without overloads in C++: their parameters convert as in C.
NOT_OVERLOADED = {
    "malloc", "calloc", "realloc", "free", "memcpy", "memmove", "memset", "memcmp", "strlen", "strcmp", "strncmp",
    "printf", "fprintf", "puts", "putchar", "exit", "isalpha", "isdigit", "isspace", "isalnum", "isupper", "islower",
    "ispunct", "toupper", "tolower", "rand", "srand", "fabsf", "sqrtf", "expf", "logf", "powf", "sinf", "cosf",
}  # fmt: skip


class ExpressionPrinter(ConstructorPrinter):
    """Prints expressions; ``own`` are the functions whose parameter types C++ will know, by name.

    ``block`` prints the body of a lambda; ``names`` gives other names to symbols, by ``uid``.  Where the source's
    macros and enumerators do not exist, ``named_constants`` is off and their values are printed.
    """

    def __init__(self, block: Callable[[Block], str], own: Sequence[Function] = (),
                 names: dict[int, str] | None = None, named_constants: bool = True) -> None:
        self._named_constants = named_constants
        self._block = block
        self._own = {function.name for function in own if not function.template}
        self._names = names or {}

    def name(self, symbol: Symbol) -> str:
        """The name of a variable in the output."""
        return self._names.get(symbol.uid, symbol.name)

    def callee(self, name: str) -> str:
        """The name of a function; where a program stands alone, an instance of a template is a function."""
        return name if self._named_constants or name.startswith("std::") else re.sub(r"[<>, *&()\[\]]+", "_", name)

    # --- in context --------------------------------------------------------------------------------------------

    def exact(self, e: Expr) -> Text:
        """``e`` with exactly its type."""
        text = self.raw(e)
        if text.type != e.type and t.is_arithmetic(text.type) and t.is_arithmetic(e.type):
            return self.cast(text, e.type)
        return text

    def loose(self, e: Expr) -> Text:
        """``e`` where only its value counts: a C comparison may stay ``bool``."""
        text = self.raw(e)
        return text if cxx.preserves_value(text.type, e.type) else self.exact(e)

    def value(self, e: Expr, target: t.Type) -> Text:
        """``e`` where C++ converts it to ``target`` by itself: initialisation, assignment, argument, return."""
        if isinstance(e, Cast) and e.implicit and e.type == t.strip(target):
            inner = self.loose(e.operand)
            same = cxx.converts_implicitly(cxx_rows.flat(inner.type), cxx_rows.flat(t.strip(target)))
            return inner if same else self.raw(e)
        text = self.raw(e)
        if t.is_arithmetic(text.type) and text.type != e.type and e.type != t.strip(target):
            return self.exact(e)
        return text

    def condition(self, e: Expr) -> Text:
        """``e`` where C++ asks only whether it is true."""
        if isinstance(e, Cast) and e.implicit and isinstance(e.type, t.Bool):
            return self.loose(e.operand)
        return self.raw(e)

    def argument(self, e: Expr, converts: bool) -> Text:
        """An argument of a call; ``converts``: the parameter has a type of its own and no overloads compete."""
        if converts:
            return self.value(e, e.type)
        if isinstance(e, Cast) and e.implicit and not t.is_arithmetic(e.type):
            inner = self.raw(e.operand)
            return inner if cxx.converts_implicitly(inner.type, e.type) else self.raw(e)
        return self.exact(e)

    def subscript(self, e: Expr) -> Text:
        """An integer that C++ widens by itself, as an index or an offset."""
        if isinstance(e, Cast) and e.implicit and isinstance(e.type, t.Int):
            inner = self.loose(e.operand)
            if not isinstance(inner.type, t.Float) and (
                    e.type.bits == 64 or cxx.preserves_value(inner.type, e.type)):
                return inner
        return self.exact(e)

    def operand_of_assignment(self, s: Assign) -> Text | None:
        """The right-hand side of ``place op= value``; None where C++ would compute in another type."""
        place, compute = s.place.type, s.compute
        if s.overflow is Overflow.UNBOUNDED:
            raise Unsupported(s.span, "integers without bounds have no C++ type")
        if compute is None or not (t.is_arithmetic(compute) and t.is_arithmetic(place)):
            return self.subscript(s.value) if isinstance(s.value.type, t.Int) else self._class_operand(s.value)
        if s.overflow is Overflow.WRAP and isinstance(compute, t.Int) and compute.signed:
            return None
        shift = s.op in {"<<", ">>"}
        for text in (self._stripped(s.value), self.exact(s.value)):
            if (cxx.promote(place) if shift else cxx.usual(place, text.type)) == compute:
                return text
        return None

    def cast(self, text: Text, type_: t.Type) -> Text:
        if is_class(type_):
            return Text(f"{cxx.constructor_name(type_)}({text.text})", POSTFIX, type_)
        return Text(f"({cxx.print_type(type_)}){text.at(UNARY)}", UNARY, type_)

    def _stripped(self, e: Expr) -> Text:
        """``e`` without an implicit arithmetic conversion at its top."""
        if isinstance(e, Cast) and e.implicit and t.is_arithmetic(e.type) and t.is_arithmetic(e.operand.type):
            return self.loose(e.operand)
        return self.raw(e)

    def _pair(self, left: Expr, right: Expr) -> tuple[Text, Text]:
        """Two arithmetic operands, with casts only where the usual conversions would not give the IR's type."""
        want = left.type
        for a in (self._stripped, self.exact):
            for b in (self._stripped, self.exact):
                x, y = a(left), b(right)
                if cxx.usual(x.type, y.type) == want or x.type == y.type == want == right.type:
                    return x, y
        return self.exact(left), self.exact(right)

    # --- by kind of node ---------------------------------------------------------------------------------------

    def raw(self, e: Expr) -> Text:
        """``e`` and the type that C++ gives the text."""
        if isinstance(e, Ref):
            if cxx_rows.is_local(e.symbol):  # a vector: what is wanted is a pointer, unless it is subscripted
                return Text(f"{self.name(e.symbol)}.data()", POSTFIX, e.type)
            return Text(self.name(e.symbol), PRIMARY, e.type)
        if isinstance(e, Literal):
            return self._literal(e)
        if isinstance(e, Index):
            return self._index(e)
        if isinstance(e, Member):
            suffix = "()" if isinstance(e.base.type, t.Library) and e.base.type.name == "complex" else ""
            return Text(self._object(e.base) + e.name + suffix, POSTFIX, e.type)
        if isinstance(e, Deref):
            if cxx_rows.is_variable(e.type):
                return self.raw(e.pointer)
            return Text("*" + self.raw(e.pointer).at(UNARY), UNARY, e.type)
        if isinstance(e, AddressOf):
            if cxx_rows.is_variable(e.place.type):
                return self.raw(e.place)
            return Text("&" + self.raw(e.place).at(UNARY), UNARY, e.type)
        if isinstance(e, Unary):
            return self._unary(e)
        if isinstance(e, Binary):
            return self._binary(e)
        if isinstance(e, Cast):
            return self._conversion(e)
        if isinstance(e, Select):
            return self._select(e)
        if isinstance(e, Call):
            return self._call(e)
        if isinstance(e, Method):
            arguments = ", ".join(self.argument(a, converts=True).text for a in e.arguments)
            return Text(f"{self._object(e.object)}{e.name}({arguments})", POSTFIX, e.type)
        if isinstance(e, Construct):
            return self.construct(e)
        return self._lambda(e)

    def _index(self, e: Index) -> Text:
        rows = cxx_rows.chain(e)
        if rows is not None:
            base, indices, type_ = rows
            at = self.exact(cxx_rows.offset(indices, type_))
            if not isinstance(e.type, t.Array):
                return Text(f"{self._indexed(base)}[{at.text}]", POSTFIX, e.type)
            return Text(f"{self.raw(base).at(ADDITIVE)} + {at.at(ADDITIVE + 1)}", ADDITIVE, e.type)
        base_text, index = self._indexed(e.base), self.subscript(e.index).text
        return Text(f"{base_text}.at({index})" if e.checked else f"{base_text}[{index}]", POSTFIX, e.type)

    def _indexed(self, base: Expr) -> str:
        """What stands before a subscript."""
        return self.name(base.symbol) if isinstance(base, Ref) else self.raw(base).at(POSTFIX)

    def _object(self, base: Expr) -> str:
        if isinstance(base, Deref):
            return self.raw(base.pointer).at(POSTFIX) + "->"
        return self.raw(base).at(POSTFIX) + "."

    def _literal(self, e: Literal) -> Text:
        plain = e.text[:1] in set("0123456789.'\"") or e.text in {"true", "false", "nullptr"}
        if e.text and (plain or self._named_constants):
            type_ = t.CHAR if e.text.startswith("'") else e.type
            return Text(e.text, UNARY if e.text[0] in "-+~!" or e.text.startswith("sizeof") else PRIMARY, type_)
        if e.value is None:
            return Text("nullptr", PRIMARY, e.type)
        if isinstance(e.value, str):
            return Text(string_literal(e.value), PRIMARY, e.type)
        if isinstance(e.type, t.Bool):
            return Text("true" if e.value else "false", PRIMARY, e.type)
        if isinstance(e.type, t.Float):
            return float_literal(float(e.value), e.type)
        if isinstance(e.type, t.Int):
            return integer_literal(int(e.value), e.type)
        return self.cast(integer_literal(int(e.value), t.LONG), e.type)

    def _unary(self, e: Unary) -> Text:
        if e.op == "!":
            return Text("!" + self.condition(e.operand).at(UNARY), UNARY, t.BOOL)
        if e.overflow is Overflow.UNBOUNDED:
            raise Unsupported(e.span, "integers without bounds have no C++ type")
        if not t.is_arithmetic(e.type):
            return Text(e.op + self.raw(e.operand).at(UNARY), UNARY, e.type)
        operand = self._stripped(e.operand)
        if cxx.promote(operand.type) != e.type:
            operand = self.loose(e.operand)
        wrap = e.overflow is Overflow.WRAP and isinstance(e.type, t.Int) and e.type.signed and e.op == "-"
        if wrap:
            assert isinstance(e.type, t.Int)
            operand = self.cast(operand, t.Int(e.type.bits, False))
        inner = operand.at(UNARY)
        text = Text(e.op + (f"({inner})" if inner.startswith(e.op) else inner), UNARY, cxx.promote(operand.type))
        return self.cast(text, e.type) if wrap else text

    def _binary(self, e: Binary) -> Text:
        level = PRECEDENCE[e.op]
        if e.op in {"&&", "||"}:
            left, right = self.condition(e.left), self.condition(e.right)
            return Text(f"{operand(left, level, e.op)} {e.op} {operand(right, level + 1, e.op)}", level, t.BOOL)
        if e.overflow is Overflow.UNBOUNDED:
            raise Unsupported(e.span, "integers without bounds have no C++ type")
        if not (t.is_arithmetic(e.left.type) and t.is_arithmetic(e.right.type)):
            if cxx_rows.points_to_rows(e.left.type) or cxx_rows.points_to_rows(e.right.type):
                raise Unsupported(e.span, "arithmetic on pointers to rows of variable length", "use subscripts")
            left, right = self._class_operand(e.left), self._class_operand(e.right)
            type_: t.Type = t.BOOL if e.op in COMPARISONS else e.type
            return Text(f"{operand(left, level, e.op)} {e.op} {operand(right, level + 1, e.op)}", level, type_)
        if e.op in {"<<", ">>"}:
            left, right = self._stripped(e.left), self._stripped(e.right)
            if cxx.promote(left.type) != e.type:
                left = self.exact(e.left)
            if isinstance(e.right, Cast) and not cxx.preserves_value(right.type, e.right.type):
                right = self.exact(e.right)
            type_ = cxx.promote(left.type)
        else:
            left, right = self._pair(e.left, e.right)
            type_ = t.BOOL if e.op in COMPARISONS else cxx.usual(left.type, right.type)
        wrap = (e.overflow is Overflow.WRAP and e.op in {"+", "-", "*", "<<"} and isinstance(type_, t.Int)
                and type_.signed)  # fmt: skip
        if wrap:
            assert isinstance(type_, t.Int)
            left = self.cast(left, t.Int(type_.bits, False))
            right = right if e.op == "<<" else self.cast(right, t.Int(type_.bits, False))
        text = Text(f"{operand(left, level, e.op)} {e.op} {operand(right, level + 1, e.op)}", level, type_)
        return self.cast(text, type_) if wrap else text

    def _class_operand(self, e: Expr) -> Text:
        """An operand next to a pointer, iterator or object."""
        if isinstance(e, Cast) and e.implicit:
            inner = self.loose(e.operand)
            if isinstance(e.type, t.Int):
                return self.subscript(e)
            if isinstance(e.type, t.Library) and t.is_arithmetic(inner.type):
                return inner if e.type.args[:1] == (inner.type,) else self.cast(inner, e.type)
            return inner
        return self.exact(e)

    def _conversion(self, e: Cast) -> Text:
        target = e.type
        if isinstance(target, t.Void):
            return self.cast(self.raw(e.operand), target)
        operand = self.loose(e.operand)
        if cxx_rows.points_to_rows(target) or cxx_rows.points_to_rows(operand.type):
            target = cxx_rows.flat(target)
            operand = replace(operand, type=cxx_rows.flat(operand.type))
        if e.implicit:
            if operand.type == target:
                return operand
            literal = e.operand
            if (isinstance(literal, Literal) and isinstance(literal.value, int) and isinstance(target, t.Float)
                    and (not literal.text or literal.text.isdigit()) and abs(literal.value) < 2**24):  # fmt: skip
                return float_literal(float(literal.value), target)
            if not t.is_arithmetic(target) and (not is_class(target) or not cxx.spellable(target)
                                                or t.strip(operand.type) == target):
                return operand if cxx.converts_implicitly(operand.type, target) else self.cast(operand, target)
        if not cxx.spellable(target) and not isinstance(target, t.Pointer):
            return operand
        return self.cast(operand, target)

    def _select(self, e: Select) -> Text:
        condition = self.condition(e.condition).at(CONDITIONAL + 1)
        type_ = e.type
        if t.is_arithmetic(e.type):
            then, other = self._pair(e.then, e.other)
            type_ = then.type if then.type == other.type else cxx.usual(then.type, other.type)
        else:
            then, other = self.argument(e.then, False), self.argument(e.other, False)
        return Text(f"{condition} ? {then.at(CONDITIONAL)} : {other.at(CONDITIONAL)}", CONDITIONAL, type_)

    def _call(self, e: Call) -> Text:
        if e.span == NOWHERE and e.name in EXTREMA and isinstance(e.type, t.Int):  # made by an analysis
            operands = ", ".join(self.value(a, e.type).text for a in e.arguments)
            return Text(f"{e.name}<{cxx.print_type(e.type)}>({operands})", POSTFIX, e.type)
        converts = e.target is not None or e.name in self._own or e.name in NOT_OVERLOADED
        arguments = ", ".join(self.argument(a, converts).text for a in e.arguments)
        callee = self.raw(e.target).at(POSTFIX) if e.target is not None else self.callee(e.name)
        return Text(f"{callee}({arguments})", POSTFIX, e.type)

    def _lambda(self, e: Lambda) -> Text:
        copies = [self.name(symbol) for symbol in e.copies]
        outer = [s for s in walk.free_symbols(e) - set(e.parameters) if s.storage is not Storage.GLOBAL]
        captures = ", ".join((["&"] if len(outer) > len(copies) else []) + copies)
        parameters = ", ".join(self.parameter(symbol) for symbol in e.parameters)
        assigned = walk.rebound_symbols(e)
        mutable = " mutable" if any(symbol in assigned for symbol in e.copies) else ""
        result = e.type.result if isinstance(e.type, t.Callable) else t.VOID
        values = [node.value for node in walk.walk(e.body) if isinstance(node, Return) and node.value is not None]
        plain = all(self.value(v, result).type == result for v in values)
        arrow = "" if isinstance(result, t.Void) or plain or not cxx.spellable(result) else (
            f" -> {cxx.print_type(result)}")
        return Text(f"[{captures}]({parameters}){mutable}{arrow} {self._block(e.body)}", PRIMARY, e.type)

    def parameter(self, symbol: Symbol) -> str:
        """The declaration of a parameter."""
        name = self.name(symbol)
        if not cxx.spellable(symbol.type) and not isinstance(symbol.type, t.Callable):
            reference = "&" if isinstance(symbol.type, t.Reference) else ""
            return f"auto {reference}{name}"
        flat = cxx_rows.flat(symbol.type)
        if isinstance(symbol.type, t.Array) and isinstance(flat, t.Pointer):  # of an array, the elements are const
            return cxx.print_declaration(t.Pointer(flat.to, symbol.const), name, span=symbol.span)
        return cxx.print_declaration(flat, name, symbol.const, symbol.span)
