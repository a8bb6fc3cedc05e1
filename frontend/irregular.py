"""What the analyses found about loops whose work is not counted before they start: worklists, list walks, choices,
merges.

A worklist's items that wait at one time are independent but for two things: which of them reaches a new vertex first,
and in which order what they find is put behind them.  A ``Frontier`` says how both are decided, so that a batch of
items leaves behind exactly what the loop would have left.

Knows nothing of targets or plans.
"""

from __future__ import annotations

from enum import Enum

from unseq.frontend.extent import Extent
from unseq.frontend.ir.nodes import Assign, Block, Declare, Expr, ForEach, If, Stmt, Symbol
from unseq.frontend.ir.types import Type
from unseq.frontend.slotted import dataclass


class Keeping(Enum):
    """Where the items of a worklist wait."""

    SPAN = "span"  # elements [head, tail) of an array
    GROWN = "grown"  # elements [head, size()) of a vector
    PILE = "pile"  # elements [0, top) of an array
    QUEUE = "queue"  # std::queue, or a deque or list used as one
    STACK = "stack"  # std::stack, or a vector, deque or list used as one


@dataclass(frozen=True, slots=True)
class Waiting:
    """The items that wait. ``place`` is the array or container; items are taken by the statements ``taking``, of which
    ``binding`` gives the item its name (its value contains ``read``). ``head`` and ``tail`` count in arrays (``tail``
    is the top of a pile, ``lowest`` its value when nothing waits); ``stepped``: the loop's header moves ``head``."""

    keeping: Keeping
    place: Expr
    element: Type
    taking: tuple[Stmt, ...]
    binding: Declare | Assign
    read: Expr
    head: Symbol | None = None
    tail: Symbol | None = None
    lowest: int = 0
    stepped: bool = False

    @property
    def first_come(self) -> bool:
        """Whether the item that waits longest is taken first."""
        return self.keeping in (Keeping.SPAN, Keeping.GROWN, Keeping.QUEUE)


@dataclass(frozen=True, slots=True)
class Discovery:
    """``if (... && new(marks[index])) { marks[index] = ...; ...; push(pushed); }``.

    ``test`` is the conjunct of ``statement``'s condition that reads the mark; ``writes`` set the mark and other arrays
    at the same ``index``; ``rest`` is what else happens (updates of accumulators). ``unsafe``: a condition under which
    the mark would not tell that the vertex has been reached (None: there is none)."""

    statement: If
    test: Expr
    index: Expr
    writes: tuple[Assign, ...]
    pushed: Expr
    rest: tuple[Stmt, ...] = ()
    unsafe: Expr | None = None


@dataclass(frozen=True, slots=True)
class Frontier:
    """A worklist whose waiting items may be looked at together.

    ``body`` is the loop's body without the taking, ``continue`` spelled as ``if``; ``discoveries`` and ``leaving``
    (``if (...) return`` or ``break``) are statements of it. ``early``: conditions over the item alone under which a
    batch must end before it (it leaves the loop, or it is not marked).  Marks have ``extent`` elements; ``within``:
    every index is known to be below that, else it is to be checked. ``each``: iterations that every item has, if all
    have the same number. ``writes`` and ``reads`` (of one item; both ``Extent``) must not overlap, nor one write
    another: a batch checks that where they are given."""

    waiting: Waiting
    body: Block
    discoveries: tuple[Discovery, ...]
    leaving: tuple[If, ...]
    early: tuple[Expr, ...]
    extent: Expr
    within: bool
    each: Expr | None = None
    writes: tuple[Extent, ...] = ()
    reads: tuple[Extent, ...] = ()


@dataclass(frozen=True, slots=True)
class Walk:
    """A loop that follows links: ``cursor`` goes from ``start`` (None: from where it is) to ``link`` while
    ``condition`` holds; ``over``: nobody asks for it afterwards. Its elements, collected in
    ``elements``, are the iterations of ``loop``, ``count`` of them."""

    cursor: Symbol
    start: Expr | None
    link: Expr
    condition: Expr
    elements: Symbol
    loop: ForEach
    count: Expr
    over: bool


@dataclass(frozen=True, slots=True)
class Choices:
    """A loop over the choices 0 <= ``counter`` < ``bound`` of a recursion that goes from ``depth`` to ``levels``.

    ``state``: an array of which each depth writes its own element (with the choice, so never with -1) before it goes
    deeper, and reads only those of smaller depths (None: there is none)."""

    counter: Symbol
    bound: Expr
    depth: Symbol
    levels: Expr
    state: Expr | None


@dataclass(frozen=True, slots=True)
class Run:
    """Elements of ``array`` from the value of ``cursor`` up to ``end``, one past the last."""

    array: Expr
    cursor: Symbol
    end: Expr


@dataclass(frozen=True, slots=True)
class Merge:
    """Two sorted runs that are merged into ``out``, from the value of ``at`` on; all three positions end behind what
    was read and written."""

    left: Run
    right: Run
    out: Expr
    at: Symbol


Irregular = Frontier | Walk | Choices | Merge
