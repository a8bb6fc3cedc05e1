"""Runs a built library in the native host, in the sandbox, and reads back what came out.

Knows how a run is staged, limited and read, and tells the ways in which it can end too early apart. A run is complete
only if the host wrote this run's nonce; a status alone is never believed. Knows nothing of verdicts.
"""

from __future__ import annotations

import os
import re
import shutil
import struct
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from unseq.backends.host.blob import FIRST_ENTRY, Outcome, Schedule, input_blob, mutable_globals, output_blob
from unseq.backends.host.build import host_program
from unseq.backends.host.decode import Corrupt, decode
from unseq.backends.host.races import FINDING_STRIDE, RACE_STRIDE, read_findings, read_races
from unseq.backends.host.values import Case, dtype_of
from unseq.backends.parlay.toolchain import RuntimeKind, Toolchain
from unseq.backends.process import Finished, Limits, Sandbox, job_folder, run, with_fixed_layout
from unseq.backends.results import Called, Failure, Fault, Finding, Race, Run, Site, Span, Statistics
from unseq.frontend.ir.nodes import Function

_STATE = struct.Struct("<4Q16s512s2Q")
_ENTRY = struct.Struct("<8Q")
_SITE = struct.Struct("<5Q")
_STATS = struct.Struct("<6Q")
_SPAN = struct.Struct("<3Q3d")
_LOADING, _CALLING, _OUR_FAULT, _OUT_OF_TIME, _TOO_LARGE, _DONE, _NO_LIBRARY, _FORBIDDEN = range(1, 9)
_SITES, _SPANS = 2, 3
_MET, _ORDERED = 1, 2
_SIGSYS = 31
_RESULT_SPACE = 64 << 20
_SANITIZER_REPORT = re.compile(
    r"(?:==\d+==)?(?:ERROR|WARNING): (?:Address|Thread|UndefinedBehavior)Sanitizer|runtime error: ", re.MULTILINE
)
_SANITIZER_OPTIONS = {
    "ASAN_OPTIONS": "detect_leaks=0:abort_on_error=0:exitcode=86:allocator_may_return_null=1:handle_abort=1"
    ":malloc_context_size=6",
    "UBSAN_OPTIONS": "print_stacktrace=0:halt_on_error=1:exitcode=86",
    "TSAN_OPTIONS": "halt_on_error=1:exitcode=86:report_signal_unsafe=0:history_size=4:atexit_sleep_ms=0",
}


@dataclass(frozen=True, slots=True)
class Session:
    """A folder in which libraries are staged for the sandbox; see `session`."""

    toolchain: Toolchain
    folder: Path


@contextmanager
def session(toolchain: Toolchain) -> Iterator[Session]:
    """A place for runs; removed at the end."""
    with job_folder("unseq-run-") as folder:
        yield Session(toolchain, folder)


RUN_LIMITS = Limits(wall_s=20.0, address_space=16 << 30)


@dataclass(frozen=True, slots=True)
class Setting:
    """How a library is run. ``parallel`` as it was built; ``threads`` is the number of workers; ``result_bytes`` is
    what results are known to take, beside what is usual; ``environment`` is added to what it sees, ``writable`` is a
    folder that it may write counts to. ``devices``: nodes that it may use; ``under``: a program that runs the host,
    which with what it needs is in the folders ``readable``."""

    kind: RuntimeKind
    parallel: bool
    threads: int = 1
    limits: Limits = RUN_LIMITS
    result_bytes: int = 0
    environment: tuple[tuple[str, str], ...] = ()
    writable: Path | None = None
    devices: tuple[Path, ...] = ()
    under: tuple[str, ...] = ()
    readable: tuple[Path, ...] = ()


