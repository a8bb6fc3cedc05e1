"""A host function around a kernel: it has the original's signature, moves the arrays, launches, and moves them back.

Which parameter of the kernel gets which of the original's is told by names first, then by types and positions. How many
elements a pointer leads to the host says, which made them (``unseq_bytes_from``). Knows signatures, and of the kernel's
body only which indices it uses and what bounds them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from unseq.backends.parlay.cxx_types import print_declaration, print_type
from unseq.frontend.ir import types as t
from unseq.frontend.ir.nodes import Function, Symbol
from unseq.frontend.source import Unsupported

_COMMENTS = re.compile(r"//[^\n]*|/\*.*?\*/", re.DOTALL)
_LENGTHS = re.compile(r"(?:n|len|length|size|count|num\w*)_?\w?", re.IGNORECASE)
_MOST_THREADS = 1024
_SIDES = {1: (256,), 2: (32, 32), 3: (8, 8, 8)}  # of a block
_BY_HAND = "write a host function around the kernel"
_COPY = """
#include <algorithm>
#include <complex>
#include <vector>
extern "C" unsigned long unseq_bytes_from(const void *);
namespace unseq_wrapped {
template <class T> struct Copy {
  T *host, *device = nullptr;
  unsigned long count;
  Copy(const T *p, unsigned long n) : host(const_cast<T *>(p)), count(n) {
    if (count > 0) {
      cudaMalloc(&device, count * sizeof(T));
      cudaMemcpy(device, host, count * sizeof(T), cudaMemcpyHostToDevice);
    }
  }
  ~Copy() { cudaFree(device); }
  void back() {
    if (count > 0) cudaMemcpy(host, device, count * sizeof(T), cudaMemcpyDeviceToHost);
  }
};
}  // namespace unseq_wrapped
"""


class NotMatched(ValueError):
    """A parameter for which nothing is there."""


@dataclass(frozen=True, slots=True)
class Kernel:
    """A kernel: its parameters by name, and the text of its definition."""

    name: str
    parameters: tuple[tuple[str, t.Type], ...]
    text: str

    def told(self, k: int) -> str:
        """A parameter in words."""
        name, type_ = self.parameters[k]
        return f"parameter {k + 1} ({name}) of kernel '{self.name}' is {print_type(type_)}"

    @property
    def axes(self) -> int:
        """How many dimensions of a block it tells apart."""
        code = _COMMENTS.sub(" ", self.text)
        used = [k for k, axis in enumerate("xyz", 1) if re.search(rf"\b(?:threadIdx|blockIdx)\s*\.\s*{axis}\b", code)]
        return max(used, default=1)

    def bound(self, axis: str) -> str | None:
        """The parameter that bounds the index along an axis, where the body compares the two."""
        code = _COMMENTS.sub(" ", self.text)
        names = "|".join(re.escape(name) for name, type_ in self.parameters if isinstance(type_, t.Int))
        for index in re.findall(rf"\b(\w+)\s*=[^;=]*\bthreadIdx\s*\.\s*{axis}\b[^;]*;", code):
            found = re.search(rf"\b{index}\s*(?:<|>=)\s*({names})\b(?!\s*[-+*/(\[])", code) if names else None
            if found is not None:
                return found[1]
        return None


@dataclass(slots=True)
class _Array:
    """Elements of the original's that a kernel may get: ``first``, ``count`` are the host's texts. The result has no
    name."""

    name: str
    element: t.Type
    const: bool
    first: str
    count: str
    container: bool = False
    given: int | None = None  # the kernel's parameter that gets it

    @property
    def copy(self) -> str:
        return f"unseq_of_{self.name}" if self.name else "unseq_result"


@dataclass(slots=True)
class _Match:
    """What each parameter of the kernel gets, as it is found."""

    function: Function
    kernel: Kernel
    arrays: list[_Array] = field(default_factory=list)
    scalars: list[Symbol] = field(default_factory=list)
    gets: dict[int, str] = field(default_factory=dict)


def block_shapes(kernel: Kernel, text: str) -> Iterator[tuple[int, ...]]:
    """Shapes of blocks to try, the usual one first: others only where the file's text holds their side as a number."""
    axes = kernel.axes
    yield _SIDES[axes]
    numbers = {int(word) for word in re.findall(r"(?<![\w.])\d{1,4}(?![\w.])", _COMMENTS.sub(" ", text))}
    for side in (1024, 512, 128, 64, 32, 16, 8, 4):
        if side in numbers and side**axes <= _MOST_THREADS and (side,) * axes != _SIDES[axes]:
            yield (side,) * axes


