"""What is asked for (a task) and what is proposed for it (a candidate).

Knows nothing of how candidates are judged.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

from unseq.backends.plan import Plan
from unseq.frontend.facts import Claim, Facts
from unseq.frontend.ir.nodes import Function


class FloatPolicy(Enum):
    """Whether floating-point operations may be reordered."""

    STRICT = "strict"
    REASSOC = "reassoc"


class Effort(Enum):
    """How much time the judge may take for one function."""

    QUICK = "quick"
    NORMAL = "normal"
    THOROUGH = "thorough"


@dataclass(frozen=True, slots=True)
class Contract:
    """What the caller allows: the floating-point policy, assumptions (``noalias``) and the weakest claim
    that is accepted."""

    floating: FloatPolicy = FloatPolicy.REASSOC
    assume: frozenset[str] = frozenset()
    require: Claim = Claim.TESTED


@dataclass(frozen=True, slots=True)
class Task:
    """Translate one function to one target."""

    function: Function
    facts: Facts
    contract: Contract = field(default_factory=Contract)
    target: str = "parlay"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A proposed translation: a whole file. ``author`` is ``rules`` or a model's name; ``plan`` is there when the
    rules made it; ``fork_lines`` are the lines of ``text`` (from 1) where parallelism starts, when known; ``path`` is
    the file that somebody else wrote, None for what was made from the original."""

    text: str
    suffix: str
    author: str
    claim: Claim
    label: str = ""
    plan: Plan | None = None
    fork_lines: tuple[int, ...] = ()
    path: Path | None = None


_STRENGTH = {Claim.PROVED: 0, Claim.GUARDED: 1, Claim.TESTED: 2}


def satisfies(claim: Claim, required: Claim) -> bool:
    """Whether ``claim`` is at least as strong as ``required``."""
    return _STRENGTH[claim] <= _STRENGTH[required]


def weakest(*claims: Claim) -> Claim:
    """The weakest of the claims (``PROVED`` for none)."""
    return max(claims, key=_STRENGTH.__getitem__, default=Claim.PROVED)
