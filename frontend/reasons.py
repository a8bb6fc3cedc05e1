"""Why a loop, a call or a function stays sequential: one stable id for each kind of reason, and what it means.

Ids are part of what other programs see (SARIF, JSON, the HTML report) and never change their meaning.  Knows words
only: which reason applies is decided where it is found, and the exact obstacle is said there.
"""

from __future__ import annotations

from enum import StrEnum

from unseq.frontend.slotted import dataclass


class Why(StrEnum):
    """The kinds of reasons, by what stands in the way."""

    # the iteration space
    IRREGULAR_STEPS = "irregular-steps"
    BOUND_CHANGES = "bound-changes"
    SENTINEL = "sentinel"
    UNTIL_EMPTY = "until-empty"
    POINTER_CHASE = "pointer-chase"
    FIXED_POINT = "fixed-point"
    NO_RANDOM_ACCESS = "no-random-access"
    UNKNOWN_TRIP_COUNT = "unknown-trip-count"
    EARLY_BREAK = "early-break"
    EARLY_RETURN = "early-return"
    EARLY_CONDITION = "early-condition"
    # variables
    CARRIED_COUNTER = "carried-counter"
    CARRIED_SCALED = "carried-scaled"
    CARRIED_OBJECT = "carried-object"
    CARRIED_POINTER = "carried-pointer"
    CARRIED_VALUE = "carried-value"
    CARRIED_STATIC = "carried-static"
    # memory
    FLOW = "flow"
    FLOW_UNKNOWN = "flow-unknown"
    FLOW_INDIRECT = "flow-indirect"
    FLOW_FIXED_ELEMENT = "flow-fixed-element"
    OVERWRITTEN_LATER = "overwritten-later"
    SAME_ELEMENT = "same-element"
    SCATTER_COLLISION = "scatter-collision"
    SHARED_VARIABLE = "shared-variable"
    CONTAINER_CHANGES = "container-changes"
    MAY_OVERLAP = "may-overlap"
    MOVING_POINTER = "moving-pointer"
    PACKED_BITS = "packed-bits"
    # calls
    CALL_OUTPUT = "call-output"
    CALL_HIDDEN_STATE = "call-hidden-state"
    CALL_LEAVES = "call-leaves"
    CALL_UNKNOWN = "call-unknown"
    CALL_RECURSIVE = "call-recursive"
    CALL_RELEASE = "call-release"
    MAY_THROW = "may-throw"
    # standard algorithms
    ALGORITHM_RANGE = "algorithm-range"
    ALGORITHM_FUNCTION = "algorithm-function"
    ALGORITHM_OPERATION = "algorithm-operation"
    ALGORITHM_FORM = "algorithm-form"
    # the contract, and us
    FLOAT_ORDER = "float-order"
    WEAK_CLAIM = "weak-claim"
    NOT_UNDERSTOOD = "not-understood"
    NOTHING_TO_DO = "nothing-to-do"
    TOO_LARGE = "too-large"
    VERDICT = "verdict"
    NOT_FASTER = "not-faster"


@dataclass(frozen=True, slots=True)
class Entry:
    """What a kind of reason means, in a title and a paragraph, and what unlocks it in general."""

    title: str
    meaning: str
    unlock: str


