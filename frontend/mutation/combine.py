"""All mutants of a file in one: a variable, set when the program starts, says which of them is meant.

Knows text only. Number 0 is the file as it was.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from unseq.frontend.mutation.mutant import Mutant
from unseq.frontend.slotted import dataclass

VARIABLE = "UNSEQ_MUTANT"  # of the environment
_CHOSEN = "unseq_mutant"
_HEAD = f"""\
#include <stdlib.h>
static int {_CHOSEN};
__attribute__((constructor)) static void unseq_choose_mutant(void)
{{
    const char *number = getenv("{VARIABLE}");
    if (number) {_CHOSEN} = atoi(number);
}}
"""


@dataclass(frozen=True, slots=True)
class Combined:
    """The text, and for each mutant (they count from 1) its first and last line there."""

    text: str
    lines: tuple[tuple[int, int], ...]

    def at(self, line: int) -> tuple[int, ...]:
        """The mutants whose own text stands on a line of the combined text, as positions from 0."""
        return tuple(k for k, (first, last) in enumerate(self.lines) if first <= line <= last)


def combined(text: bytes, mutants: Sequence[Mutant]) -> Combined:
    """One program that is any of ``mutants``, whose ranges are nested or apart."""
    groups: dict[tuple[int, int], list[int]] = {}
    for number, mutant in enumerate(mutants):
        groups.setdefault((mutant.start, mutant.end), []).append(number)
    spans = sorted(groups, key=lambda span: (span[0], -span[1]))
    out: list[str] = [_HEAD]
    places: dict[int, tuple[int, int]] = {}

    def line() -> int:
        return sum(piece.count("\n") for piece in out) + 1

    def write(start: int, end: int, first: int) -> int:
        """Writes ``text[start:end]`` with the groups from ``first`` that lie in it; the first one behind."""
        at = start
        while first < len(spans) and spans[first][1] <= end:
            low, high = spans[first]
            out.append(text[at:low].decode("utf-8", "replace"))
            statement = mutants[groups[low, high][0]].statement
            out.append("" if statement else "(")
            for number in groups[low, high]:
                begin = line()
                new = mutants[number].text
                choice = f"{_CHOSEN} == {number + 1}"
                out.append(f"if ({choice}) {{ {new} }} else " if statement else f"{choice} ? ({new}) : ")
                places[number] = begin, line()
            out.append("{\n" if statement else "(")
            first = write(low, high, first + 1)
            out.append("\n}" if statement else "))")
            at = high
        out.append(text[at:end].decode("utf-8", "replace"))
        return first

    write(0, len(text), 0)
    return Combined("".join(out), tuple(places[number] for number in range(len(mutants))))


def alone(text: bytes, mutant: Mutant) -> str:
    """The file with one mutant in it."""
    new = mutant.text if mutant.statement else f"({mutant.text})"
    return (text[: mutant.start] + new.encode() + text[mutant.end :]).decode("utf-8", "replace")


_ERROR = re.compile(r"^candidate\.c(?:pp)?:(\d+):(?:\d+:)? error:", re.MULTILINE)


def without_errors(mutants: Sequence[Mutant], made: Combined, message: str) -> tuple[Mutant, ...]:
    """The mutants that a compiler's message does not complain of; all of them where it complains of none."""
    wrong = {k for line in _ERROR.findall(message) for k in made.at(int(line))}
    return tuple(mutant for k, mutant in enumerate(mutants) if k not in wrong)