def wrapper(function: Function, kernel: Kernel, block: tuple[int, ...]) -> str:
    """C++ with the host function, to follow the kernel's file. Raises NotMatched: which parameter, and why."""
    match = _matched(function, kernel)
    used = [array for array in match.arrays if array.given is not None]
    arguments = ", ".join(match.gets[k] for k in range(len(kernel.parameters)))
    for array in match.arrays:
        if array.given is None and not array.const:
            what = f"'{array.name}', which the original may write" if array.name else "the original's result"
            raise NotMatched(f"kernel '{kernel.name}' gets nothing for {what}")
    try:
        head = ", ".join(print_declaration(p.type, p.name, p.const) for p in function.parameters)
        result = print_type(function.result)
        copies = [f"unseq_wrapped::Copy<{print_type(a.element)}> {a.copy}({a.first}, {a.count});" for a in used]
    except Unsupported as error:
        raise NotMatched(f"the original's signature: {error.what}") from error
    lines = [] if isinstance(function.result, t.Void) else [f"{result} unseq_value{{}};"]
    lines += copies
    lines += _grid(match, used, block)
    lines.append(f"::{kernel.name}<<<unseq_grid, dim3({', '.join(map(str, block))})>>>({arguments});")
    lines += [f"{array.copy}.back();" for array in used if not array.const]
    lines += [] if isinstance(function.result, t.Void) else ["return unseq_value;"]
    space, _, own = function.name.rpartition("::")
    body = "".join(f"  {line}\n" for line in lines)
    text = f"{result} {own}({head}) {{\n{body}}}\n"
    return _COPY + (f"namespace {space} {{\n{text}}}\n" if space else text)


def _grid(match: _Match, used: list[_Array], block: tuple[int, ...]) -> list[str]:
    """The grid that covers, along each axis, what bounds the index, or the longest array."""
    counts = [f"(long){array.copy}.count" for array in used]
    sizes = [f"(long){symbol.name}" for symbol in match.scalars if isinstance(t.strip(symbol.type), t.Int)]
    longest = f"std::max({{1L, {', '.join(counts)}}})" if counts else f"std::max({{1L, {', '.join(sizes) or '1L'}}})"
    lines = [f"const long unseq_longest = {longest};"]
    numbers = {name: k for k, (name, _) in enumerate(match.kernel.parameters)}
    extents = []
    for axis, side in zip("xyz", block, strict=False):
        bound = match.kernel.bound(axis)
        extent = f"(long)({match.gets[numbers[bound]]})" if bound is not None else "1L"
        if len(block) == 1:
            extent = f"std::max({{unseq_longest, {extent}}})"
        elif bound is None:
            extent = f"std::min(unseq_longest, std::max({{1L, {', '.join(sizes)}}}))" if sizes else "unseq_longest"
        extents.append(f"unsigned((std::max(1L, {extent}) + {side - 1}) / {side})")
    return [*lines, f"const dim3 unseq_grid({', '.join(extents)});"]


# ---- who gets what -----------------------------------------------------------------------------------


def _matched(function: Function, kernel: Kernel) -> _Match:
    match = _Match(function, kernel)
    for symbol in function.parameters:
        _take(match, symbol)
    if not isinstance(function.result, t.Void):
        if not _movable(function.result):
            raise NotMatched(f"the original returns {print_type(function.result)}; {_BY_HAND}")
        match.arrays.append(_Array("", function.result, False, "&unseq_value", "1"))
    pointers = [k for k, (_, type_) in enumerate(kernel.parameters) if isinstance(type_, t.Pointer | t.Array)]
    _match_arrays(match, pointers)
    _match_scalars(match, [k for k in range(len(kernel.parameters)) if k not in pointers])
    return match


def _take(match: _Match, symbol: Symbol) -> None:
    """A parameter of the original, as what a kernel may get."""
    type_, name = symbol.type, symbol.name
    bare = t.strip(type_)
    if t.is_arithmetic(bare) or t.is_complex(bare):
        if isinstance(type_, t.Reference) and not type_.const:
            match.arrays.append(_Array(name, bare, False, f"&{name}", "1"))
        else:
            match.scalars.append(symbol)
        return
    element = t.element_type(type_)
    if element is None or not _movable(element):
        raise NotMatched(f"the original's parameter '{name}' is no plain array; {_BY_HAND}")
    if isinstance(bare, t.Library):
        if bare.name not in ("vector", "span", "array") or element == t.BOOL:
            raise NotMatched(f"the original's parameter '{name}' cannot be moved; {_BY_HAND}")
        const = bare.const or not isinstance(type_, t.Reference) or type_.const
        match.arrays.append(_Array(name, element, const, f"{name}.data()", f"{name}.size()", True))
    else:
        const = isinstance(bare, t.Pointer) and bare.const
        text = print_type(element)
        match.arrays.append(_Array(name, element, const, name, f"unseq_bytes_from({name}) / sizeof({text})"))


