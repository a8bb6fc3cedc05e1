"""A run over several functions: what is delivered, what is not, and how it ends. The translator is scripted."""

import json
import time
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import SimpleNamespace

import jsonschema
import pytest

import records
from unseq.agents.rules.better.second import Second
from unseq.agents.task import Task
from unseq.backends.plan import Plan
from unseq.evaluate import batch, jobs
from unseq.evaluate.batch import Translated, translate_all
from unseq.evaluate.report.excerpt import excerpt
from unseq.evaluate.report.record import SCHEMA, Better, Reason, Record, read_records
from unseq.frontend import selection
from unseq.frontend.facts import Claim, Facts
from unseq.frontend.ir.nodes import Block, Function
from unseq.frontend.ir.types import VOID
from unseq.frontend.lower import FunctionHead
from unseq.frontend.source import InputError, SourceUnit, Span


def functions(unit: SourceUnit) -> tuple[FunctionHead, ...]:
    """A front end for files with one function a line: ``void name() {}``."""
    heads = []
    start = 0
    for number, line in enumerate(unit.text.decode().splitlines(), 1):
        if line.startswith("void ") and "(" in line:
            name = line.split()[1].partition("(")[0]
            span = Span(start, start + len(line), number, 1, number, str(unit.path))
            heads.append(FunctionHead(name, span, is_main=name == "main"))
        start += len(line) + 1
    return tuple(heads)


@dataclass
class Watcher:
    seen: list[str] = field(default_factory=list)

    def expect(self, total: int) -> None:
        self.seen.append(f"expect {total}")

    def begin(self, name: str) -> None:
        self.seen.append(name)

    def stage(self, name: str, detail: str = "") -> None:
        pass

    def end(self) -> None:
        pass


def scripted(unit: SourceUnit, head: FunctionHead, watcher: jobs.Watcher) -> Translated:
    """The name says what becomes of a function."""
    record = Record(str(unit.path), head.name, head.span.line, "parlay", "refused", reasons=(Reason(1, "because"),))
    if head.name.startswith("good"):
        function = Function(head.name, (), VOID, Block(()), unit, span=head.span)
        good = Record(str(unit.path), head.name, head.span.line, "parlay", "translated", "Pass", "yes", "proved")
        plan = Plan(function, (), Claim.PROVED)
        if not head.name.startswith("good_better"):
            return Translated(good, plan)
        good = replace(good, better=Better(("less",), "O(n^2)", "O(n)", "Pass"))
        return Translated(good, plan, second=Second(Task(function, Facts(function)), (), unit, plan))
    if head.name.startswith("idle"):
        return Translated(record, idle=True)
    if head.name.startswith("bad_input"):
        raise InputError(f"{unit.path}: {head.name} does not end; give inputs with --inputs FILE.py")
    while head.name.startswith("endless"):
        watcher.stage("tests")
        time.sleep(0.01)
    if head.name.startswith("interrupted"):
        raise KeyboardInterrupt
    return Translated(record)


@pytest.fixture(autouse=True)
def scripted_languages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(selection, "functions", functions)
    monkeypatch.setattr(batch, "functions", functions)

    def emit(unit: SourceUnit, plans: list[Plan]) -> SimpleNamespace:
        text = "// parallel\n" + unit.text.decode()
        for plan in plans:
            text = text.replace(f"void {plan.function.name}() {{", f"void {plan.function.name}() {{ parallel();")
        return SimpleNamespace(text=text)

    monkeypatch.setattr(batch, "emit", emit)


def source(folder: Path, **files: str) -> Path:
    for name, names in files.items():
        path = folder / f"{name.replace('__', '/')}.c"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("".join(f"void {function}() {{ }}\n" for function in names.split()) or "\n// nothing\n")
    return folder


def run(path: Path, output: Path, *names: str, at_once: int = 1, target: str = "parlay") -> batch.Delivered:
    return translate_all(path, names, output, scripted, Watcher(), Path("/bin"), at_once, target)


def test_one_report_and_one_record_a_function(tmp_path: Path) -> None:
    src = source(tmp_path / "src", a="good1 no1 good2", sub__b="good3")
    done = run(src, tmp_path / "out")
    assert done.exit_code == 0
    assert sorted(path.relative_to(tmp_path).as_posix() for path in done.files) == [
        "out/CMakeLists.txt",
        "out/a.parlay.cpp",
        "out/evidence.json",
        "out/report.html",
        "out/sub/b.parlay.cpp",
    ]
    assert all(path.is_file() for path in done.files)
    written = json.loads((tmp_path / "out" / "evidence.json").read_text())
    jsonschema.validate(written, json.loads(SCHEMA.read_text()))
    assert read_records(tmp_path / "out" / "evidence.json") == done.records
    assert [(record.name, record.outcome) for record in done.records] == [
        ("good1", "translated"),
        ("no1", "refused"),
        ("good2", "translated"),
        ("good3", "translated"),
    ]
    good = done.records[2]
    assert good.output == str(tmp_path / "out" / "a.parlay.cpp")
    assert good.code is not None
    assert (good.code.original, good.code.original_line) == ("void good2() { }", 3)
    assert (good.code.parallel, good.code.parallel_line) == ("void good2() { parallel(); }", 4)
    assert done.records[1].output is None
    assert done.records[1].code == records.Code("void no1() { }", 2)
    emitted = (tmp_path / "out" / "a.parlay.cpp").read_text()
    assert emitted.count("parallel();") == 2


