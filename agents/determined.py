"""The original where the standard leaves it open what it returns: one result out of those that it may give.

``std::sort`` may leave equal elements in any order, ``std::nth_element`` and ``std::partial_sort`` all but some places,
``std::partition`` either side; what a library does there depends on its version.  For tests, such calls are made to
keep the order of what they do not have to order, which is one of the results that the standard allows, and the one
that can be had in parallel.  Times are taken on the original as it is.  Knows nothing of candidates.
"""

from __future__ import annotations

import re

from unseq.frontend.ir.nodes import Call, Construct, Function
from unseq.frontend.ir.types import Bool, Float, Int, Pointer, element_type
from unseq.frontend.ir.walk import walk
from unseq.frontend.source import Language, SourceUnit

_ORDERED = {
    "std::sort": "std::stable_sort",
    "std::partition": "std::stable_partition",
    "std::nth_element": "unseq_determined::nth_element",
    "std::partial_sort": "unseq_determined::partial_sort",
}
_WRITTEN = re.compile(rb"(?:(?:::)?\s*std\s*::\s*)?(?:sort|partition|nth_element|partial_sort)(?=\s*\()")
_DEFINITIONS = b"""#include <algorithm>
namespace unseq_determined {
template <class I, class... Less> void nth_element(I first, I, I last, Less... less) {
  std::stable_sort(first, last, less...);
}
template <class I, class... Less> void partial_sort(I first, I, I last, Less... less) {
  std::stable_sort(first, last, less...);
}
}
#line 1
"""


def determined(function: Function) -> SourceUnit:
    """The file of ``function`` with such calls replaced; itself where there are none."""
    unit = function.unit
    if unit.language is not Language.CPP:
        return unit
    edits: dict[int, tuple[int, bytes]] = {}
    for scope in (function, *function.callees):
        for call in walk(scope):
            if isinstance(call, Call) and call.name in _ORDERED and not _settled(call):
                written = _WRITTEN.match(unit.text, call.span.start)
                if written is not None:
                    edits[call.span.start] = (written.end(), _ORDERED[call.name].encode())
    if not edits:
        return unit
    text = unit.text
    for start, (end, name) in sorted(edits.items(), reverse=True):
        text = text[:start] + name + text[end:]
    return SourceUnit(unit.path, unit.language, _DEFINITIONS + text)


def _settled(call: Call) -> bool:
    """Whether equal elements cannot be told apart: numbers in their own order."""
    element = element_type(call.arguments[0].type) if call.arguments else None
    known_order = len(call.arguments) == 2 or isinstance(call.arguments[2], Construct)  # std::greater<>()
    return call.name == "std::sort" and known_order and isinstance(element, Bool | Int | Float | Pointer)
