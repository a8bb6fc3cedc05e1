"""What the exact race detector can say of an OpenMP candidate: which constructs it knows, and for which teams.

Knows the directives that the race runtime has no function for, and how large teams are chosen. The detector runs a
team's members one after another, so what it finds holds for the team sizes that it was run with: for every schedule
of a loop only where the team is at least as large as the loop.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from unseq.agents.original import element_count
from unseq.agents.screen import exported, imported
from unseq.agents.verdict import Inconclusive, NotParallel, Timeout, Verdict
from unseq.backends.host.values import Case
from unseq.backends.parlay.toolchain import RuntimeKind, Toolchain

_LARGEST_TEAM = 256
_DIRECTIVE = re.compile(r"#[ \t]*pragma[ \t]+omp\b((?:[^\n\\]|\\\n|\\.)*)")
# Members are no threads of the system's, so these would compute something else than with threads.
_UNKNOWN = re.compile(r"\b(depend|copyin|target|teams|doacross|detach|in_reduction|task_reduction|inscan|cancel)\b")


def unknown_to_detector(text: str, library: Path, toolchain: Toolchain) -> str:
    """Why the exact detector cannot judge an OpenMP candidate; empty if it can."""
    if not toolchain.has(RuntimeKind.RACE) or toolchain.family != "gcc":
        return "OpenMP: no race detector at hand knows this compiler's"
    called = {symbol for symbol in imported(library) if symbol.startswith(("GOMP_", "omp_"))}
    words = [found.group(1) for found in map(_UNKNOWN.search, _DIRECTIVE.findall(text)) if found]
    words += sorted(called - exported(toolchain.runtime(RuntimeKind.RACE)))
    return f"OpenMP: the race detector does not know {words[0]}" if words else ""


def team_sizes(cases: Sequence[Case]) -> tuple[int, ...]:
    """The teams to run with: two, three, and one for each element of the largest case, as far as that goes."""
    largest = max((element_count(case) for case in cases), default=0)
    return tuple(sorted({2, 3, max(2, min(largest, _LARGEST_TEAM))}))


def for_teams(verdict: Verdict | None, teams: int) -> Verdict | None:
    """The verdict of race runs in which that many teams of at least two were started."""
    if isinstance(verdict, Timeout):  # ours, perhaps: members that wait for each other wait for ever here
        return Inconclusive(f"OpenMP under the race detector, one member after another: {verdict.text}")
    return verdict or (None if teams else NotParallel("no input made it start a team of two"))