def run_cases(
    place: Session, function: Function, library: Path, cases: Sequence[Case], schedule: Schedule, setting: Setting
) -> Run:
    """Calls the function once for each entry of the schedule, in one process. Raises Mismatch for bad inputs."""
    command = _stage(place, library, setting)
    given = input_blob(function, cases, schedule)
    try:
        left = len(schedule.order) * _bytes_of_globals(function)
        size = setting.result_bytes + _RESULT_SPACE + 4 * os.fstat(given).st_size + left
        written, view = output_blob(size)
    except BaseException:
        os.close(given)
        raise
    nonce = os.urandom(16)
    try:
        finished = run(
            [*setting.under, *command, str(given), str(written), *(() if setting.writable is None else ("count",))],
            limits=_limits(setting),
            sandbox=Sandbox(
                (place.folder, *setting.readable),
                () if setting.writable is None else (setting.writable,),
                devices=setting.devices,
            ),
            stdin=nonce,
            descriptors=(given, written),
            environment=_environment(command, setting, 0 if schedule.reuse else 1 + nonce[0] % 254),
        )
    finally:
        os.close(given)
        os.close(written)
    try:
        return _read(memoryview(view), function, cases, schedule, finished, nonce, library)
    finally:
        view.close()


def _bytes_of_globals(function: Function) -> int:
    """What the variables of file scope take in the results of one call, whether or not the input sets them."""
    dtypes = [dtype_of(type_) for _, type_ in mutable_globals(function)]
    return sum(dtype.itemsize + 64 for dtype in dtypes if dtype is not None)


def _environment(command: Sequence[str], setting: Setting, filling: int) -> dict[str, str]:
    """``filling``: the byte that fresh and freed memory is filled with, so that nothing can depend on it; 0 leaves
    memory alone, as measurements need."""
    host = next(word for word in command if word.endswith("/host"))
    return {
        **_SANITIZER_OPTIONS,
        "LD_LIBRARY_PATH": str(Path(host).parent),  # the runtime is staged beside the host
        "PARLAY_NUM_THREADS": str(setting.threads),
        "OMP_NUM_THREADS": str(setting.threads),
        **({"MALLOC_PERTURB_": str(filling)} if filling else {}),
        **dict(setting.environment),
    }


def _limits(setting: Setting) -> Limits:
    limits = setting.limits
    if setting.kind in {RuntimeKind.PLAIN, RuntimeKind.WORKSPAN, RuntimeKind.CUDA}:
        return limits
    # A sanitizer reserves terabytes of address space.
    return Limits(
        wall_s=limits.wall_s,
        cpu_s=limits.cpu_s,
        memory=limits.memory,
        address_space=None,
        file_bytes=limits.file_bytes,
        output_bytes=limits.output_bytes,
        processes=limits.processes,
        open_files=limits.open_files,
    )


def _stage(place: Session, library: Path, setting: Setting) -> list[str]:
    """Puts host, runtime and library where the sandbox can read them; the command up to the descriptors."""
    folder = place.folder / f"{setting.kind.value}-{'parallel' if setting.parallel else 'plain'}"
    host = folder / "host"
    if not host.exists():
        folder.mkdir(exist_ok=True)
        folder.chmod(0o755)
        if setting.parallel:
            for path in place.toolchain.runtime_files(setting.kind):
                shutil.copyfile(path, folder / path.name)
                (folder / path.name).chmod(0o755)
        made = folder / f"host.{os.getpid()}.{os.urandom(4).hex()}"
        shutil.copyfile(host_program(place.toolchain, setting.kind, setting.parallel), made)
        made.chmod(0o755)
        os.replace(made, host)
    staged = folder / library.name
    if not staged.exists():
        shutil.copyfile(library, staged)
        staged.chmod(0o755)
    command = [str(host), str(staged)]
    return with_fixed_layout(command) if setting.kind is RuntimeKind.TSAN else command


# ---- reading -----------------------------------------------------------------------------------------


