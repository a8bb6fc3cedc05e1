"""The emitter's one-file cases as CUDA: what has a CUDA form, and a program that compares it with the original."""

from __future__ import annotations

import subprocess
from pathlib import Path

from emit_cases import Case, prototypes
from unseq.agents.rules.device.plan import DevicePlan, combined, for_device
from unseq.agents.rules.propose import Refusal, propose
from unseq.agents.task import Task
from unseq.backends.cuda.emit import emit
from unseq.backends.cuda.launches import host_text
from unseq.backends.parlay.emit.file import Emitted
from unseq.backends.parlay.toolchain import RuntimeKind, Toolchain
from unseq.frontend.analysis.driver import analyze
from unseq.frontend.lower import functions, lower
from unseq.frontend.source import Language, Unsupported

HARNESS = Path(__file__).parents[1] / "backends" / "parlay" / "emit_harness.h"
SIZES = "0, 1, 2, 3, 17, 300, 1009"


def device_plans(case: Case) -> tuple[list[DevicePlan], dict[str, str]]:
    """The plans of the functions that have a CUDA form, and why the others of those that are parallel have none."""
    found: list[DevicePlan] = []
    refused: dict[str, str] = {}
    for head in functions(case.unit):
        function = lower(case.unit, head.name)
        task = Task(function, analyze(function))
        plan = propose(task)
        if isinstance(plan, Refusal):
            continue
        try:
            device = for_device(task, plan)
            emit(device.unit, [device.plan])
        except Unsupported as error:
            refused[head.name] = error.what
        else:
            found.append(device)
    return found, refused


def emitted(case: Case, reuse_spans: bool = True) -> Emitted:
    """The file with all functions of a case that have a CUDA form."""
    found, _ = device_plans(case)
    return emit(*combined(found), reuse_spans=reuse_spans)


def failures(case: Case, text: str, toolchain: Toolchain, folder: Path) -> str:
    """What a program says that compares an emitted file with the original: it ends with "0 failed" where they agree."""
    declared, drive = prototypes(case), case.sections["drive"]
    ours = f"static void ours(Input &in, int n) {{\n{drive}\n}}\n"
    renamed = "".join(f"#define {name} {name}_original\n" for name, _ in declared)
    parts = [f'#include "{HARNESS}"\n', host_text(text)]
    parts += [f"{line}\n" for _, line in declared]
    parts += [ours, renamed, ours.replace("ours", "theirs", 1)]
    parts.append(
        f"int main() {{\n  int failed = 0;\n  for (int n : {{{SIZES}}}) {{\n"
        "    Record a, b;\n    Input first(7), second(7);\n"
        "    record = &a, theirs(first, n);\n    record = &b, ours(second, n);\n"
        f'    failed += check("{case.name}", n, 7, a, b);\n  }}\n'
        '  std::printf("%d failed\\n", failed);\n  return failed != 0;\n}\n'
    )
    original, main, binary = folder / "original", folder / "main.cpp", folder / "program"
    language = ["-x", "c"] if case.unit.language is Language.C else ["-x", "c++", "-std=c++20"]
    original.write_text(case.unit.text.decode())
    main.write_text("".join(parts))
    names = [f"-D{name}={name}_original" for name, _ in declared]
    told([str(toolchain.compiler), *language, "-O1", *names, "-c", str(original), "-o", f"{original}.o"])
    kind = RuntimeKind.CUDA
    flags = [*toolchain.cflags(kind), "-include", "cuda_runtime.h", "-O1", "-w", "-DUNSEQ_CUTOFF=0"]
    files = [str(main), f"{original}.o"]
    told([str(toolchain.compiler), *flags, *files, *toolchain.libs(kind), "-o", str(binary)])
    return told([str(binary)], any_status=True)


def told(command: list[str], any_status: bool = False) -> str:
    """What a command prints; it must succeed unless ``any_status``."""
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert any_status or done.returncode == 0, f"{' '.join(command)}\n{done.stdout[-3000:]}\n{done.stderr[:6000]}"
    return done.stdout + done.stderr