CATALOGUE: dict[Why, Entry] = {
    Why.IRREGULAR_STEPS: Entry(
        "the counter takes irregular steps",
        "Iterations can be handed out only where the k-th value of the counter is known beforehand. Here the body "
        "changes the counter too, or the step is not the same in every iteration.",
        "Let only the loop's header change the counter, by a constant; keep other positions in variables of their own.",
    ),
    Why.BOUND_CHANGES: Entry(
        "the bound changes while the loop runs",
        "The number of iterations is fixed by a value that the iterations themselves may change.",
        "Copy the bound to a local variable before the loop if the loop is not meant to see it change.",
    ),
    Why.SENTINEL: Entry(
        "the loop ends at a value in memory",
        "The end is found by looking at elements (a terminating zero, a marker) that the iterations reach one after "
        "another, and the loop has other effects on the way, or no bound up to which it may look ahead.",
        "Find the length first (strlen, a search loop with a bound), then loop over it.",
    ),
    Why.UNTIL_EMPTY: Entry(
        "the loop runs until a container is empty",
        "A worklist: iterations take work from a container and may put new work into it, so that the next iteration is "
        "not known before this one has ended.",
        "Process the worklist in rounds: everything that is in it now, then everything that came in. A round is a loop "
        "over an array.",
    ),
    Why.POINTER_CHASE: Entry(
        "the loop follows pointers",
        "Where iteration k+1 works is stored in the node of iteration k.",
        "Collect the nodes in an array first (sequential, cheap), then loop over the array.",
    ),
    Why.FIXED_POINT: Entry(
        "the loop runs until what it computes says so",
        "Whether there is another iteration depends on a value that the iterations compute (convergence, a flag, a "
        "state), so they happen one after another.",
        "The loop itself stays sequential; the loops inside of it are looked at on their own. Fix the number of "
        "iterations where that is acceptable.",
    ),
    Why.NO_RANDOM_ACCESS: Entry(
        "the elements are reached one after another",
        "The range has no operator for its k-th element (list, map, set), so iterations cannot start in the middle.",
        "Copy the elements into a vector first.",
    ),
    Why.UNKNOWN_TRIP_COUNT: Entry(
        "the number of iterations is not known before the loop starts",
        "The loop's condition does not compare a counter with a value that stays the same.",
        "Write it as a counted loop: a counter that only the header changes, and a bound that does not change.",
    ),
    Why.EARLY_BREAK: Entry(
        "break after other effects",
        "The loop may end early, and the iterations before the end have effects besides looking for it; later "
        "iterations must not have happened.",
        "Split it: a search for the end (which can be parallel), then a loop up to there.",
    ),
    Why.EARLY_RETURN: Entry(
        "return after other effects",
        "The function may return from the middle of the loop, after iterations that have other effects.",
        "Split it: a search for the iteration that returns (which can be parallel), then a loop up to there.",
    ),
    Why.EARLY_CONDITION: Entry(
        "the condition tests what iterations change",
        "Besides its bound, the loop's condition asks for something that the iterations compute or change.",
        "Split it: a search for the end (which can be parallel), then a loop up to there.",
    ),
    Why.CARRIED_COUNTER: Entry(
        "a position that advances irregularly",
        "A counter advances by one or not, depending on the data, and its value is used in a way that is no compaction "
        "(a write at the counter's position right before it advances).",
        "If it is a position of output, write the element and advance in one place: `out[k++] = x`. Otherwise compute "
        "the positions first: a prefix sum over the conditions is parallel.",
    ),
    Why.CARRIED_SCALED: Entry(
        "a variable that is multiplied, divided or shifted in each iteration",
        "Its value after k iterations has a closed form, but the loop computes it step by step.",
        "Compute it from the loop counter (`1 << k` for `bit <<= 1`).",
    ),
    Why.CARRIED_OBJECT: Entry(
        "an object whose state passes from iteration to iteration",
        "A container, iterator, string or generator that was made before the loop is changed by each iteration, and "
        "the next one goes on from there.",
        "Give each iteration an object of its own, or element k of an array of them.",
    ),
    Why.CARRIED_POINTER: Entry(
        "a pointer that moves irregularly",
        "A pointer or iterator is set by one iteration and used by the next, and does not advance by a constant.",
        "Index a fixed array with the loop counter.",
    ),
    Why.CARRIED_VALUE: Entry(
        "a value passes from iteration to iteration",
        "Each iteration computes the variable from its value in the iteration before, by an operation that is not "
        "known to be associative (sums, products, minima, maxima, bitwise operations, linear recurrences are).",
        "Compute it from the loop counter or from the inputs; or write the update as one associative operation.",
    ),
    Why.CARRIED_STATIC: Entry(
        "a static variable",
        "A static local keeps its value from iteration to iteration and from call to call.",
        "Make it a parameter, or a local variable where it does not have to survive the call.",
    ),
    Why.FLOW: Entry(
        "reads what an earlier iteration wrote, at a known distance",
        "Iteration i needs a value that iteration i-d has computed: the loop is a recurrence in memory.",
        "If the old values are meant, write the results to a second array (then it is a stencil). If the new ones "
        "are meant, it is parallel only if its step is a known recurrence (a scan); other dimensions may be parallel.",
    ),
    Why.FLOW_UNKNOWN: Entry(
        "reads what another iteration writes, at no constant distance",
        "The subscripts are understood, and some iteration reads an element that another one writes; how far apart the "
        "two are changes from element to element or depends on values not known before the run.",
        "Keep what is read and what is written in different arrays or parts of arrays that the subscripts tell apart.",
    ),
    Why.FLOW_INDIRECT: Entry(
        "reads at a position that is only known at run time",
        "A subscript comes from memory, from a call or from an operation that is not understood; it may be the element "
        "that another iteration writes.",
        "Read from a copy that the loop does not write, or make the subscript an expression of the loop counters.",
    ),
    Why.FLOW_FIXED_ELEMENT: Entry(
        "one element is read by all iterations and written by some",
        "Every iteration uses the same element, and at least one of them changes it.",
        "Copy the element to a local variable before the loop if its old value is meant.",
    ),
    Why.OVERWRITTEN_LATER: Entry(
        "reads elements that later iterations overwrite",
        "Every iteration needs only old values, but at the same time another one may already have overwritten them.",
        "Read from a copy of the array made before the loop.",
    ),
    Why.SAME_ELEMENT: Entry(
        "iterations write the same element",
        "Several iterations write one element, and the last one in order must win.",
        "Give each iteration an element of its own; or combine with an associative operation (`+=`, min, max).",
    ),
    Why.SCATTER_COLLISION: Entry(
        "two iterations may write the same element through an unknown subscript",
        "The subscript comes from memory or from an operation that is not understood; nothing shows that two "
        "iterations never write one element.",
        "Combine with an associative operation (`+=`, min, max): that is a histogram, and parallel. Or write through a "
        "permutation read as `index[i]`, which is checked at run time.",
    ),
    Why.SHARED_VARIABLE: Entry(
        "iterations share one variable in memory",
        "A global, a member or what a pointer or reference leads to is written by one iteration and used by others.",
        "Declare it inside the loop if it is only scratch space, or accumulate into a local by one associative "
        "operation and store it after the loop.",
    ),
    Why.CONTAINER_CHANGES: Entry(
        "iterations change a container as a whole",
        "Member functions that insert, remove or resize move other elements too; their order decides the result.",
        "Size the container before the loop and write element i; or append at most one element in each iteration and "
        "do nothing else with the container (a compaction).",
    ),
    Why.MAY_OVERLAP: Entry(
        "two pointers may lead to the same memory",
        "Nothing shows that what is written through one pointer is not read or written through the other, and no "
        "run-time check of their ranges is possible.",
        "Declare the pointers restrict, or promise it with --assume noalias.",
    ),
    Why.MOVING_POINTER: Entry(
        "writes through a pointer that changes in the loop",
        "Where the pointer leads in iteration k is not known before the loop.",
        "Index one fixed array with the loop counter.",
    ),
    Why.PACKED_BITS: Entry(
        "neighbouring elements share a word",
        "Elements of std::vector<bool> are bits: writing one rewrites its neighbours.",
        "Use std::vector<char> (or unsigned char).",
    ),
    Why.CALL_OUTPUT: Entry(
        "input or output in the loop",
        "The order of what is written or read is visible outside.",
        "Collect the values in an array and print them after the loop.",
    ),
    Why.CALL_HIDDEN_STATE: Entry(
        "a call that keeps hidden state",
        "The function remembers something from call to call (random numbers, time, locale).",
        "Draw the values before the loop, or compute them from the loop counter.",
    ),
    Why.CALL_LEAVES: Entry(
        "a call that may not come back",
        "The call may end the program or the function in the middle of the loop.",
        "Note the error in the loop and act on it after the loop.",
    ),
    Why.CALL_UNKNOWN: Entry(
        "a call whose effects are not known",
        "The function is not defined in this file, or is called through a pointer or an object of unknown type.",
        "Define the function in this file (static or inline), or move the call out of the loop.",
    ),
    Why.CALL_RECURSIVE: Entry(
        "a recursive call in the loop",
        "The function calls itself from the loop; what all the calls together touch is not followed.",
        "Keep the work that the loop does apart from the recursion; independent recursive calls outside of loops are "
        "forked.",
    ),
    Why.CALL_RELEASE: Entry(
        "memory from outside is released in the loop",
        "The memory was not allocated in the same iteration, so that another iteration may still use it.",
        "Release it after the loop.",
    ),
    Why.MAY_THROW: Entry(
        "an access that may throw",
        "A checked access may end the loop with an exception, after the iterations before it and before those behind.",
        "Check the range before the loop, then use the unchecked access.",
    ),
    Why.ALGORITHM_RANGE: Entry(
        "a range that cannot be split",
        "The algorithm's range is not made of random-access iterators over memory that is there in full.",
        "Use a vector or array, by its begin() and end(), and size the output before the call.",
    ),
    Why.ALGORITHM_FUNCTION: Entry(
        "a function object with effects, or not known",
        "The function object that is handed to the algorithm writes something outside of itself or is not known.",
        "Pass a lambda that only computes its result from its arguments.",
    ),
    Why.ALGORITHM_OPERATION: Entry(
        "an operation that may not be regrouped",
        "The operation is not known to be associative, or each step loses precision.",
        "Use an associative operator on the accumulated value and any function of the element.",
    ),
    Why.ALGORITHM_FORM: Entry(
        "a form of the call that is not understood",
        "The algorithm is known, but not with these arguments.",
        "Write it as a plain loop, or in a simpler form.",
    ),
    Why.FLOAT_ORDER: Entry(
        "floating point may not be regrouped",
        "The loop is parallel if sums may be added in another order; --fp strict forbids it.",
        "Allow it with --fp reassoc.",
    ),
    Why.WEAK_CLAIM: Entry(
        "the claim is weaker than asked for",
        "It is parallel under a check at run time or by tests only, and --require asks for more.",
        "Accept the weaker claim, or help the proof: restrict, const, --assume noalias.",
    ),
    Why.NOT_UNDERSTOOD: Entry(
        "a construct that is not understood",
        "The function uses something that the front end or the emitter refuses rather than guesses at.",
        "Write it with loops, conditions, and plain calls.",
    ),
    Why.NOTHING_TO_DO: Entry(
        "nothing to parallelize",
        "The function has no loop, no standard algorithm and no divide-and-conquer recursion.",
        "Translate a function that does repeated work.",
    ),
    Why.TOO_LARGE: Entry(
        "too large to analyse",
        "The loop has so many statements or pairs of memory accesses that looking at them all would take too long.",
        "Split it into smaller functions or loops.",
    ),
    Why.VERDICT: Entry(
        "the judge rejected the parallel version",
        "A parallel version was made and failed its tests; the original is kept.",
        "Report it: what was claimed should have held.",
    ),
    Why.NOT_FASTER: Entry(
        "right, but not faster here",
        "The parallel version passed and did not win on this machine, and --only-faster keeps the original.",
        "Leave out --only-faster to get it.",
    ),
}
