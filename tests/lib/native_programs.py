"""Compiles and runs C++ test programs against a toolchain; for tests only, so nothing here is sandboxed."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from unseq.backends.parlay.toolchain import RuntimeKind, Toolchain


def compile_program(
    toolchain: Toolchain,
    kind: RuntimeKind,
    source: Path,
    output: Path,
    flags: Sequence[str] = (),
    shared: bool = False,
    compile_flags: Sequence[str] = (),
) -> Path:
    """Builds one translation unit into a program (or a shared library); the compiler's errors fail the test.

    `flags` go to both steps; `compile_flags` replace what the toolchain says for the first."""
    link = ("-shared", *flags) if shared else tuple(flags)
    compile_flags = compile_flags or toolchain.cflags(kind)
    object_file = output.with_suffix(".o")
    for command in (
        (str(toolchain.compiler), *compile_flags, *flags, "-c", str(source), "-o", str(object_file)),
        (str(toolchain.compiler), *link, str(object_file), "-o", str(output), *toolchain.libs(kind)),
    ):
        result = subprocess.run(command, capture_output=True, text=True, check=False, timeout=900)
        assert result.returncode == 0, result.stderr[:4000]
    return output


def run_program(
    program: Path, *arguments: str, threads: int = 2, environment: Mapping[str, str] | None = None, seconds: float = 240
) -> subprocess.CompletedProcess[str]:
    """Runs a program with so many threads and returns what it printed."""
    variables = {**os.environ, "PARLAY_NUM_THREADS": str(threads), **(environment or {})}
    return subprocess.run(
        (str(program), *arguments), capture_output=True, text=True, check=False, timeout=seconds, env=variables
    )
