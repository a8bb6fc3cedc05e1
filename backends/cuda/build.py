"""A .cu file as the host builds and runs it on the CPU.

    source = cuda_source(text)                                    # NotRewritten: a launch that is not understood
    built = build(toolchain, function, source, RuntimeKind.CUDA, scratch)      # or CUDA_RACE
    done = run_cases(place, function, built.library, cases, schedule, Setting(RuntimeKind.CUDA, True))

``function`` is the original's: its name and signature are those of the host function in the .cu file. `done.findings`
are what the runtime saw go wrong (failed launches also under CUDA); under CUDA_RACE, with ``Schedule(races=True)``,
`done.races` are the races, with block and thread. ``order(...)`` goes into ``Setting.environment``.
"""

from __future__ import annotations

from pathlib import Path

from unseq.backends.cuda.launches import host_text
from unseq.backends.host.build import Source

SUFFIX = ".cu"
CUTOFF_OF_THE_RUN = ("-DUNSEQ_CUTOFF=::unseq_cuda_cutoff()",)  # for what is built: see `cutoff`


def cuda_source(text: str, flags: tuple[str, ...] = (), folder: Path | None = None) -> Source:
    """A .cu file for `build`; its lines keep their numbers. Raises NotRewritten."""
    return Source(host_text(text).encode(), False, True, ("-include", "cuda_runtime.h", *flags), folder)


def order(which: str | int) -> tuple[tuple[str, str], ...]:
    """The environment in which blocks, warps and lanes run "forward", in "reverse", or shuffled by a seed."""
    return (("UNSEQ_CUDA_ORDER", str(which)),)


def cutoff(least: int) -> tuple[tuple[str, str], ...]:
    """The environment in which loops of fewer than ``least`` units run on the host, in what was built with
    ``CUTOFF_OF_THE_RUN``; without it all run on the device."""
    return (("UNSEQ_CUDA_CUTOFF", str(least)),)
