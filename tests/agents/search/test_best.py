"""A search delivers the best variant that passes, and never anything worse than without it."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import cast

import numpy as np
import pytest

from signatures import function
from unseq.agents.judge import Judge, judging
from unseq.agents.measure import Side, Sides
from unseq.agents.search.best import Best, Variant, best
from unseq.agents.task import Candidate, Task
from unseq.agents.tester.suite import Suite
from unseq.agents.tester.timing import TimingCase
from unseq.agents.verdict import CompileError, Evidence, Judgement, Pass, Raced, Timeout, Verdict, WrongOutput
from unseq.backends.host.values import Buffer, Case, Scalar
from unseq.backends.parlay.toolchain import find_toolchain
from unseq.frontend.facts import Claim, Facts
from unseq.frontend.ir.types import DOUBLE, INT, Pointer

SUITE = Suite((), (), ())


@dataclass(frozen=True)
class Scripted:
    """A candidate on its way, as the scripted judge sees it."""

    candidate: Candidate
    verdict: Verdict | None


@dataclass
class ScriptedJudge:
    """What it finds stands in the candidate's text: ``seconds``, or seconds and the stage where it fails."""

    measured: bool = True
    examined: list[str] = field(default_factory=list)
    verdicts: dict[str, Verdict] = field(default_factory=dict)

    def prepare(self, *candidates: Candidate) -> None:
        pass

    def examine(self, candidate: Candidate, suite: Suite, progress: object = None) -> Scripted:
        self.examined.append(candidate.text)
        failed = "early" in candidate.text
        return Scripted(candidate, self.verdicts[candidate.text] if failed else None)

    def side_by_side(self, candidates: Sequence[Scripted]) -> Sides | None:
        if not self.measured:
            return None
        sides = [
            Side((), self.verdicts[c.candidate.text])
            if "timed" in c.candidate.text
            else Side(((float(c.candidate.text.split()[0]),) * 3,))
            for c in candidates
        ]
        return Sides((100,), Side(((1.0, 1.0, 1.0),)), tuple(sides))

    def finish(self, examined: Scripted) -> Judgement:
        late = self.verdicts.get(examined.candidate.text) if "late" in examined.candidate.text else None
        return Judgement(examined.verdict or late or Pass("right"), Evidence())


def searched(*texts: str, measured: bool = True, **verdicts: Verdict) -> tuple[Best, ScriptedJudge]:
    """The search over candidates; ``verdicts`` by the first word behind the seconds."""
    judge = ScriptedJudge(measured)
    judge.verdicts = {text: verdicts.get(text.split()[-1], WrongOutput("wrong")) for text in texts}
    variants = [
        Variant(Candidate(text, ".cpp", "test", Claim.PROVED), (f"choice {k}",) if k else ())
        for k, text in enumerate(texts)
    ]
    return best(cast(Judge, judge), variants, SUITE, lambda _: None), judge


def kept(found: Best) -> str:
    assert [t.chosen for t in found.tried].count(True) == 1
    assert found.candidate.text
    return found.candidate.text


def test_the_fastest_that_passes_is_kept_and_all_are_named() -> None:
    found, _ = searched("1.0", "0.1 early", "0.5", "0.8")
    assert kept(found) == "0.5"
    assert found.judgement.verdict.passed
    assert [(t.choices, t.verdict.name, t.chosen) for t in found.tried] == [
        ((), "Pass", False),
        (("choice 1",), "WrongOutput", False),
        (("choice 2",), "Pass", True),
        (("choice 3",), "Pass", False),
    ]
    assert found.tried[1].speedups == ()
    assert found.tried[2].speedups == ((100, 2.0),)


@pytest.mark.parametrize("texts", [("1.0", "1.2"), ("1.0", "0.5 early"), ("1.0", "0.5 timed"), ("1.0", "0.5 late")])
def test_the_default_stays_where_nothing_else_is_right_and_faster(texts: tuple[str, ...]) -> None:
    found, _ = searched(*texts)
    assert kept(found) == "1.0"
    assert found.judgement.verdict.passed
    assert found.tried[1].verdict.passed == (texts[1] == "1.2")


def test_without_times_the_default_stays() -> None:
    found, _ = searched("1.0", "0.5", measured=False)
    assert kept(found) == "1.0"
    assert found.tried[1].speedups == ()


@pytest.mark.parametrize("verdict", [WrongOutput("wrong"), Raced("a race")])
def test_what_contradicts_the_facts_ends_the_search(verdict: Verdict) -> None:
    found, judge = searched("1.0 early", "0.5", early=verdict)
    assert (kept(found), found.judgement.verdict) == ("1.0 early", verdict)
    assert judge.examined == ["1.0 early"]
    found, _ = searched("1.0 timed", "0.5", timed=verdict)
    assert (kept(found), found.judgement.verdict) == ("1.0 timed", verdict)


@pytest.mark.parametrize("verdict", [CompileError("no"), Timeout("slow")])
def test_another_form_may_pass_where_the_default_does_not(verdict: Verdict) -> None:
    found, _ = searched("1.0 early", "0.9", "0.5", early=verdict)
    assert (kept(found), found.tried[0].verdict) == ("0.5", verdict)
    found, _ = searched("1.0 early", "0.9 early", early=verdict)
    assert (kept(found), found.judgement.verdict) == ("1.0 early", verdict)


SOURCE = "void twice(int n, double *x)\n{\n    for (int i = 0; i < n; i++)\n        x[i] *= 2.0;\n}\n"
HEAD = '#include <parlay/parallel.h>\n#ifndef UNSEQ_CUTOFF\n#define UNSEQ_CUTOFF 20000\n#endif\n'
RIGHT = Candidate(
    f'{HEAD}extern "C" void twice(int n, double *x) {{\n'
    "    if (n < UNSEQ_CUTOFF) { for (int i = 0; i < n; i++) x[i] *= 2.0; return; }\n"
    "    parlay::parallel_for(0, n < 0 ? 0 : n, [=](size_t i) { x[i] *= 2.0; });\n}\n",
    ".parlay.cpp", "test", Claim.PROVED,
)  # fmt: skip


def test_a_wrong_variant_is_dropped_by_the_real_judge_and_spoils_nothing() -> None:
    """It does half of the work, so it would win on time."""
    f = function(SOURCE, "twice", {"n": INT, "x": Pointer(DOUBLE)}, c=True)
    rng = np.random.default_rng(1)
    cases = [Case((Scalar(n), Buffer(rng.normal(size=n))), f"n = {n}") for n in (0, 1, 2, 77, 30_000)]
    suite = Suite(tuple(cases[:4]), tuple(c.label for c in cases[:4]), (TimingCase(30_000, cases[4]),))
    wrong = replace(RIGHT, text=RIGHT.text.replace("0 : n,", "0 : n / 2,"))
    grain = replace(RIGHT, text=RIGHT.text.replace("; });", "; }, 4096);"))
    with judging(Task(f, Facts(f)), find_toolchain()) as judge:
        judge.validate(cases)
        variants = [Variant(RIGHT), Variant(wrong, ("wrong",)), Variant(grain, ("at least 4096 iterations a task",))]
        found = best(judge, variants, suite, lambda _: None)
    assert found.judgement.verdict.passed
    assert found.candidate is not wrong
    assert found.judgement.evidence.profile.points
    assert [t.verdict.passed for t in found.tried] == [True, False, True]
    assert [bool(t.speedups) for t in found.tried] == [True, False, True]
