"""Emitted files compiled and run against the originals: all sizes, both paths, several thread counts."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from emit_cases import Case, cases, emitted, prototypes
from unseq.backends.parlay.toolchain import RuntimeKind, Toolchain, find_toolchain
from unseq.frontend.source import Language

HARNESS = Path(__file__).parent / "emit_harness.h"
SMALL = "0, 1, 2, 3, 17, 1009, 4001"
LARGE = "1000, 300007"
SEEDS = 2


def original(toolchain: Toolchain, folder: Path, found: list[Case]) -> list[Path]:
    """The sources as they are, their functions renamed, as object files."""
    objects = []
    together = "".join(case.unit.text.decode() for case in found if case.unit.language is Language.CPP)
    units = [(case.name, "c", case.unit.text.decode(), [case]) for case in found if case.unit.language is Language.C]
    units.append(("together", "c++", together, [case for case in found if case.unit.language is Language.CPP]))
    for name, language, text, members in units:
        source = folder / f"{name}.{'c' if language == 'c' else 'cpp'}"
        source.write_text(text)
        renamed = [f"-D{f}={f}_original" for case in members for f, _ in prototypes(case)]
        target = source.with_suffix(".o")
        standard = [] if language == "c" else ["-std=c++20"]
        run([str(toolchain.compiler), "-x", language, *standard, "-O1", *renamed, "-c", str(source), "-o", str(target)])
        objects.append(target)
    return objects


def program(found: list[Case], sizes: str, reuse_spans: bool) -> str:
    """One program with all emitted files, and a main that compares them with the originals."""
    parts = [f'#include "{HARNESS}"\n']
    calls = []
    for case in found:
        parts.append(emitted(case, reuse_spans=reuse_spans).text)
        parts += [declaration + "\n" for _, declaration in prototypes(case)]
        parts.append(f"static void {case.name}_ours(Input &in, int n) {{\n{case.sections['drive']}\n}}\n")
        for name, _ in prototypes(case):
            parts.append(f"#define {name} {name}_original\n")
        parts.append(f"static void {case.name}_theirs(Input &in, int n) {{\n{case.sections['drive']}\n}}\n")
        parts += [f"#undef {name}\n" for name, _ in prototypes(case)]
        calls.append(f'{{"{case.name}", {case.name}_ours, {case.name}_theirs}}')
    parts.append(
        "int main() {\n"
        f"  struct {{ const char *name; void (*ours)(Input &, int); void (*theirs)(Input &, int); }} all[] = "
        f"{{{', '.join(calls)}}};\n"
        "  int failed = 0;\n"
        f"  for (const auto &c : all) for (int n : {{{sizes}}}) for (unsigned seed = 0; seed < {SEEDS}; seed++) {{\n"
        "    Record a, b;\n"
        "    Input first(seed), second(seed);\n"
        "    record = &a, c.theirs(first, n);\n"
        "    record = &b, c.ours(second, n);\n"
        "    failed += check(c.name, n, seed, a, b);\n"
        "  }\n"
        '  std::printf("%d failed\\n", failed);\n'
        "  return failed != 0;\n"
        "}\n"
    )
    return "".join(parts)


def run(command: list[str], **environment: str) -> str:
    """The output of a command that must succeed."""
    result = subprocess.run(
        command, capture_output=True, text=True, timeout=300, check=False, env={**os.environ, **environment}
    )
    assert result.returncode == 0, f"{' '.join(command)}\n{result.stdout[-3000:]}\n{result.stderr[:6000]}"
    return result.stdout


@pytest.fixture(scope="module")
def originals(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return original(find_toolchain(), tmp_path_factory.mktemp("originals"), cases())


def compare(toolchain: Toolchain, folder: Path, originals: list[Path], cutoff: int | None, reuse_spans: bool) -> None:
    source = folder / "emitted.cpp"
    source.write_text(program(cases(), LARGE if cutoff is None else SMALL, reuse_spans))
    binary = folder / "emitted"
    defined = [] if cutoff is None else [f"-DUNSEQ_CUTOFF={cutoff}"]
    kind = RuntimeKind.PLAIN
    flags = [*toolchain.cflags(kind), "-O1", "-w", *defined]
    inputs = [str(source), *map(str, originals)]
    run([str(toolchain.compiler), *flags, *inputs, *toolchain.libs(kind), "-o", str(binary)])
    for threads in ("1", "2", "4"):
        assert run([str(binary)], PARLAY_NUM_THREADS=threads).endswith("0 failed\n")


@pytest.mark.parametrize("reuse_spans", [True, False], ids=["source-text", "ir-alone"])
def test_the_parallel_path_at_every_size(originals: list[Path], tmp_path: Path, reuse_spans: bool) -> None:
    compare(find_toolchain(), tmp_path, originals, 0, reuse_spans)


def test_both_paths_around_the_cutoff(originals: list[Path], tmp_path: Path) -> None:
    compare(find_toolchain(), tmp_path, originals, None, True)


@pytest.mark.upstream
@pytest.mark.skipif("PARLAYLIB_ROOT" not in os.environ, reason="PARLAYLIB_ROOT names no checkout of ParlayLib")
def test_against_upstream_parlaylib(originals: list[Path], tmp_path: Path) -> None:
    compare(find_toolchain(Path(os.environ["PARLAYLIB_ROOT"])), tmp_path, originals, 0, True)
