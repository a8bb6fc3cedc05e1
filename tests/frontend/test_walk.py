"""Traversal and rewriting keep what they do not touch and reach all of the rest."""

from unseq.frontend.ir import types as t
from unseq.frontend.ir import walk
from unseq.frontend.ir.nodes import (
    Assign,
    Binary,
    Block,
    Declare,
    Deref,
    Expr,
    For,
    Index,
    Lambda,
    Literal,
    Ref,
    Stmt,
    Symbol,
)

P = Symbol("p", t.Pointer(t.INT), 1)
N = Symbol("n", t.INT, 2)
I = Symbol("i", t.INT, 3)  # noqa: E741  # the loop variable of the example
A = Symbol("a", t.Array(t.INT, 8), 4)


def ref(s: Symbol) -> Ref:
    return Ref(s, t.strip(s.type))


def one(value: int = 1) -> Literal:
    return Literal(value, t.INT)


STORE = Assign(Index(ref(P), ref(I), t.INT), Binary("+", ref(N), one(), t.INT))
LOOP = For((Declare(I, one(0)),), Binary("<", ref(I), ref(N), t.BOOL), (Assign(ref(I), one(), "+"),),
           Block((STORE,)), 7)


def test_walk_is_pre_order_and_complete() -> None:
    names = [n.symbol.name for n in walk.walk(LOOP) if isinstance(n, Ref)]
    assert names == ["i", "n", "i", "p", "i", "n"]
    assert [found.id for found in walk.loops(LOOP)] == [7]
    assert sum(1 for _ in walk.statements(LOOP)) == 5


def test_symbols() -> None:
    assert walk.free_symbols(LOOP) == {P, N}
    assert walk.assigned_symbols(LOOP) == {I, P}
    assert walk.rebound_symbols(LOOP) == {I}


def test_the_extent_of_a_declared_array_is_used() -> None:
    vla = Symbol("v", t.Array(t.INT, ref(N)), 5)
    assert walk.free_symbols(Block((Declare(vla, None),))) == {N}


def test_lambda_bodies_are_walked_and_their_parameters_bound() -> None:
    x = Symbol("x", t.INT, 9)
    closure = Lambda((x,), Block((Assign(ref(N), ref(x)),)), t.Callable((t.INT,), t.VOID))
    assert walk.free_symbols(closure) == {N}
    assert walk.assigned_symbols(closure) == {N}


def test_roots() -> None:
    assert walk.root(Deref(Binary("+", one(), ref(P), t.Pointer(t.INT)), t.INT)) == P
    assert walk.own_root(Index(ref(A), one(), t.INT)) == A
    assert walk.own_root(Index(ref(P), one(), t.INT)) is None


def test_substitution_shares_what_it_does_not_change() -> None:
    changed = walk.substitute(LOOP, {N: one(5)})
    assert walk.free_symbols(changed) == {P}
    assert changed.init[0] is LOOP.init[0]
    assert changed.id == LOOP.id
    assert walk.substitute(LOOP, {A: one()}) is LOOP


def test_splice_removes_and_inserts() -> None:
    def twice(s: Stmt) -> tuple[Stmt, ...]:
        return (s, s) if isinstance(s, Assign) else (s,)

    assert len(walk.splice(LOOP, twice).body.statements) == 2
    assert walk.splice(LOOP, lambda s: ()).body.statements == ()
    assert walk.splice(LOOP, lambda s: (s,)) is LOOP


def test_every_kind_of_node_is_known() -> None:
    from unseq.frontend.ir import nodes

    known = {*nodes.Expr.__args__, *nodes.Stmt.__args__, nodes.Case}  # type: ignore[attr-defined]
    assert known == set(walk._FIELDS)
    assert set(nodes.Expr.__args__) == set(walk.EXPRESSIONS)  # type: ignore[attr-defined]


def test_places() -> None:
    e: Expr = Binary("+", one(), one(), t.INT)
    assert walk.is_place(ref(N)) and not walk.is_place(e)
