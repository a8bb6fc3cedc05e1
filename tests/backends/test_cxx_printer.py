"""C++ from IR: the fewest parentheses and casts, and never fewer than the meaning needs."""

from pathlib import Path

import pytest

from unseq.backends.parlay import cxx, cxx_program
from unseq.frontend.ir import types as t
from unseq.frontend.ir.nodes import (
    Assign,
    Binary,
    Block,
    Break,
    Call,
    Case,
    Cast,
    Construct,
    Declare,
    Deref,
    Evaluate,
    Expr,
    For,
    ForEach,
    Function,
    If,
    Index,
    Lambda,
    Literal,
    Member,
    Method,
    Overflow,
    Ref,
    Return,
    Select,
    Stmt,
    Storage,
    Switch,
    Symbol,
    Unary,
    While,
)
from unseq.frontend.source import Language, SourceUnit, Unsupported

POINT = t.Record("point", (t.Field("x", t.DOUBLE), t.Field("y", t.DOUBLE)), "struct point")
UNIT = SourceUnit(Path("a.c"), Language.C, b"")


def var(name: str, type_: t.Type = t.INT) -> Ref:
    symbol = Symbol(name, type_, sum(name.encode()) * 7 + len(name))
    return Ref(symbol, t.strip(type_))


def num(value: int | float, type_: t.Type = t.INT, text: str = "") -> Literal:
    return Literal(value, type_, text)


def op(left: Expr, operator: str, right: Expr, type_: t.Type = t.INT) -> Binary:
    return Binary(operator, left, right, type_)


A, B, C = var("a"), var("b"), var("c")
D = var("d", t.DOUBLE)
F = var("f", t.FLOAT)
CH = var("ch", t.CHAR)
U = var("u", t.UNSIGNED)
P = var("p", t.Pointer(t.DOUBLE, const=True))


