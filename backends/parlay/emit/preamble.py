"""What an emitted file needs before its first function: includes and named constants.

Knows preprocessor lines; knows nothing of C++ below them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from unseq.backends.parlay.emit.edits import Edit

_INCLUDE = re.compile(rb"^[ \t]*#[ \t]*include[ \t]*([<\"][^>\"\n]*[>\"])[^\n]*(?:\n|\Z)", re.MULTILINE)
_OPEN = re.compile(rb"^[ \t]*#[ \t]*(if|ifdef|ifndef)\b")
_CLOSE = re.compile(rb"^[ \t]*#[ \t]*endif\b")

DEFINITIONS = {
    "UNSEQ_CUTOFF": "#ifndef UNSEQ_CUTOFF\n"
    "#define UNSEQ_CUTOFF 200000  // units of about a quarter of a nanosecond; below, loops run sequentially\n"
    "#endif\n",
    "UNSEQ_BLOCK": "#ifndef UNSEQ_BLOCK\n"
    "#define UNSEQ_BLOCK (UNSEQ_CUTOFF > 0 ? 2048 : 1)  // iterations of a sequential block\n"
    "#endif\n",
}

# C headers and the C++ ones that bring the same names.
_SAME = {"<cmath>": "<math.h>", "<cstdint>": "<stdint.h>", "<climits>": "<limits.h>", "<cstddef>": "<stddef.h>"}


def included(source: bytes) -> set[str]:
    """The headers that a source includes, as written."""
    return {m[1].decode("utf-8", "replace") for m in _INCLUDE.finditer(source)}


def insertion_point(source: bytes, limit: int) -> int:
    """Where includes can be added: behind the last include outside of conditional parts that stands before ``limit``,
    else at the top (behind a first comment that an empty line sets apart)."""
    depth, at, found = 0, 0, -1
    for line in source.splitlines(keepends=True):
        end = at + len(line)
        if _OPEN.match(line):
            depth += 1
        elif _CLOSE.match(line):
            depth -= 1
        elif depth == 0 and end <= limit and _INCLUDE.match(line):
            found = end
        at = end
    if found >= 0:
        return found
    comment = re.match(rb"\s*(?:/\*.*?\*/[ \t]*\n|(?:[ \t]*//[^\n]*\n)+)(?=[ \t]*\n)", source, re.DOTALL)
    return comment.end() if comment and comment.end() <= limit else 0


def insertion(
    source: bytes, includes: Iterable[str], definitions: Iterable[str], limit: int,
    texts: Mapping[str, str] = DEFINITIONS,
) -> Edit | None:
    """The edit that adds what is missing before ``limit``, where it is first needed; None when nothing is. ``texts``:
    what each definition says."""
    present = included(source[:limit])
    missing = sorted(h for h in set(includes) if h not in present and _SAME.get(h) not in present)
    if "<parlay/primitives.h>" in missing:
        covered = {"<parlay/parallel.h>", "<parlay/sequence.h>", "<parlay/delayed_sequence.h>", "<parlay/slice.h>"}
        missing = [h for h in missing if h not in covered]
    standard = [h for h in missing if not h.startswith("<parlay/")]
    library = [h for h in missing if h.startswith("<parlay/")]
    groups = ["".join(f"#include {h}\n" for h in group) for group in (standard, library) if group]
    wanted = set(definitions)
    defined = "".join(text for name, text in texts.items() if name in wanted and name.encode() not in source)
    if defined:
        groups.append(defined)
    if not groups:
        return None
    at = insertion_point(source, limit)
    text = "\n".join(groups)
    if at == 0:
        return Edit(0, 0, text + "\n")
    first = text if standard and present else "\n" + text
    follows = source[at:].lstrip(b" \t")
    return Edit(at, at, first if follows.startswith(b"\n") or not follows else first + "\n")
