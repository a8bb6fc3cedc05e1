"""IR functions that have a signature and a file, and no body: enough for the host and the judge."""

from pathlib import Path

from unseq.frontend.ir.nodes import Block, Function, Global, Storage, Symbol
from unseq.frontend.ir.types import VOID, Type
from unseq.frontend.source import NOWHERE, Language, SourceUnit


def function(
    text: str, name: str, parameters: dict[str, Type], result: Type = VOID, *, c: bool = False,
    variables: dict[str, Type] | None = None, template: tuple[tuple[str, str], ...] = (),
) -> Function:
    """The function ``name`` of a file with this text."""
    unit = SourceUnit(Path("original.c" if c else "original.cpp"), Language.C if c else Language.CPP, text.encode())
    symbols = tuple(Symbol(p, t, k, Storage.PARAMETER) for k, (p, t) in enumerate(parameters.items()))
    variable_symbols = [
        Symbol(v, t, 100 + k, Storage.GLOBAL) for k, (v, t) in enumerate((variables or {}).items())
    ]
    return Function(
        name, symbols, result, Block(()), unit, globals=tuple(Global(s, None, NOWHERE) for s in variable_symbols),
        template=template,
    )
