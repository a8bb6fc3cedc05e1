"""What a check needs of a CUDA file: the signatures in it, and a host function around one of its kernels.

Knows how names are found in such a file; what is launched, and with what, the backend knows.
"""

from __future__ import annotations

import re
from dataclasses import replace

from unseq.backends.cuda.build import SUFFIX
from unseq.backends.cuda.launches import NotRewritten, declarations_text
from unseq.backends.cuda.wrapper import Kernel, NotMatched, block_shapes, wrapper
from unseq.evaluate.matching import refused
from unseq.frontend.ir.nodes import Function
from unseq.frontend.lower import Declared, declared
from unseq.frontend.source import InputError, SourceUnit, Unsupported

# Types of the toolkit's headers that stand in kernels' signatures; they go behind the file, so that its lines stay.
_PAIRS = {"cuDoubleComplex": "double", "cuComplex": "float", "cuFloatComplex": "float", "double2": "double",
          "float2": "float", "int2": "int"}  # fmt: skip
_NOT_CODE = re.compile(r"//[^\n]*|/\*.*?\*/|__launch_bounds__\s*\([^()]*\)", re.DOTALL)
_GLOBAL = re.compile(r"__global__\b[^;{}]*?\b(\w+)\s*\((?!\()")


def declarations(unit: SourceUnit) -> SourceUnit:
    """A CUDA file without what C++ does not know. Raises ``InputError`` for a launch that is not understood."""
    text = unit.text.decode("utf-8")
    try:
        plain = declarations_text(text)
    except NotRewritten as error:
        raise InputError(f"{unit.path}:{error.line}: {error.what}") from error
    for space in ("cuda::std", "thrust"):
        plain = plain.replace(f"{space}::complex", f"{'std':>{len(space)}}::complex")
    known = [f"struct {name} {{ {type_} x, y; }};" for name, type_ in _PAIRS.items() if re.search(rf"\b{name}\b", text)]
    return replace(unit, text="\n".join([plain, *known]).encode())


def kernels_of(unit: SourceUnit) -> dict[str, int]:
    """The kernels of a CUDA file, with the lines of their names."""
    text = _NOT_CODE.sub(lambda found: re.sub(r"[^\n]", " ", found[0]), unit.text.decode("utf-8"))
    return {found[1]: text.count("\n", 0, found.start(1)) + 1 for found in _GLOBAL.finditer(text)}


def launched(function: Function, unit: SourceUnit, name: str) -> tuple[Declared, dict[str, str]]:
    """A kernel's signature, and files in which it has a host function that is called as ``function`` is, with how each
    launches it: one for each shape of block that makes sense, the usual one first.

    Raises ``InputError`` where there is no such kernel, or where what it takes is not told by the original."""
    if unit.path.suffix != SUFFIX:
        raise InputError(f"{unit.path}: a kernel stands in a {SUFFIX} file")
    plain, text = declarations(unit), unit.text.decode("utf-8")
    try:
        own = declared(plain, name)
    except Unsupported as error:
        raise refused(unit, error) from error
    kernels = kernels_of(unit)
    if name not in kernels:
        there = f"; it has {', '.join(sorted(kernels))}" if kernels else ""
        raise InputError(f"{unit.path}:{own.span.line}: '{name}' is no __global__ function{there}")
    called = own.name
    if own.name == function.name:  # the host function gets that name
        called = f"{own.name}_kernel"
        text = re.sub(rf"\b{name}\b(?=\s*(?:\(|<<<))", f"{name}_kernel", text)
    kernel = Kernel(called, tuple(zip(own.names, own.parameters, strict=True)), plain.slice(own.span))
    try:
        shapes = {f"{text}\n{wrapper(function, kernel, block)}": block for block in block_shapes(kernel, text)}
    except NotMatched as error:
        raise InputError(f"{unit.path}:{own.span.line}: {error}") from error
    return own, {made: f"launched in blocks of {' x '.join(map(str, block))} threads" for made, block in shapes.items()}