def test_a_better_algorithm_gets_a_file_beside_the_main_one(tmp_path: Path) -> None:
    path = source(tmp_path / "src", a="good_one good_better", b="good_two")
    done = run(path, tmp_path / "out")
    names = {p.name for p in done.files}
    assert {"a.parlay.cpp", "a.better.parlay.cpp", "b.parlay.cpp"} <= names and "b.better.parlay.cpp" not in names
    outputs = {r.name: (r.output, r.better and r.better.output) for r in done.records}
    assert outputs["good_one"] == (str(tmp_path / "out" / "a.parlay.cpp"), None)
    assert outputs["good_better"] == tuple(str(tmp_path / "out" / f"a{x}.parlay.cpp") for x in ("", ".better"))
    better = (tmp_path / "out" / "a.better.parlay.cpp").read_text()
    assert "void good_better() { parallel();" in better and "void good_one() { }" in better


def test_functions_without_work_and_main_are_left_out_unless_named(tmp_path: Path) -> None:
    src = source(tmp_path, a="good1 idle1 main")
    assert [record.name for record in run(src / "a.c", tmp_path / "out").records] == ["good1"]
    named = run(src / "a.c", tmp_path / "out", "idle1", "main").records
    assert [record.name for record in named] == ["idle1", "main"]


def test_a_file_of_idle_functions_says_so(tmp_path: Path) -> None:
    done = run(source(tmp_path, a="idle1 idle2") / "a.c", tmp_path / "out")
    assert [record.name for record in done.records] == ["idle1", "idle2"]
    assert done.exit_code == 1


def test_all_refused_is_exit_code_1_and_emits_nothing(tmp_path: Path) -> None:
    done = run(source(tmp_path, a="no1") / "a.c", tmp_path / "out")
    assert done.exit_code == 1
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["evidence.json", "report.html"]


def test_bad_input_of_the_only_function_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="does not end"):
        run(source(tmp_path, a="bad_input good1") / "a.c", tmp_path / "out", "bad_input")
    assert not (tmp_path / "out").exists()


def test_bad_input_of_one_function_fails_that_one(tmp_path: Path) -> None:
    done = run(source(tmp_path, a="bad_input good1") / "a.c", tmp_path / "out")
    assert [record.outcome for record in done.records] == ["failed", "translated"]
    assert done.records[0].reasons[0].what.startswith("bad_input does not end")
    assert done.exit_code == 1


def test_a_file_that_cannot_be_read_fails_alone(tmp_path: Path) -> None:
    src = source(tmp_path / "src", b="good1")
    (src / "a.c").write_bytes(b"\0")
    done = run(src, tmp_path / "out")
    assert [(record.name, record.outcome) for record in done.records] == [("(file)", "failed"), ("good1", "translated")]
    assert "binary" in done.records[0].reasons[0].what
    assert done.exit_code == 1


def test_a_failure_is_of_the_target_that_was_asked_for(tmp_path: Path) -> None:
    src = source(tmp_path / "src", b="bad_input good1")
    (src / "a.c").write_bytes(b"\0")
    done = run(src, tmp_path / "out", target="cuda")
    assert [record.target for record in done.records if record.outcome == "failed"] == ["cuda", "cuda"]


@pytest.mark.parametrize(("names", "at_once"), [("good1 interrupted good2", 1), ("good1 endless interrupted", 2)])
def test_an_interrupt_leaves_what_is_finished(tmp_path: Path, names: str, at_once: int) -> None:
    with pytest.raises(KeyboardInterrupt, match=r"1 of 3 functions were finished: .*report\.html"):
        run(source(tmp_path, a=names) / "a.c", tmp_path / "out", at_once=at_once)
    assert [record.name for record in read_records(tmp_path / "out" / "evidence.json")] == ["good1"]
    assert (tmp_path / "out" / "a.parlay.cpp").read_text().count("parallel();") == 1


def test_an_interrupt_before_anything_is_finished_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        run(source(tmp_path, a="interrupted good1") / "a.c", tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_several_at_once_give_the_same_records_in_the_same_order(tmp_path: Path) -> None:
    src = source(tmp_path / "src", a="good1 no1 good2 bad_input", sub__b="good3 idle1")
    alone, together = (run(src, tmp_path / f"out{n}", at_once=n) for n in (1, 4))
    assert [(r.name, r.outcome) for r in alone.records] == [(r.name, r.outcome) for r in together.records]


def test_two_files_of_one_name_get_two_results(tmp_path: Path) -> None:
    src = tmp_path / "src"
    src.mkdir()
    for suffix in ("c", "cpp"):
        (src / f"a.{suffix}").write_text("void good1() { }\n")
    names = {path.name for path in run(src, tmp_path / "out").files}
    assert {"a.parlay.cpp", "a_cpp.parlay.cpp"} <= names


def test_the_watcher_knows_how_many_and_which(tmp_path: Path) -> None:
    watcher = Watcher()
    src = source(tmp_path, a="good1 main no1")
    translate_all(src / "a.c", (), tmp_path / "out", scripted, watcher, Path("/bin"))
    assert watcher.seen == ["expect 2", "good1", "no1"]


def test_an_excerpt_needs_only_the_head_and_the_braces() -> None:
    text = '// f\nextern "C" void f(int n)\n{\n    puts("}"); /* } */ if (n) { g(); }\n}\nvoid g() {}\n'
    assert excerpt(text, "void f(int n)") == ("\n".join(text.splitlines()[1:5]), 2)
    assert excerpt(text, "void g()") == ("void g() {}", 6)
    assert excerpt(text, "void h()") is None
    assert excerpt("void f() {", "void f()") is None
