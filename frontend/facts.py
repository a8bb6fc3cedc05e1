"""What the analyses found about a function, each finding with the spans that show it.

The central idea: a parallel iteration is the original loop body, run with iteration-local copies of the variables
that the loop carries, each started from the right value.  A ``Role`` says which value that is.  A loop is parallel
iff every carried variable has a role, and no two iterations conflict in memory (proved, or under ``guards``).

Knows nothing of targets or plans.
"""

from __future__ import annotations

from dataclasses import field
from enum import Enum

from unseq.frontend.extent import Extent as Extent  # part of the facts
from unseq.frontend.ir.nodes import Call, Expr, Function, Index, Loop, Method, Place, Stmt, Symbol
from unseq.frontend.ir.types import Type
from unseq.frontend.irregular import Irregular
from unseq.frontend.nest import Diagonal as Diagonal  # both are part of the facts
from unseq.frontend.nest import Iteration as Iteration
from unseq.frontend.slotted import dataclass
from unseq.frontend.source import Diagnostic, Span


class Claim(Enum):
    """Why a translation is legal, strongest first."""

    PROVED = "proved"
    GUARDED = "guarded"  # a run-time check, with the sequential path behind it, is compiled into the emitted code
    TESTED = "tested"


# --- roles of carried variables --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Private:
    """Declared outside the loop, written before read in every iteration. ``last``: its value is read after the
    loop, and the last iteration always writes it. Of an array or record, the elements that an iteration reads;
    ``extent``: how many there are behind a pointer."""

    symbol: Symbol
    last: bool = False
    extent: Expr | None = None


@dataclass(frozen=True, slots=True)
class Induction:
    """Secondary induction variable: at the start of iteration k it is ``start + k * stride`` (pointers: in
    elements); ``start`` is its value at loop entry, ``stride`` loop-invariant. ``live_out``: read after the loop."""

    symbol: Symbol
    start: Expr
    stride: Expr
    live_out: bool = False


@dataclass(frozen=True, slots=True)
class Accumulator:
    """``place = place op e`` in any number of (possibly conditional) statements, not read otherwise in the loop.

    ``op``: ``+ * min max fmin fmax & | ^ && ||``; subtraction counts as ``+``. ``min`` and ``max`` keep the running
    value unless the new one is strictly less or greater (so a NaN element is skipped, a NaN start stays), their
    identity is the largest or smallest value; ``fmin`` and ``fmax`` are C's (identity: NaN). ``place`` is a scalar
    variable, or a loop-invariant member or element. The start value of an iteration is the identity of ``op``."""

    place: Place
    op: str
    type: Type
    updates: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class ArgBest:
    """``if (e < best) { best = e; companions = ...; }`` (and its mirror images): extremum with payload.

    ``op`` is ``min`` or ``max``. ``first``: of equal candidates the first one wins (strict comparison), else the
    last. ``best`` may be absent as a variable of its own (``a[best_index]``): then ``key`` gives the compared value
    as an expression over the companions."""

    best: Symbol | None
    companions: tuple[Symbol, ...]
    op: str
    first: bool
    key: Expr | None = None
    updates: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Prefix:
    """A scalar updated once (possibly conditionally) by ``x = x op e`` where ``e`` does not depend on ``x``, whose
    running value is used elsewhere in the body: a scan.

    ``contribution``: ``e`` as an expression evaluable at the start of an iteration, identity where the update is
    skipped; ``statements`` of the body that must run first to evaluate it (pure, private). ``live_out`` as above."""

    symbol: Symbol
    op: str
    type: Type
    contribution: Expr
    statements: tuple[Stmt, ...] = ()
    live_out: bool = False
    updates: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Recurrence:
    """Variables that each iteration changes by a function of a family that is closed under composition.

    One iteration's function is given by ``element`` (values of ``parameters``, evaluable at the start of an iteration
    after ``statements``); ``combine`` is "first ``parameters``, then ``later``" as values of the composed function's
    parameters; ``identity`` composes to nothing; ``apply`` gives the new values of ``symbols`` from ``parameters`` and
    the old values.  ``gather``, where given, is ``combine`` with one iteration behind the parameters.  ``states``:
    a finite family is a table of what becomes of each of these values (a box); ``apply`` is one iteration.
    ``running``: the values in between are used by the rest of the body (a scan).
    ``upstream``: variables of other roles whose running values the parameters need, ``steps`` their values after an
    iteration.  ``proof``: how membership was shown, by construction or by SMT."""

    symbols: tuple[Symbol, ...]
    family: str
    parameters: tuple[Symbol, ...]
    later: tuple[Symbol, ...]
    element: tuple[Expr, ...]
    combine: tuple[Expr, ...]
    identity: tuple[Expr, ...]
    apply: tuple[Expr, ...]
    statements: tuple[Stmt, ...] = ()
    running: bool = False
    live_out: bool = True
    updates: tuple[Span, ...] = ()
    gather: tuple[Expr, ...] = ()
    states: tuple[tuple[int, ...], ...] = ()
    upstream: tuple[Symbol, ...] = ()
    steps: tuple[Expr, ...] = ()
    proof: str = "construction"


