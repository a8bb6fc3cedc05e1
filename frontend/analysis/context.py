"""What is known about one loop before anyone asks whether it is parallel: the material of the role finders.

Holds the loop's iteration space, the variables that it carries from one iteration to the next, what memory it
touches, whom it calls and how it can be left.  Draws no conclusions: whether two accesses conflict is
``dependence``'s question, whether two roots overlap ``aliasing``'s, what a carried variable is the role finders'.
"""

from __future__ import annotations

from dataclasses import field
from enum import Enum

from unseq.frontend.analysis.library import CONST_METHODS, SIZE_METHODS, bare
from unseq.frontend.analysis.paths import loads
from unseq.frontend.facts import Iteration
from unseq.frontend.ir import types as t
from unseq.frontend.ir import walk
from unseq.frontend.ir.nodes import (
    Block,
    Break,
    Call,
    Expr,
    Function,
    Lambda,
    Loop,
    Method,
    Ref,
    Return,
    Stmt,
    Symbol,
)
from unseq.frontend.reasons import Why
from unseq.frontend.slotted import dataclass


@dataclass(frozen=True, slots=True)
class Test:
    """A condition on the way to a statement: ``condition`` came out as ``holds``; ``resolved`` as in ``Access``."""

    condition: Expr
    holds: bool = True
    resolved: Expr | None = None


@dataclass(frozen=True, slots=True)
class Nest:
    """A loop's iteration space in resolved terms. ``position`` stands for the iteration: the loop's own variable if
    that counts by one, else a made-up counter from 0. ``first`` and ``last`` (inclusive) bound it, None: unknown;
    ``domain``: comparisons that hold for it exactly."""

    loop: Loop
    iteration: Iteration | None
    position: Symbol
    first: Expr | None = None
    last: Expr | None = None
    domain: tuple[Expr, ...] = ()

    def __hash__(self) -> int:  # accesses are told apart by what they stand in
        return self.position.uid


@dataclass(frozen=True, slots=True)
class Access:
    """A read or write of memory: an element, a member, what a pointer or reference leads to, a global.
    A container's size is the member ``size()`` of it.

    ``place`` is as the source has it; ``resolved`` is the same place with the values of locals put in, so that it
    speaks only of invariants, of positions of loops (``nests``: the inner ones, outermost first), of memory loads and
    of unknowns. ``root`` is the variable that the resolved place is reached from (None: not known).
    ``update``: the operator of ``place op= e``, which reads and writes. ``whole``: some unknown part of the object
    that ``resolved`` names, not just that element (calls, container methods). ``tests`` guard it, outermost first.
    """

    root: Symbol | None
    place: Expr
    resolved: Expr
    is_write: bool
    statement: Stmt
    update: str = ""
    whole: bool = False
    tests: tuple[Test, ...] = ()
    nests: tuple[Nest, ...] = ()
    call: Call | Method | None = None

    @property
    def is_read(self) -> bool:
        """Whether the old value matters."""
        return not self.is_write or self.update != ""


@dataclass(frozen=True, slots=True)
class Obstacle:
    """An effect that must happen in the order of iterations (output, hidden state), or one that is not known."""

    call: Call | Method
    statement: Stmt
    what: str
    remedy: str
    code: Why


class ExitKind(Enum):
    """How a loop can end before its last iteration."""

    BREAK = "break"
    RETURN = "return"
    CONDITION = "condition"  # a part of the loop's own condition that is no bound on the counter


@dataclass(frozen=True, slots=True)
class ExitPoint:
    """A place where the loop can be left early. ``tests`` guard it; for ``CONDITION``, ``condition`` must hold for
    the loop to go on, ``statement`` is the loop. ``inner``: it stands inside an inner loop."""

    kind: ExitKind
    statement: Stmt
    tests: tuple[Test, ...] = ()
    condition: Expr | None = None
    inner: bool = False


@dataclass(frozen=True, slots=True)
class LoopContext:
    """One loop, ready for the role finders.

    ``carried``: variables of scalar or record type declared outside the loop and assigned in it (accumulators in
    locals, parameters, globals, references), the main induction variable left out; made by assignment to the variable
    itself (``p = ...``, ``s.x = ...`` is an access), or by a call that is handed the variable.
    ``invariant_roots`` cannot change in the loop; ``live_after`` may be read after the loop before being written.
    ``nest`` is the loop's own space in resolved terms.
    """

    function: Function
    loop: Loop
    body: Block
    iteration: Iteration | None
    nest: Nest
    carried: frozenset[Symbol]
    live_after: frozenset[Symbol]
    accesses: tuple[Access, ...] = ()
    calls: tuple[Call | Method, ...] = ()
    obstacles: tuple[Obstacle, ...] = ()
    exits: tuple[ExitPoint, ...] = ()
    pure: frozenset[str] = frozenset()  # names of functions that only compute a value
    assigned: frozenset[Symbol] = frozenset()  # variables whose own storage changes in the loop, header included
    declared: frozenset[Symbol] = frozenset()  # variables that come into being in the loop
    written_roots: frozenset[Symbol] = field(default=frozenset())
    unknown_writes: bool = False  # some write has no known root
    facts: tuple[Expr, ...] = ()  # comparisons that hold at loop entry, from the loops around
    inductions: frozenset[Symbol] = frozenset()  # carried variables that every iteration moves by the same stride
    stepped: frozenset[Symbol] = frozenset()  # secondary induction variables that only the header changes
    main: Symbol | None = None  # the main induction variable, also where ``iteration.symbol`` is None

    def is_invariant(self, e: Expr) -> bool:
        """Whether ``e`` has the same value whenever it is evaluated in this loop and at its entry.

        Memory loads count as invariant if nothing is written through their root; that different roots do not
        overlap is checked (or guarded) for every pair of accesses by ``memory``.
        """
        for node in walk.walk(e):
            if isinstance(node, Ref):
                if node.symbol == self.main or node.symbol in self.assigned or node.symbol in self.declared:
                    return False
                if isinstance(node.symbol.type, t.Record) and node.symbol in self.written_roots:
                    return False
                if node.symbol == self.nest.position or node.symbol.uid < 0:
                    return False
            elif isinstance(node, Call):
                if node.target is not None or bare(node.name) not in self.pure:
                    return False
            elif isinstance(node, Method):
                if node.name not in CONST_METHODS:
                    return False
            elif isinstance(node, Lambda):
                return False
        return not any(self._written(load) for load in loads(e))

    def _written(self, place: Expr) -> bool:
        root = walk.root(place)
        if root is None:
            return True
        if isinstance(place, Method) and place.name in SIZE_METHODS and t.strip(root.type) == place.object.type:
            return any(a.whole and a.is_write and a.root == root for a in self.accesses) or self.unknown_writes
        return root in self.written_roots or self.unknown_writes

    @property
    def returns(self) -> tuple[Return, ...]:
        """The return statements in the loop."""
        return tuple(e.statement for e in self.exits if isinstance(e.statement, Return))

    @property
    def breaks(self) -> tuple[Break, ...]:
        """The breaks that end this loop."""
        return tuple(e.statement for e in self.exits if isinstance(e.statement, Break))
