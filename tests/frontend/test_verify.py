"""Each rule of the IR is broken once."""

from pathlib import Path

import pytest

from unseq.frontend.ir import types as t
from unseq.frontend.ir.nodes import (
    AddressOf,
    Assign,
    Binary,
    Block,
    Break,
    Call,
    Case,
    Cast,
    Continue,
    Declare,
    Deref,
    Evaluate,
    Expr,
    For,
    Function,
    If,
    Index,
    Lambda,
    Literal,
    Member,
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
from unseq.frontend.ir.verify import VerifyError, verify
from unseq.frontend.source import Language, SourceUnit, Span

UNIT = SourceUnit(Path("a.c"), Language.C, b"int f(int n) { return n; }")
POINT = t.Record("point", (t.Field("x", t.DOUBLE),))
N = Symbol("n", t.INT, 1, Storage.PARAMETER)
P = Symbol("p", t.Pointer(t.DOUBLE), 2, Storage.PARAMETER)
D = Symbol("d", t.DOUBLE, 3, Storage.PARAMETER)
Q = Symbol("q", POINT, 4, Storage.PARAMETER)
K = Symbol("k", t.INT, 5, Storage.PARAMETER, const=True)
X = Symbol("x", t.INT, 10)


def ref(s: Symbol) -> Ref:
    return Ref(s, t.strip(s.type))


def one(type_: t.Type = t.INT) -> Literal:
    return Literal(1, type_)


def function(*statements: Stmt, result: t.Type = t.VOID, callees: tuple[Function, ...] = ()) -> Function:
    return Function("f", (N, P, D, Q, K), result, Block(statements), UNIT, callees)


def add(a: Expr, b: Expr, type_: t.Type = t.INT, overflow: Overflow = Overflow.UNDEFINED) -> Binary:
    return Binary("+", a, b, type_, overflow)


GOOD: list[Stmt] = [
    Declare(X, one()),
    Evaluate(add(ref(N), one())),
    Assign(Index(ref(P), ref(N), t.DOUBLE), Cast(ref(N), t.DOUBLE, True)),
    Assign(ref(N), one(), "+", t.INT, Overflow.UNDEFINED),
    Assign(Member(ref(Q), "x", t.DOUBLE), ref(D)),
    For((Declare(X, one()),), Binary("<", ref(X), ref(N), t.INT), (), Block((If(ref(X), Block((Break(),)), None),)), 1),
    While(one(), Block((Switch(ref(N), (Case((1,), Block((Continue(),))),)),)), 1),
    Evaluate(AddressOf(Index(ref(P), ref(N), t.DOUBLE), t.Pointer(t.DOUBLE))),
    Evaluate(Lambda((X,), Block((Return(add(ref(X), ref(N))),)), t.Callable((t.INT,), t.INT))),
]

BAD: list[tuple[str, list[Stmt]]] = [
    ("does not exist", [Evaluate(ref(X))]),
    ("does not exist", [Block((Declare(X, one()),)), Evaluate(ref(X))]),
    ("comes into being twice", [Declare(X, None), Declare(X, None)]),
    ("not the symbol declared", [Evaluate(ref(Symbol("other", t.INT, 1)))]),
    ("is used as", [Evaluate(Ref(N, t.LONG))]),
    ("without casts", [Evaluate(add(ref(N), one(t.LONG)))]),
    ("without casts", [Evaluate(Binary("<", ref(N), ref(D), t.BOOL))]),
    ("not promoted", [Evaluate(add(one(t.CHAR), one(t.CHAR), t.CHAR))]),
    ("with overflow none", [Evaluate(add(one(), one(), overflow=Overflow.NONE))]),
    ("with overflow undefined", [Evaluate(add(one(t.UNSIGNED), one(t.UNSIGNED), t.UNSIGNED))]),
    ("with overflow wrap", [Evaluate(add(ref(D), ref(D), t.DOUBLE, Overflow.WRAP))]),
    ("% on Float", [Evaluate(Binary("%", ref(D), ref(D), t.DOUBLE))]),
    ("unknown operator", [Evaluate(Binary("**", ref(N), ref(N), t.INT))]),
    ("! gives", [Evaluate(Unary("!", ref(N), t.DOUBLE))]),
    ("- on", [Evaluate(Unary("-", ref(N), t.LONG))]),
    ("without a cast", [Assign(ref(D), ref(N))]),
    ("not a place", [Assign(one(), one())]),  # type: ignore[arg-type]  # the broken rule
    ("the constant k", [Assign(ref(K), one())]),
    ("in which type", [Assign(ref(N), one(), "+")]),
    ("starts as", [Declare(X, ref(D))]),
    ("outside a loop", [Break()]),
    ("outside a loop", [Switch(ref(N), (Case((1,), Block((Break(),))),))]),
    ("outside a loop", [While(one(), Block((Evaluate(Lambda((), Block((Break(),)), t.Callable((), t.VOID))),)), 1)]),
    ("two loops", [While(one(), Block(()), 1), While(one(), Block(()), 1)]),
    ("two arms", [Switch(ref(N), (Case((1,), Block(())), Case((1,), Block(()))))]),
    ("a switch over", [Switch(ref(D), ())]),
    ("in the head of a for", [For((Break(),), one(), (), Block(()), 1)]),
    ("outside the file", [Break(Span(0, 99, 1, 1, 1))]),
    ("an index of", [Evaluate(Index(ref(P), ref(D), t.DOUBLE))]),
    ("an element of", [Evaluate(Index(ref(N), ref(N), t.DOUBLE))]),
    ("points to", [Evaluate(Deref(ref(P), t.INT))]),
    ("is dereferenced", [Evaluate(Deref(ref(N), t.INT))]),
    ("no member", [Evaluate(Member(ref(Q), "z", t.DOUBLE))]),
    ("no members", [Evaluate(Member(ref(P), "x", t.DOUBLE))]),
    ("the address of", [Evaluate(AddressOf(one(), t.Pointer(t.INT)))]),
    ("a choice of", [Evaluate(Select(ref(N), ref(N), ref(D), t.INT))]),
    ("not a value of", [Evaluate(Literal(2**31, t.INT))]),
    ("not a value of", [Evaluate(Literal(True, t.INT))]),
    ("not a truth value", [Evaluate(Literal(2, t.BOOL))]),
    ("without a cast", [Return(one())]),
]


def test_what_is_well_formed_passes() -> None:
    for statement in GOOD:
        verify(function(statement))
    verify(function(Return(one()), result=t.INT))


@pytest.mark.parametrize(("what", "statements"), BAD)
def test_a_broken_rule_is_found(what: str, statements: list[Stmt]) -> None:
    with pytest.raises(VerifyError, match=what.replace("*", r"\*")):
        verify(function(*statements))


def test_calls_of_functions_of_the_same_file() -> None:
    callee = Function("g", (Symbol("v", t.DOUBLE, 30, Storage.PARAMETER),), t.DOUBLE, Block((Return(ref(
        Symbol("v", t.DOUBLE, 30, Storage.PARAMETER))),)), UNIT)
    verify(function(Evaluate(Call("g", (ref(D),), t.DOUBLE)), callees=(callee,)))
    for call in (Call("g", (), t.DOUBLE), Call("g", (ref(N),), t.DOUBLE), Call("g", (ref(D),), t.INT)):
        with pytest.raises(VerifyError):
            verify(function(Evaluate(call), callees=(callee,)))
    with pytest.raises(VerifyError, match="returns nothing"):
        verify(function(Return(None), result=t.INT))