@dataclass(frozen=True, slots=True)
class Append:
    """Compaction: writes at ``out[counter++]`` for each of ``outputs``, or ``push_back`` on containers
    (``counter`` None), once an iteration under ``condition`` (None: always).

    ``counter`` starts from its value at loop entry. ``condition`` is evaluable at the start of an iteration after
    ``statements``; ``values[j]`` is what is appended to ``outputs[j]``."""

    counter: Symbol | None
    outputs: tuple[Expr, ...]
    values: tuple[Expr, ...]
    condition: Expr | None
    statements: tuple[Stmt, ...] = ()
    updates: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class ArrayAccumulator:
    """Scatter with an associative, commutative operator: ``array[index] op= e`` with any index; the array is not
    otherwise touched in the loop. ``extent``: number of elements where known (an expression valid at loop entry)."""

    array: Expr
    op: str
    element: Type
    extent: Expr | None
    updates: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Buffered:
    """An array of which iterations read elements that later ones overwrite: the places ``reads`` (as they stand in
    the body, behind ``extent.base``) are read from a copy of ``extent`` made at loop entry."""

    extent: Extent
    reads: tuple[Index, ...]


@dataclass(frozen=True, slots=True)
class Packed:
    """A ``vector<bool>`` of which iteration i touches element i only: 64 iterations from each multiple of 64 on must
    run one after the other, for they write into one word."""

    array: Expr


@dataclass(frozen=True, slots=True)
class Exit:
    """Early exit: the loop ends at the first iteration where ``condition`` holds, evaluable at the start of an
    iteration after ``statements``.  Iterations that do not exit have no effect at all.

    To leave the loop, run ``statements``, then ``exit`` (whole statements of the body that decide again and end in
    break or return) for that iteration; ``exit`` is empty for a condition in the loop's header. ``assigned``: carried
    variables that only the exit writes."""

    condition: Expr
    exit: tuple[Stmt, ...]
    statements: tuple[Stmt, ...] = ()
    assigned: tuple[Symbol, ...] = ()
    span: Span | None = None


Role = (
    Private
    | Induction
    | Accumulator
    | ArgBest
    | Prefix
    | Recurrence
    | Append
    | ArrayAccumulator
    | Buffered
    | Packed
    | Exit
    | Diagonal
)


# --- guards ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Disjoint:
    """The two extents do not overlap in memory."""

    left: Extent
    right: Extent


@dataclass(frozen=True, slots=True)
class Distinct:
    """Two reference parameters are not the same object."""

    left: Expr
    right: Expr


@dataclass(frozen=True, slots=True)
class Holds:
    """An expression that is true at loop entry (a delinearised subscript in range, a positive stride)."""

    condition: Expr


@dataclass(frozen=True, slots=True)
class NonDecreasing:
    """``array[low] <= array[low + 1] <= ... <= array[high - 1]`` (row pointers of CSR)."""

    array: Expr
    low: Expr
    high: Expr


@dataclass(frozen=True, slots=True)
class Unique:
    """No value occurs twice in ``array[low .. high)`` (indices of a scatter), all in ``[0, bound)``."""

    array: Expr
    low: Expr
    high: Expr
    bound: Expr


@dataclass(frozen=True, slots=True)
class Apart:
    """None of the elements ``base[array[k]]``, ``low <= k < high``, lies in ``extent`` (a gather or scatter through an
    index array, next to a write)."""

    extent: Extent
    base: Expr
    array: Expr
    low: Expr
    high: Expr


HERE = "unseq_here"
Guard = Disjoint | Distinct | Holds | NonDecreasing | Unique | Apart