@pytest.mark.parametrize(
    ("expression", "text"),
    [
        (op(op(A, "+", B), "*", C), "(a + b) * c"),
        (op(A, "+", op(B, "*", C)), "a + b * c"),
        (op(A, "-", op(B, "-", C)), "a - (b - c)"),
        (op(op(A, "-", B), "-", C), "a - b - c"),
        (Unary("-", Unary("-", A, t.INT), t.INT), "-(-a)"),
        (op(A, "-", Unary("-", B, t.INT)), "a - -b"),
        (op(A, "-", num(-3)), "a - -3"),
        (Unary("-", num(-3), t.INT), "-(-3)"),
        (num(-(2**31)), "-2147483647 - 1"),
        (op(num(-(2**31)), "*", A), "(-2147483647 - 1) * a"),
        (num(-(2**63), t.LONG), "-9223372036854775807ll - 1"),
        (num(2**64 - 1, t.SIZE), "18446744073709551615ull"),
        (num(1.0, t.FLOAT), "1.0f"),
        (num(float("-inf"), t.DOUBLE), "-__builtin_inf()"),
        (op(op(A, "<", B, t.BOOL), "&&", op(B, "<", C, t.BOOL), t.BOOL), "a < b && b < c"),
        (op(op(A, "&&", B, t.BOOL), "||", C, t.BOOL), "(a && b) || c"),
        (op(op(A, "&", B), "==", num(0), t.BOOL), "(a & b) == 0"),
        (op(A, "<<", op(B, "+", C)), "a << (b + c)"),
        # conversions that C++ does by itself, and one that it does not
        (op(Cast(A, t.DOUBLE, True), "+", D, t.DOUBLE), "a + d"),
        (op(Cast(A, t.DOUBLE, True), "/", Cast(B, t.DOUBLE, True), t.DOUBLE), "a / (double)b"),
        (op(Cast(A, t.UNSIGNED, True), "<", U, t.BOOL), "a < u"),
        (op(Cast(CH, t.INT, True), "+", num(1)), "ch + 1"),
        (op(CH, "+", CH, t.CHAR), "(char)(ch + ch)"),
        (op(Cast(num(2), t.DOUBLE, True), "*", Cast(num(3), t.DOUBLE, True), t.DOUBLE), "2 * 3.0"),
        (Cast(op(A, "<", B, t.INT), t.DOUBLE, False), "(double)(a < b)"),
        (op(op(A, "<", B, t.INT), "+", op(B, "<", C, t.INT)), "(a < b) + (b < c)"),
        (Binary("+", A, B, t.INT, Overflow.WRAP), "(int)((unsigned)a + (unsigned)b)"),
        # a C call is not overloaded, the C++ one with the same name is
        (Call("sqrt", (Cast(F, t.DOUBLE, True),), t.DOUBLE), "sqrt((double)f)"),
        (Call("sqrt", (Cast(num(2), t.DOUBLE, True),), t.DOUBLE), "sqrt(2.0)"),
        (Call("malloc", (Cast(A, t.SIZE, True),), t.Pointer(t.VOID)), "malloc(a)"),
        (Cast(Call("malloc", (U,), t.Pointer(t.VOID)), t.Pointer(t.DOUBLE), True), "(double *)malloc(u)"),
        (Select(op(A, "<", B, t.BOOL), A, B, t.INT), "a < b ? a : b"),
        (op(Select(A, A, B, t.INT), "+", C), "(a ? a : b) + c"),
        (Member(Deref(var("q", t.Pointer(POINT)), POINT), "x", t.DOUBLE), "q->x"),
        (Member(Index(var("ps", t.Pointer(POINT)), A, POINT), "y", t.DOUBLE), "ps[a].y"),
        (Construct(POINT, (D, Cast(A, t.DOUBLE, True)), True), "point{d, a}"),
        (Construct(POINT, (D, Cast(var("l", t.LONG), t.DOUBLE, True)), True), "point{d, (double)l}"),
        (Construct(t.Library("vector", (t.INT,)), (A, num(0))), "std::vector<int>(a, 0)"),
        (Index(var("v", t.Library("vector", (t.INT,))), Cast(A, t.SIZE, True), t.INT, True), "v.at(a)"),
        (Method(Deref(var("w", t.Pointer(t.Library("vector", (t.INT,)))), t.Library("vector", (t.INT,))),
                "size", (), t.SIZE), "w->size()"),
        (num(1e-6, t.FLOAT, "1e-6f"), "1e-6f"),
        (op(num(97, t.INT, "'a'"), "+", A), "'a' + a"),
    ],
)  # fmt: skip
def test_expressions(expression: Expr, text: str) -> None:
    assert cxx.print_expr(expression) == text


@pytest.mark.parametrize(
    ("type_", "text"),
    [
        (t.Pointer(t.DOUBLE, const=True), "const double *x"),
        (t.Pointer(t.Array(t.INT, 4)), "int (*x)[4]"),
        (t.Array(t.Pointer(t.INT), 4), "int *x[4]"),
        (t.Reference(t.Library("vector", (t.Library("pair", (t.INT, t.DOUBLE)),)), const=True),
         "const std::vector<std::pair<int, double>> &x"),
        (t.Reference(t.Array(t.INT, 3)), "int (&x)[3]"),
        (t.Array(t.Array(t.FLOAT, 5), None), "float x[][5]"),
        (t.Library("array", (t.INT, 4)), "std::array<int, 4> x"),
        (t.Callable((t.INT, t.DOUBLE), t.VOID), "void (*x)(int, double)"),
        (POINT, "struct point x"),
        (t.Int(64, True, "ptrdiff_t"), "ptrdiff_t x"),
        (t.Pointer(t.Pointer(t.CHAR, const=True)), "const char **x"),
    ],
)
def test_declarations(type_: t.Type, text: str) -> None:
    assert cxx.print_declaration(type_, "x") == text


def test_a_constant_pointer_and_a_pointer_to_constants_differ() -> None:
    assert cxx.print_declaration(t.Pointer(t.INT), "p", const=True) == "int *const p"
    assert cxx.print_declaration(t.Pointer(t.INT, const=True), "p") == "const int *p"


@pytest.mark.parametrize("extent", [A])
def test_arrays_of_variable_length_are_refused(extent: Expr) -> None:
    with pytest.raises(Unsupported):
        cxx.print_declaration(t.Array(t.INT, extent), "x")


V = var("v", t.Library("vector", (t.INT,)))
S = Symbol("s", t.INT, 50)


