"""``docs/patterns.md``: pattern, what makes it legal, and the code that comes of it.

Made from the code: what a role, a strategy and a guard mean is said where they are defined, and the examples are cases
of the emitter's tests, emitted while the page is made. A role, strategy or guard that no case shows is an error.
"""

import inspect
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import get_args

import emit_cases
from unseq.agents.rules.propose import strategy_for
from unseq.backends.parlay.emit.file import emit
from unseq.backends.plan import Algorithm, Fork, Plan, Sequential, Strategy
from unseq.frontend import facts
from unseq.frontend.lower import FunctionHead, functions
from unseq.frontend.source import Language, SourceUnit

HEAD = """\
# Patterns

Made by `make docs` from the definitions in `frontend/facts.py` and `backends/plan.py`; the examples are cases of the
emitter's tests (`tests/backends/parlay/emit_cases`), emitted when this page is made and run against their originals by
the tests.

A loop is parallel if every variable that it carries has a *role* and no two iterations conflict in memory, by proof or
under a *guard* that the emitted code checks. The roles choose the *strategy*, and the strategy writes the code.

"""
SHOWN_BY_ITSELF = (Sequential,)  # docs/reasons.md is about what stays as it is


@dataclass(frozen=True)
class Example:
    """One function of a case: what it rests on, and its text before and after."""

    case: str
    language: str
    names: frozenset[str]  # of the roles, guards and strategies in it
    before: str
    after: str

    @property
    def length(self) -> int:
        """Lines, before and after."""
        return len(self.before.splitlines()) + len(self.after.splitlines())


def page() -> str:
    """The whole page. Raises ``LookupError`` for what no case shows."""
    examples = sorted(_examples(), key=lambda example: (example.length, example.case))
    roles, guards = get_args(facts.Role), get_args(facts.Guard)
    strategies = [kind for kind in get_args(Strategy) if kind not in SHOWN_BY_ITSELF]
    parts = [HEAD, "| role | the loop carries, and what makes it legal | strategy | emitted as |\n|---|---|---|---|\n"]
    for role in roles:
        shown = _example(role, "role", examples)
        used = ", ".join(kind.__name__ for kind in strategies if kind.__name__ in shown.names)
        parts.append(f"| [`{role.__name__}`](#{role.__name__.lower()}) | {_cell(role)} | {used} | {_calls(shown)} |\n")
    parts.append("\n| strategy | what it does |\n|---|---|\n")
    parts += [f"| `{kind.__name__}` | {_cell(kind)} |\n" for kind in get_args(Strategy)]
    parts.append("\n| guard, checked at run time | what must hold |\n|---|---|\n")
    parts += [f"| `{guard.__name__}` | {_cell(guard)} |\n" for guard in guards]
    parts += [_section(role, _example(role, "role", examples)) for role in roles]
    known = {role.__name__ for role in roles}
    for kind in strategies:
        if kind.__name__ not in known:
            parts.append(_section(kind, _example(kind, "strategy", examples)))
    return "".join(parts)


def _example(kind: type, what: str, examples: Sequence[Example]) -> Example:
    name = kind.__name__
    found = next((example for example in examples if name in example.names), None)
    if found is None:
        raise LookupError(f"{what} {name} has no entry: add a case that uses it to {emit_cases.FOLDER.name}")
    return found


def _doc(kind: type) -> str:
    text = inspect.getdoc(kind) or ""
    if not text or text.startswith(f"{kind.__name__}("):
        raise LookupError(f"{kind.__name__} does not say what it means: give it a docstring")
    return text


def _cell(kind: type) -> str:
    """The first paragraph of what it says of itself, on one line and fit for a table."""
    first = " ".join(_doc(kind).split("\n\n")[0].split()).replace("``", "`")
    return re.sub(r"`[^`]*`", lambda match: match[0].replace("|", "\\|"), first)


def _calls(example: Example) -> str:
    found = dict.fromkeys(re.findall(r"(?:parlay|std)::(?:\w+::)*\w+(?=\()", example.after))
    before = set(re.findall(r"std::(?:\w+::)*\w+(?=\()", example.before))
    return ", ".join(f"`{name}`" for name in found if name not in before)


def _section(kind: type, example: Example) -> str:
    text = "\n\n".join(" ".join(part.split()) for part in _doc(kind).replace("``", "`").split("\n\n"))
    return (
        f"\n## {kind.__name__}\n\n{text}\n\n```{example.language}\n{example.before}```\n\nbecomes\n\n"
        f"```cpp\n{example.after}```\n"
    )


def _examples() -> Iterator[Example]:
    for case in emit_cases.cases():
        plans = emit_cases.plans(case)
        if not plans:
            continue
        text = emit(case.unit, plans).text
        emitted = SourceUnit(case.unit.path.with_suffix(".parlay.cpp"), Language.CPP, text.encode())
        after = {head.name: _text(emitted, head) for head in functions(emitted)}
        language = "c" if case.unit.language is Language.C else "cpp"
        for plan in plans:
            name = plan.function.name
            heads = [head for head in functions(case.unit) if head.name == name]
            if len(heads) == 1 and name in after:
                yield Example(case.name, language, frozenset(_names(plan)), _text(case.unit, heads[0]), after[name])


def _names(plan: Plan) -> Iterator[str]:
    for strategy in plan.strategies:
        yield type(strategy).__name__
        if isinstance(strategy, Algorithm | Fork):
            continue
        assert type(strategy_for(strategy.loop)) is type(strategy)
        yield from (type(role).__name__ for role in strategy.loop.roles)
        yield from (type(guard).__name__ for guard in strategy.loop.guards)


def _text(unit: SourceUnit, head: FunctionHead) -> str:
    return unit.slice(head.span).strip() + "\n"
