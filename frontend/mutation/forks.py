"""Mutants of recursive forks: mistakes in how the work is divided, in where it ends and in how it is put together.

A branch that is left out, bounds that are swapped or off by one, a base case that takes one size too many or too few,
results of which one is dropped or that change places, and ties in the function that says where to divide. Knows syntax
only.
"""

from __future__ import annotations

from collections.abc import Iterator

from unseq.frontend.mutation.mutant import Mutant, arguments_of, callee_of, replaced, shortened, text_of
from unseq.frontend.syntax.tree import Node, below

KIND = "fork"
_FORKS = frozenset({"par_do", "par_do_if"})
_INCLUSIVE = {"<": "<=", "<=": "<", ">": ">=", ">=": ">"}
_COMMUTE = frozenset({"+", "*", "&", "|", "^", "==", "!=", "&&", "||"})
_NAMES = frozenset({"identifier", "binary_expression", "parenthesized_expression"})


def fork_mutants(body: Node, macros: set[str]) -> Iterator[Mutant]:
    """The mutants of the forks in a function's body; none where it does not fork. Conditions with a name of ``macros``
    (cut-offs) stay."""
    forks = _forks(body)
    if not forks:
        return
    yield from _base_cases(body, macros)
    parameters = _parameters(body)
    results: set[str] = set()
    for statement, branches in forks:
        results |= {name for branch in branches for name in _assigned(branch)}
        yield from _dropped(statement, branches)
        yield from _divided(branches, parameters)
        yield from _left_out(statement)
    for node in below(body):
        yield from _joined(node, results)


def dividing(body: Node) -> set[str]:
    """The functions that say where a function's forks divide its work: called for a variable that branches use."""
    used = {text_of(n) for _, branches in _forks(body) for branch in branches for n in below(branch)}
    found = set()
    for node in below(body):
        value = node.child_by_field_name("value") if node.type == "init_declarator" else None
        declared = text_of(node.child_by_field_name("declarator"))
        if value is not None and value.type == "call_expression" and declared in used:
            found.add(callee_of(value))
    return found


def _forks(body: Node) -> list[tuple[Node, tuple[Node, Node]]]:
    """The statements that fork, with their two branches."""
    found = []
    for node in below(body):
        call = node.named_children[0] if node.type == "expression_statement" and node.named_children else None
        if call is None or call.type != "call_expression" or callee_of(call) not in _FORKS:
            continue
        branches = [given for given in arguments_of(call) if given.type == "lambda_expression"]
        if len(branches) == 2:
            found.append((node, (branches[0], branches[1])))
    return found


def _parameters(body: Node) -> set[str]:
    """The names of the parameters of the function with this body."""
    declarator = body.parent.child_by_field_name("declarator") if body.parent is not None else None
    nodes = below(declarator) if declarator is not None else ()
    return {text_of(name) for one in nodes if one.type == "parameter_declaration" for name in below(one)
            if name.type == "identifier"}  # fmt: skip


def _assigned(branch: Node) -> Iterator[str]:
    for node in below(branch):
        if node.type == "assignment_expression":
            yield text_of(node.child_by_field_name("left"))


def _dropped(statement: Node, branches: tuple[Node, Node]) -> Iterator[Mutant]:
    for kept, which in zip(branches, ("second", "first"), strict=True):
        what = f"the {which} branch left out"
        yield from replaced(statement, f"({text_of(kept)})();", what, KIND, statement=True)


def _divided(branches: tuple[Node, Node], parameters: set[str]) -> Iterator[Mutant]:
    """Where both branches call the same function: the arguments in which the calls differ, off by one and swapped."""
    calls = [next((n for n in below(branch) if n.type == "call_expression"), None) for branch in branches]
    one, other = calls
    if one is None or other is None or callee_of(one) != callee_of(other):
        return
    given = arguments_of(one), arguments_of(other)
    differ = [k for k, pair in enumerate(zip(*given, strict=False)) if text_of(pair[0]) != text_of(pair[1])]
    for call, arguments in zip((one, other), given, strict=True):
        for k in differ:
            text = text_of(arguments[k])
            if arguments[k].type in _NAMES and text not in parameters:
                yield from replaced(arguments[k], f"({text}) + 1", f"`{text}` off by one", KIND)
        if len(differ) >= 2:
            i, j = differ[0], differ[1]
            texts = [text_of(argument) for argument in arguments]
            texts[i], texts[j] = texts[j], texts[i]
            new = f"{text_of(call.child_by_field_name('function'))}({', '.join(texts)})"
            yield from replaced(call, new, f"`{new}` for `{shortened(call)}`", KIND)


def _left_out(fork: Node) -> Iterator[Mutant]:
    """What is called behind a fork, for it puts the parts together."""
    after = fork.next_named_sibling
    while after is not None and after.type == "comment":
        after = after.next_named_sibling
    call = after.named_children[0] if after is not None and after.type == "expression_statement" else None
    if after is not None and call is not None and call.type == "call_expression":
        yield from replaced(after, ";", f"`{shortened(call)}` left out", KIND, statement=True)


def _base_cases(body: Node, macros: set[str]) -> Iterator[Mutant]:
    """Where a recursion ends at once: what does work of its own there may do so for one size more or less."""
    for node in below(body):
        condition = node.child_by_field_name("condition") if node.type == "if_statement" else None
        last = node.child_by_field_name("consequence")
        if last is not None and last.type == "compound_statement" and len(last.named_children) == 1:
            last = last.named_children[0]
        if condition is None or last is None or last.type != "return_statement":
            continue
        inside = list(below(condition))
        if any(text_of(n) in macros for n in inside) or any(n.type == "call_expression" for n in below(last)):
            continue
        for relation in inside:
            sign = text_of(relation.child_by_field_name("operator"))
            if relation.type == "binary_expression" and sign in _INCLUSIVE:
                left, right = (text_of(relation.child_by_field_name(side)) for side in ("left", "right"))
                new = _INCLUSIVE[sign]
                yield from replaced(relation, f"{left} {new} {right}", f"base case: `{new}` for `{sign}`", KIND)


def _joined(node: Node, results: set[str]) -> Iterator[Mutant]:
    """An expression of the results of both branches: one alone, and in the other order where that matters."""
    if node.type == "binary_expression":
        sides = [text_of(node.child_by_field_name(side)) for side in ("left", "right")]
        sign = text_of(node.child_by_field_name("operator"))
        swapped = None if sign in _COMMUTE else f"{sides[1]} {sign} {sides[0]}"
    elif node.type == "call_expression":
        sides = [text_of(argument) for argument in arguments_of(node)]
        extremum = callee_of(node) in ("min", "max")
        swapped = None if extremum else f"{text_of(node.child_by_field_name('function'))}({', '.join(sides[::-1])})"
    else:
        return
    if len(sides) != 2 or sides[0] == sides[1] or not set(sides) <= results:
        return
    for side in sides:
        yield from replaced(node, side, f"`{side}` for `{shortened(node)}`", KIND)
    if swapped is not None:
        yield from replaced(node, swapped, f"`{swapped}` for `{shortened(node)}`", KIND)
