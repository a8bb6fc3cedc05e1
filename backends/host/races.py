"""Reads what a runtime found, races and the rest, and gives it lines of source.

Knows the layouts of ``unseq_race`` (``unseq/runtime.h``) and ``unseq_finding`` (``unseq/findings.h``), and how
addresses inside a library become places (addr2line).
"""

from __future__ import annotations

import re
import shutil
import struct
from collections.abc import Iterable
from pathlib import Path

from unseq.backends.process import Limits, run
from unseq.backends.results import Access, Finding, FindingKind, Place, Race

_ACCESS = struct.Struct("<4Q4B4x")
_REST = struct.Struct("<QixxxxQQQQB7x")
_RACE_BYTES = 2 * _ACCESS.size + _REST.size
RACE_STRIDE = -(-_RACE_BYTES // 16) * 16
_FINDING = struct.Struct("<2I2Q8IQ64s192s")
FINDING_STRIDE = _FINDING.size
_KINDS = tuple(FindingKind)
_THREADS = 1024  # of a block, at most
BUILT = frozenset({"candidate.cpp", "candidate.c", "original.cpp", "original.c"})  # as `build` names them
_OBJECTS = {0: "unknown memory", 1: "heap block", 2: "global variable", 3: "stack variable"}


def read_races(data: memoryview, case: int, library: Path) -> list[Race]:
    """The races of one call; addresses are offsets into ``library``."""
    raw = []
    wanted: set[int] = set()
    for at in range(0, len(data) - _RACE_BYTES + 1, RACE_STRIDE):
        sides = [_ACCESS.unpack_from(data, at), _ACCESS.unpack_from(data, at + _ACCESS.size)]
        rest = _REST.unpack_from(data, at + 2 * _ACCESS.size)
        raw.append((sides, rest))
        wanted |= {side[0] - 1 for side in sides if side[0]} | ({rest[4] - 1} if rest[4] else set())
    places = locate(library, wanted)
    return [_race(sides, rest, places, case) for sides, rest in raw]


def _race(
    sides: list[tuple[int, ...]], rest: tuple[int, ...], places: dict[int, Place], case: int
) -> Race:
    offset, kind, _, size, allocated, count, same = rest
    earlier, later = (_access(side, places) for side in sides)
    text = _OBJECTS.get(kind, _OBJECTS[0]) + (f" of {size} bytes" if size else "")
    made = places.get(allocated - 1)
    if made is not None and made.line:
        text += f" allocated at {made}"
    return Race(earlier, later, text, offset, bool(same), count, case)


def _access(side: tuple[int, ...], places: dict[int, Place]) -> Access:
    pc, _, _, child, write, atomic, size, known = side
    block, thread = divmod(child, _THREADS) if known == 2 else (None, child if known else None)
    return Access(places.get(pc - 1, Place("", 0)), bool(write), bool(atomic), size, thread, block)


def read_findings(data: memoryview, case: int, library: Path) -> list[Finding]:
    """The findings of one call; addresses are offsets into ``library``."""
    raw = [_FINDING.unpack_from(data, at) for at in range(0, len(data) - _FINDING.size + 1, FINDING_STRIDE)]
    places = locate(library, {pc - 1 for entry in raw for pc in entry[2:4] if pc})
    found = []
    for kind, note, pc, other, inside, bx, by, bz, tx, ty, tz, _, count, kernel, text in raw:
        if not 0 < kind <= len(_KINDS):
            continue
        block, thread = ((bx, by, bz), (tx, ty, tz)) if inside else (None, None)
        place, beside = places.get(pc - 1, Place("", 0)), places.get(other - 1)
        words = (_text(text), place, beside, _text(kernel))
        found.append(Finding(_KINDS[kind - 1], *words, block, thread, bool(note), count, case))
    return found


def _text(raw: bytes) -> str:
    return raw.split(b"\0")[0].decode("utf-8", "replace")


def locate(library: Path, offsets: Iterable[int]) -> dict[int, Place]:
    """The source line of each offset into a library; empty without addr2line."""
    wanted = sorted(set(offsets))
    if not wanted or shutil.which("addr2line") is None:
        return {}
    done = run(
        ["addr2line", "-C", "-a", "-i", "-f", "-e", str(library), *(hex(offset) for offset in wanted)],
        limits=Limits(wall_s=20.0),
    )
    # For each offset its address, then function and line of the innermost inlined call, of the next one, ...
    chains = re.split(r"^0x[0-9a-f]+\n", done.stdout.decode("utf-8", "replace"), flags=re.MULTILINE)[1:]
    return {offset: _innermost(chain.splitlines()) for offset, chain in zip(wanted, chains, strict=False)}


def _innermost(chain: list[str]) -> Place:
    """The innermost place in the file that was built; in another one where code of a header was not inlined into it."""
    places = []
    for function, where in zip(chain[::2], chain[1::2], strict=False):
        file, _, line = where.split(" (")[0].rpartition(":")
        places.append(Place(Path(file).name, int(line) if line.isdigit() else 0, function))
    return next((place for place in places if place.file in BUILT), places[0] if places else Place("", 0))