@pytest.mark.parametrize(
    ("statement", "text"),
    [
        (Assign(A, num(1), "+", t.INT), "a++;"),
        (Assign(D, Cast(A, t.DOUBLE, True), "+", t.DOUBLE), "d += a;"),
        (Assign(A, D, "*", t.DOUBLE), "a *= d;"),
        (Assign(F, Cast(D, t.FLOAT, True), "+", t.FLOAT), "f += (float)d;"),
        (Assign(D, Cast(D, t.FLOAT, True), "+", t.FLOAT), "d = (float)d + (float)d;"),
        (Assign(CH, Cast(A, t.CHAR, True)), "ch = a;"),
        (Assign(CH, A, "+", t.INT), "ch += a;"),
        (Declare(S, None), "int s;"),
        (Declare(Symbol("s", t.DOUBLE, 51), Cast(A, t.DOUBLE, True)), "double s = a;"),
        (Declare(Symbol("s", t.Array(t.INT, 2), 52), Construct(t.Array(t.INT, 2), (num(1), num(2)), True)),
         "int s[2] = {1, 2};"),
        (Declare(Symbol("s", t.Library("vector", (t.INT,)), 53),
                 Construct(t.Library("vector", (t.INT,)), (Cast(A, t.SIZE, True),))), "std::vector<int> s(a);"),
        (Declare(Symbol("it", t.Library("iterator", (t.INT,)), 54),
                 Method(V, "begin", (), t.Library("iterator", (t.INT,)))), "auto it = v.begin();"),
        (Evaluate(Method(V, "push_back", (Cast(D, t.INT, True),), t.VOID)), "v.push_back(d);"),
        (Return(None), "return;"),
        (If(A, Block((Break(),)), Block((If(B, Block(()), None),))), "if (a) {\n    break;\n} else if (b) {}"),
        (While(num(1), Block(()), 1, True), "do {} while (1);"),
        (For((Declare(S, num(0)), Declare(Symbol("n", t.INT, 60), A)), num(1), (), Block(()), 1),
         "for (int s = 0, n = a;;) {}"),
        (For((Declare(S, num(0)), Declare(Symbol("z", t.DOUBLE, 61), D)), A, (), Block(()), 1),
         "{\n    int s = 0;\n    double z = d;\n    for (; a;) {}\n}"),
        (ForEach(Symbol("x", t.Reference(t.INT), 62), V, Block(()), 1), "for (int &x : v) {}"),
        (Switch(A, (Case((1, 2), Block((Assign(A, num(0)),))), Case((), Block((Return(None),))))),
         "switch (a) {\n    case 1: case 2: {\n        a = 0;\n        break;\n    }\n    default: {\n        "
         "return;\n    }\n}"),
        (Declare(Symbol("g", t.Callable((t.INT,), t.INT), 63),
                 Lambda((S,), Block((Return(op(Ref(S, t.INT), "+", A)),)), t.Callable((t.INT,), t.INT))),
         "auto g = [&](int s) {\n    return s + a;\n};"),
    ],
)  # fmt: skip
def test_statements(statement: Stmt, text: str) -> None:
    assert cxx.print_stmt(statement) == text


def test_a_break_out_of_a_loop_from_inside_a_switch_leaves_the_loop() -> None:
    switch = Switch(A, (Case((1,), Block((Break(),))), Case((), Block((Assign(A, num(3)),)))))
    text = cxx.print_stmt(While(num(1), Block((switch,)), 1))
    assert "switch" not in text and "== 1" in text


def test_a_program_from_ir_alone() -> None:
    p = Symbol("p", t.Pointer(POINT), 70, Storage.PARAMETER)
    body = Block((Return(Member(Deref(Ref(p, p.type), POINT), "x", t.DOUBLE)),))
    function = Function("geo::first", (p,), t.DOUBLE, body, UNIT)
    text = cxx_program.print_program(function, ["cmath"])
    assert text.startswith("#include <cmath>\n\nstruct point {\n    double x;\n    double y;\n};\n")
    assert text.count("namespace geo {") == 2
    assert "double first(struct point *p) {\n    return p->x;\n}" in text