def _read(
    view: memoryview,
    function: Function,
    cases: Sequence[Case],
    schedule: Schedule,
    finished: Finished,
    nonce: bytes,
    library: Path,
) -> Run:
    committed, index, phase, _, written_nonce, message, changes, atomics = _STATE.unpack_from(view, 0)
    calls: list[Called] = []
    races: list[Race] = []
    findings: list[Finding] = []
    statistics: Statistics | None = None
    spans: list[tuple[Span, ...]] = []
    broken = ""
    at = FIRST_ENTRY
    firsts: dict[int, Outcome] = {}
    try:
        while at < min(committed, len(view)):
            number, status, wall, cpu, whole, payload, extra, noted = _ENTRY.unpack_from(view, at)
            at += _ENTRY.size
            data = view[at : at + payload]
            at += payload + -payload % 16
            if status == _SITES:
                statistics = _statistics(data, extra)
                continue
            if status == _SPANS:
                spans.append(tuple(_span(data, k) for k in range(extra)))
                continue
            if number != len(calls) or number >= len(schedule.order) or len(data) != payload:
                raise Corrupt("the calls are not in order")
            case = schedule.order[number]
            outcome = None
            if status == 0:
                outcome = decode(function, cases[case], data)
                firsts.setdefault(case, outcome)
            elif case not in firsts:
                raise Corrupt("a repetition of nothing")
            calls.append(Called(number, wall / 1e9, cpu / 1e9, whole / 1e9, outcome, payload))
            if extra:
                races += read_races(view[at : at + extra * RACE_STRIDE], case, library)
                at += extra * RACE_STRIDE
            if noted:
                findings += read_findings(view[at : at + noted * FINDING_STRIDE], case, library)
                at += noted * FINDING_STRIDE
        if phase == _DONE and len(calls) < (schedule.least if schedule.budget_s else len(schedule.order)):
            raise Corrupt("calls are missing")
    except (Corrupt, struct.error, ValueError) as error:
        broken = str(error)
    text = message.split(b"\0")[0].decode("utf-8", "replace")
    failure = _failure(finished, phase, index, written_nonce == nonce, text, broken)
    return Run(
        tuple(calls),
        failure,
        tuple(races),
        statistics,
        finished.wall_s,
        finished.cpu_s,
        finished.peak_rss,
        changes,
        tuple(spans),
        tuple(findings),
        atomics & _MET != 0,
        atomics & _ORDERED != 0,
    )


def _span(data: memoryview, k: int) -> Span:
    symbol, executions, strands, work, span, depth = _SPAN.unpack_from(data, k * _SPAN.size)
    return Span(symbol, executions, strands, work / 1e9, span / 1e9, depth)


def _statistics(data: memoryview, count: int) -> Statistics:
    forks, strands, stolen, _, workers, threads = _STATS.unpack_from(data, 0)
    sites = tuple(Site(*_SITE.unpack_from(data, _STATS.size + k * 48)) for k in range(count))
    return Statistics(forks, strands, stolen, workers, threads, sites)


def _failure(
    finished: Finished, phase: int, index: int, complete: bool, message: str, broken: str
) -> Failure | None:
    where = index if phase in {_CALLING, _OUT_OF_TIME, _TOO_LARGE, _OUR_FAULT, _FORBIDDEN, _DONE} else None
    report = finished.errors
    if finished.over_memory:
        return Failure(Fault.MEMORY, where, "it used more memory than allowed", report=report)
    if phase == _OUT_OF_TIME:
        return Failure(Fault.CALL_TIMEOUT, where, "a call took longer than allowed", report=report)
    if finished.timed_out:
        return Failure(Fault.TIMEOUT, where, "the run took longer than allowed", report=report)
    found = _SANITIZER_REPORT.search(report)
    if found and not (complete and phase == _DONE):
        return Failure(Fault.SANITIZER, where, report[found.start() :].splitlines()[0][:300], report=report)
    if phase == _FORBIDDEN or finished.signal == _SIGSYS or finished.status == 128 + _SIGSYS:
        return Failure(Fault.FORBIDDEN, where, message or "a system call", report=report)
    if phase == _NO_LIBRARY:
        return Failure(Fault.LOAD, None, message, report=report)
    if phase == _TOO_LARGE:
        return Failure(Fault.TOO_LARGE, where, message, report=report)
    if phase == _OUR_FAULT:
        return Failure(Fault.HARNESS, where, message, report=report)
    if broken:
        return Failure(Fault.CORRUPT, where, broken, report=report)
    if complete and phase == _DONE:
        return None
    number = finished.signal or (finished.status - 128 if finished.status and finished.status > 128 else 0)
    if number:
        return Failure(Fault.SIGNAL, where, f"killed by signal {number}", number, report)
    if phase == 0:
        return Failure(Fault.HARNESS, None, f"the host did not start: {report.strip()[:300]}", report=report)
    return Failure(Fault.EXIT, where, f"it ended by itself with status {finished.status}", report=report)