# --- findings --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class LoopFact:
    """What one loop is.

    ``kind`` is a label for people: map, reduction, scan, histogram, scatter, compaction, search, stencil,
    wavefront, or sequential. ``parallel`` loops have roles for all that they carry; others have at least one reason.
    ``work``: rough number of elementary operations of the whole loop as an expression at loop entry (None: unknown).
    ``floating``: legal only where floating-point sums may be reassociated. ``guards`` must hold at loop entry.
    ``parent`` is the id of the enclosing loop, -1 at top level.

    ``parts``: loops and statements, one after the other, that the loop (with ``with_next``, the statements right
    behind it) is equal to where ``only_if`` holds; where it does not, the loop does nothing.

    ``original``: the source's loop where ``loop`` is a rewritten form of it, which is equal to it after ``before``
    (statements to run at loop entry, valid if the loop runs at all); ``after`` comes behind it. ``irregular``: how the
    iterations of a loop that is not counted can run together all the same; the roles are those of such iterations.
    ``around``: a sequential loop in plainer form, to stand in place of the source's, in which a call of ``HERE`` stands
    for all of this.
    """

    loop: Loop
    kind: str
    parallel: bool
    claim: Claim
    iteration: Iteration | None = None
    roles: tuple[Role, ...] = ()
    guards: tuple[Guard, ...] = ()
    reasons: tuple[Diagnostic, ...] = ()
    work: Expr | None = None
    floating: bool = False
    parent: int = -1
    function: str = ""
    before: tuple[Stmt, ...] = ()
    original: Loop | None = None
    after: tuple[Stmt, ...] = ()
    irregular: Irregular | None = None
    parts: tuple[LoopFact | Stmt, ...] = ()
    only_if: Expr | None = None
    with_next: tuple[Stmt, ...] = ()
    around: Loop | None = None

    @property
    def span(self) -> Span:
        """Where the loop stands."""
        return self.loop.span


@dataclass(frozen=True, slots=True)
class CallFact:
    """A call of a standard algorithm (``std::sort``, ``std::accumulate`` ...) and the primitive that it is.

    ``primitive``: sort, stable_sort, reduce, transform_reduce, map, inclusive_scan, exclusive_scan, find, count,
    min_element, max_element, minmax_element, all_of, any_of, none_of, fill, iota, copy_if, ... ``call.arguments``
    keep their order. ``statement`` is the whole statement that holds the call.

    For reductions and scans: ``op`` is the monoid as in ``Accumulator``, and ``element``, an expression over
    ``parameters`` (one value of each input range), is what is combined (None: the values themselves).
    ``std::reduce``, ``transform_reduce`` and the scans may combine in any order by their own contract.
    """

    call: Call | Method
    statement: Stmt
    primitive: str
    parallel: bool
    claim: Claim
    guards: tuple[Guard, ...] = ()
    reasons: tuple[Diagnostic, ...] = ()
    work: Expr | None = None
    floating: bool = False
    parent: int = -1
    op: str = ""
    parameters: tuple[Symbol, ...] = ()
    element: Expr | None = None
    span: Span = field(kw_only=True)


@dataclass(frozen=True, slots=True)
class ForkFact:
    """Statements of one block that may run in parallel, each holding one recursive call; or a single statement whose
    expression holds two independent recursive calls (``return f(a) + f(b);``: ``calls`` are to be evaluated first); or
    loops, each of them sequential, that have nothing to do with each other (no ``calls``).

    ``size``: an expression that says how large the problem is (for the cut-off); None: unknown.  ``exponential``: the
    size shrinks by a constant from call to call (``f(n - 1)``), so that a small size is already much work.
    ``assumption``: what was not proved, for a claim that is only tested."""

    statements: tuple[Stmt, ...]
    calls: tuple[Call, ...]
    claim: Claim
    guards: tuple[Guard, ...] = ()
    size: Expr | None = None
    exponential: bool = False
    assumption: str = ""
    span: Span = field(kw_only=True)


@dataclass(frozen=True, slots=True)
class Facts:
    """All findings about one function and about the helpers that it calls (``LoopFact.function`` names whose).

    ``searches`` are statements that call a recursive search, each as the loop over a worklist that it comes to."""

    function: Function
    loops: tuple[LoopFact, ...] = ()
    calls: tuple[CallFact, ...] = ()
    forks: tuple[ForkFact, ...] = ()
    reasons: tuple[Diagnostic, ...] = ()
    searches: tuple[LoopFact, ...] = ()