def _movable(element: t.Type) -> bool:
    plain = t.is_arithmetic(element) and element != t.Float(80)
    return plain or t.is_complex(element) or (
        isinstance(element, t.Record) and all(_movable(member.type) for member in element.fields)
    )


def _same_elements(own: t.Type, theirs: t.Type) -> bool:
    """Whether a kernel's elements (complex numbers: two numbers) are laid out as the original's."""
    if t.is_complex(theirs) and isinstance(theirs, t.Library) and isinstance(own, t.Record):
        return [member.type for member in own.fields] == [theirs.args[0]] * 2
    if isinstance(own, t.Record) and isinstance(theirs, t.Record):
        return own.name == theirs.name
    if isinstance(own, t.Int) and isinstance(theirs, t.Int):
        return own.bits == theirs.bits
    return own == theirs


def _match_arrays(match: _Match, pointers: list[int]) -> None:
    """Pointers, by name, then by type in order: those to const first, the result last."""
    parameters = match.kernel.parameters

    def reads(k: int) -> bool:
        type_ = parameters[k][1]
        return isinstance(type_, t.Pointer) and type_.const

    def give(k: int, by_name: bool) -> None:
        name, type_ = parameters[k]
        element = t.element_type(type_)
        assert element is not None
        fitting = [a for a in match.arrays if a.given is None and _same_elements(element, a.element)]
        fitting = [a for a in fitting if a.name == name] if by_name else fitting
        fitting.sort(key=lambda a: (not a.name, a.const is not reads(k)))
        if fitting:
            fitting[0].given = k
            match.gets[k] = f"({print_type(type_)}){fitting[0].copy}.device"
        elif not by_name:
            raise NotMatched(f"{match.kernel.told(k)}, and the original has no array of that type left")

    for k in pointers:
        give(k, True)
    for k in sorted((k for k in pointers if k not in match.gets), key=lambda k: not reads(k)):
        give(k, False)


def _match_scalars(match: _Match, numbers: list[int]) -> None:
    """Scalars, by name, then by type in order, then as the length of a container."""
    left = list(match.scalars)
    bounds = {match.kernel.bound(axis) for axis in "xyz"}

    def give(k: int, symbol: Symbol) -> None:
        name, type_ = match.kernel.parameters[k]
        left.remove(symbol)
        match.gets[k] = symbol.name
        unsigned = isinstance(type_, t.Int) and not type_.signed
        given = t.strip(symbol.type)
        if unsigned and isinstance(given, t.Int) and given.signed and (name in bounds or _LENGTHS.fullmatch(name)):
            match.gets[k] = f"({print_type(type_)})std::max(0L, (long){symbol.name})"  # nothing is as long as less

    for k in numbers:
        same = next((symbol for symbol in left if symbol.name == match.kernel.parameters[k][0]), None)
        if same is not None:
            give(k, same)
    for k in numbers:
        if k in match.gets:
            continue
        name, type_ = match.kernel.parameters[k]
        length = _length(match, k) if isinstance(type_, t.Int) else None
        fitting = [symbol for symbol in left if _like(type_, t.strip(symbol.type))]
        if length is not None and (not fitting or _LENGTHS.fullmatch(name)):
            match.gets[k] = length
        elif fitting:
            give(k, fitting[0])
        else:
            missing = "neither such a parameter left nor a container whose length it may be"
            raise NotMatched(f"{match.kernel.told(k)}, and the original has {missing}")


def _like(own: t.Type, theirs: t.Type) -> bool:
    return type(own) is type(theirs) and (isinstance(own, t.Int | t.Bool) or own == theirs)


def _length(match: _Match, k: int) -> str | None:
    """The length of the container that a parameter names (``x_size``), else of the first that the kernel gets."""
    name = match.kernel.parameters[k][0].lower()
    containers = sorted((a for a in match.arrays if a.container and a.given is not None), key=lambda a: a.given or 0)
    for array in containers:
        own = match.kernel.parameters[array.given or 0][0].lower()
        if re.fullmatch(rf"(?:n|num|len|length|size|count)_?{own}|{own}_?(?:n|num|len|length|size|count)", name):
            return f"{array.copy}.count"
    return f"{containers[0].copy}.count" if containers else None
