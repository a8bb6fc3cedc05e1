"""Calls of compiled C and C++ functions with Python values, for tests: a generated shim passes blobs of memory.

Every argument is a blob (an address and a count).  Values have the natural forms of the IR's interpreter: numpy
arrays, lists, bytes, numbers.  Builds are cached under ``.cache/native-tests``, keyed by sources and flags.
"""

from __future__ import annotations

import ctypes
import fcntl
import hashlib
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from checkout import ROOT
from unseq.backends.host.values import dtype_of
from unseq.backends.parlay import cxx, cxx_rows
from unseq.frontend.ir import types as t
from unseq.frontend.ir.nodes import Function

CACHE = ROOT / ".cache" / "native-tests"
# Without -frounding-math g++ takes 0.0f - (float)i for a negation, which is wrong for i = 0.
FLAGS = ("-O1", "-ffp-contract=off", "-frounding-math", "-w", "-fPIC")
HEADERS = ("algorithm", "array", "cassert", "climits", "cmath", "complex", "cstddef", "cstdint", "cstdio", "cstdlib",
           "cstring", "deque", "functional", "list", "numeric", "optional", "queue", "span", "stack", "string", "tuple",
           "utility", "vector", "math.h", "stdlib.h")  # fmt: skip


class Blob(ctypes.Structure):
    """The address of some elements and how many there are."""

    _fields_ = (("data", ctypes.c_void_p), ("count", ctypes.c_size_t))


PRELUDE = r"""
namespace shim {
struct Blob { char *data; std::size_t count; };
template <class T> struct Codec;
template <class T> struct Plain : std::bool_constant<std::is_trivially_copyable_v<T>> {};
template <class A, class B> struct Plain<std::pair<A, B>> : std::bool_constant<Plain<A>::value && Plain<B>::value> {};
template <> struct Plain<std::vector<bool>> : std::false_type {};
template <class T> Blob copy_out(const T *from, std::size_t n) {
    char *data = (char *)std::malloc(n * sizeof(T) + 1);
    std::memcpy(data, (const void *)from, n * sizeof(T));
    return Blob{data, n};
}
template <class T> struct Codec {
    static T in(const Blob &b) { T x; std::memcpy((void *)&x, b.data, sizeof x); return x; }
    static Blob out(const T &x) { return copy_out(&x, 1); }
};
template <class C, class T> struct Row {
    static C in(const Blob &b) {
        C c;
        if constexpr (Plain<T>::value) {
            for (std::size_t i = 0; i < b.count; i++)
                c.push_back(Codec<T>::in(Blob{b.data + i * sizeof(T), 1}));
        } else
            for (std::size_t i = 0; i < b.count; i++) c.push_back(Codec<T>::in(((Blob *)b.data)[i]));
        return c;
    }
    static Blob out(const C &c) {
        if constexpr (Plain<T>::value) {
            std::vector<char> bytes(c.size() * sizeof(T) + 1);
            std::size_t i = 0;
            for (const T &x : c) std::memcpy(&bytes[i++ * sizeof(T)], (const void *)&x, sizeof(T));
            Blob b = copy_out(bytes.data(), c.size() * sizeof(T));
            return Blob{b.data, c.size()};
        } else {
            std::vector<Blob> blobs;
            for (const T &x : c) blobs.push_back(Codec<T>::out(x));
            return copy_out(blobs.data(), blobs.size());
        }
    }
};
template <class T> struct Codec<std::vector<T>> : Row<std::vector<T>, T> {};
template <class T> struct Codec<std::deque<T>> : Row<std::deque<T>, T> {};
template <class T> struct Codec<std::list<T>> : Row<std::list<T>, T> {};
template <> struct Codec<std::string> : Row<std::string, char> {};
template <> struct Codec<std::vector<bool>> {
    static std::vector<bool> in(const Blob &b) { return {b.data, b.data + b.count}; }
    static Blob out(const std::vector<bool> &v) {
        std::string s(v.begin(), v.end());
        return copy_out(s.data(), s.size());
    }
};
template <class T> struct Codec<std::span<T>> {
    static std::span<T> in(const Blob &b) { return {(T *)b.data, b.count}; }
    static Blob out(std::span<T> s) { return copy_out(s.data(), s.size()); }
};
template <class T> struct Codec<std::optional<T>> {
    static std::optional<T> in(const Blob &b) { return b.count ? std::optional<T>(Codec<T>::in(b)) : std::nullopt; }
    static Blob out(const std::optional<T> &x) { return x ? Codec<T>::out(*x) : Blob{nullptr, 0}; }
};
template <class... T> struct Codec<std::tuple<T...>> {
    static Blob out(const std::tuple<T...> &x) {
        auto pack = [](const T &...each) {
            Blob b[] = {Codec<T>::out(each)...};
            return copy_out(b, sizeof...(T));
        };
        return std::apply(pack, x);
    }
};
}
"""


def shim(function: Function, entry: str, qualified: str, foreign: bool) -> str:
    """C++ text of ``entry(Blob *)``, which calls ``qualified``; ``foreign``: the callee is C, declared by the shim."""
    lines, arguments, after, declared = [], [], [], []
    for i, symbol in enumerate(function.parameters):
        kind = symbol.type
        plain = t.strip(kind)
        if isinstance(plain, t.Pointer | t.Array):
            if foreign:
                arguments.append(f"(void *)b[{i}].data")
                declared.append("void *")
            else:
                pointer = plain if isinstance(plain, t.Pointer) else t.Pointer(plain.element)
                pointer = cxx_rows.flat(pointer)
                arguments.append(f"({cxx.print_type(pointer)})b[{i}].data")
            continue
        declared.append(cxx.print_type(plain))
        text = cxx.print_type(plain)
        lines.append(f"    auto a{i} = shim::Codec<{text}>::in(b[{i}]);")
        arguments.append(f"a{i}" if isinstance(kind, t.Reference) else f"std::move(a{i})")
        if isinstance(kind, t.Reference) and not kind.const:
            after.append(f"    b[{i}] = shim::Codec<{text}>::out(a{i});")
    call = f"{qualified}({', '.join(arguments)})"
    result = t.strip(function.result)
    if isinstance(result, t.Void):
        lines.append(f"    {call};")
    else:
        lines.append(f"    {cxx.print_declaration(result, 'r')} = {call};")
        after.append(f"    b[{len(function.parameters)}] = shim::Codec<{cxx.print_type(result)}>::out(r);")
    head = ""
    if foreign:
        plain_result = "void *" if isinstance(result, t.Pointer) else cxx.print_type(result)
        head = f'extern "C" {plain_result} {qualified}({", ".join(declared)});\n'
    body = "\n".join([*lines, *after])
    return f'{head}extern "C" void {entry}(shim::Blob *b) {{\n{body}\n}}\n'


def includes() -> str:
    """The headers that shims and printed programs need."""
    return "\n".join(f"#include <{name}>" for name in HEADERS) + "\n"


def build(units: Sequence[tuple[str, str]], flags: Sequence[str] = FLAGS) -> ctypes.CDLL:
    """A library of translation units, each a suffix (``.c``, ``.cpp``) and a text; the compiler's errors are raised."""
    digest = hashlib.sha256(repr((list(units), list(flags))).encode()).hexdigest()[:24]
    CACHE.mkdir(parents=True, exist_ok=True)
    library = CACHE / f"{digest}.so"
    with (CACHE / f"{digest}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not library.exists():
            objects = []
            for i, (suffix, text) in enumerate(units):
                source = CACHE / f"{digest}-{i}{suffix}"
                source.write_text(text)
                objects.append(str(source.with_suffix(f"{suffix}.o")))
                compiler = ["gcc", "-std=gnu11"] if suffix == ".c" else ["g++", "-std=c++20"]
                done = subprocess.run([*compiler, *flags, "-c", str(source), "-o", objects[-1]], capture_output=True,
                                      text=True, check=False, timeout=240)  # fmt: skip
                if done.returncode:
                    raise CompileError(f"{source}\n{done.stderr[:3000]}")
            linked = library.with_suffix(".tmp")
            subprocess.run(["g++", "-shared", *objects, "-o", str(linked), "-lm"], check=True, timeout=240)
            linked.rename(library)
            for path in objects:
                Path(path).unlink()
    return ctypes.CDLL(str(library))


class CompileError(Exception):
    """What the compiler said of a generated program."""


@dataclass(frozen=True)
class Called:
    """What a native call returned and what became of its arguments."""

    result: Any
    arguments: tuple[Any, ...]


def _array(value: Any, dtype: np.dtype[Any]) -> np.ndarray[Any, Any]:
    if isinstance(value, bytes):
        return np.frombuffer(value, dtype=np.uint8).view(dtype).copy()
    if dtype.names == ("items",) and isinstance(value, list | tuple):
        return np.array([(tuple(row) if not isinstance(row, np.ndarray) else row,) for row in value], dtype=dtype)
    if isinstance(value, np.ndarray) and value.dtype != dtype and value.dtype.itemsize != dtype.itemsize:
        return np.ascontiguousarray(value.reshape(-1)).view(dtype).copy()
    return np.array(value, dtype=dtype).reshape(-1)


class Caller:
    """Encodes and decodes the arguments of one function; keeps memory alive during the call."""

    def __init__(self, function: Function, entry: Any) -> None:
        self.function = function
        self.entry = entry

    def __call__(self, arguments: Sequence[Any]) -> Called:
        keep: list[Any] = []
        count = len(self.function.parameters)
        blobs = (Blob * (count + 1))()
        buffers: list[Any] = []
        for i, (symbol, value) in enumerate(zip(self.function.parameters, arguments, strict=True)):
            blobs[i], buffer = self._encode(value, symbol.type, keep)
            buffers.append(buffer)
        self.entry(blobs)
        after = []
        for i, symbol in enumerate(self.function.parameters):
            if isinstance(symbol.type, t.Pointer | t.Array):
                after.append(buffers[i])
            elif isinstance(symbol.type, t.Reference) and not symbol.type.const:
                after.append(self._decode(blobs[i], symbol.type.to))
            else:
                after.append(arguments[i])
        result = None
        if not isinstance(self.function.result, t.Void):
            result = self._decode(blobs[count], t.strip(self.function.result))
        return Called(result, tuple(after))

    def _encode(self, value: Any, type_: t.Type, keep: list[Any]) -> tuple[Blob, Any]:
        type_ = t.strip(type_)
        element = t.element_type(type_)
        if element is None or (isinstance(type_, t.Library) and type_.name == "array"):
            if isinstance(type_, t.Library) and type_.name == "optional":
                inner = type_.args[0]
                assert not isinstance(inner, int)
                return (Blob(None, 0), None) if value is None else self._encode(value, inner, keep)
            dtype = dtype_of(type_)
            assert dtype is not None, type_
            whole = value if not isinstance(value, list) else tuple(value)
            array = np.array((whole,) if dtype.names == ("items",) else whole, dtype=dtype).reshape(1)
        elif value is None:
            return Blob(None, 0), None
        else:
            while isinstance(element, t.Array) and not isinstance(element.extent, int):
                element = element.element
            dtype = dtype_of(element)
            if dtype is None:
                rows = [self._encode(row, element, keep)[0] for row in value]
                block = (Blob * max(1, len(rows)))(*rows)
                keep.append(block)
                return Blob(ctypes.addressof(block), len(rows)), block
            array = _array(value, dtype)
        # one spare element, so that an empty row has an address of its own
        padded = np.zeros(array.size + 1, dtype=array.dtype)
        padded[: array.size] = array
        keep.append(padded)
        return Blob(padded.ctypes.data, array.size), padded[: array.size]

    def _decode(self, blob: Blob, type_: t.Type) -> Any:
        if isinstance(type_, t.Library) and type_.name == "optional":
            inner = type_.args[0]
            assert not isinstance(inner, int)
            return self._decode(blob, inner) if blob.count else None
        if isinstance(type_, t.Library) and type_.name == "tuple":
            parts = ctypes.cast(blob.data, ctypes.POINTER(Blob))
            return tuple(self._decode(parts[i], kind) for i, kind in enumerate(type_.args) if not isinstance(kind, int))
        if isinstance(type_, t.Library) and type_.name == "vector" and type_.args == (t.BOOL,):
            return [bool(c) for c in ctypes.string_at(blob.data, blob.count)]
        element = t.element_type(type_)
        row = element is not None and not (isinstance(type_, t.Library) and type_.name == "array")
        dtype = dtype_of(element if row and element is not None else type_)
        if row and dtype is None:
            assert element is not None
            blobs = ctypes.cast(blob.data, ctypes.POINTER(Blob))
            return [self._decode(blobs[i], element) for i in range(blob.count)]
        assert dtype is not None, type_
        raw = ctypes.string_at(blob.data, blob.count * dtype.itemsize) if blob.count else b""
        array = np.frombuffer(raw, dtype=dtype)
        return array if row else array[0]


def caller(library: ctypes.CDLL, function: Function, entry: str) -> Caller:
    """``entry`` of ``library`` as a callable on Python values."""
    return Caller(function, getattr(library, entry))


def scalars(value: Any) -> list[Any]:
    """The numbers in a value of any form, in order, so that values of two forms can be compared."""
    if isinstance(value, bytes):
        return list(value)
    if isinstance(value, np.ndarray):
        value = value.tolist() if value.dtype != np.longdouble else list(value)
    if isinstance(value, np.void):
        value = value.item()
    if isinstance(value, list | tuple):
        return [x for item in value for x in scalars(item)]
    if isinstance(value, complex | np.complexfloating):
        return [float(value.real), float(value.imag)]
    if isinstance(value, np.generic) and not isinstance(value, np.longdouble):
        value = value.item()
    if isinstance(value, complex):
        return [value.real, value.imag]
    return [int(value) if isinstance(value, bool) else value]


def same(a: Any, b: Any) -> bool:
    """Whether two numbers are the same: NaN is NaN, and zeros have signs."""
    if a is None or b is None:
        return a is b
    if isinstance(a, float | np.floating) and isinstance(b, float | np.floating):
        return (np.isnan(a) and np.isnan(b)) or (a == b and bool(np.signbit(a)) == bool(np.signbit(b)))
    if isinstance(a, int) and isinstance(b, int) and (a < 0) != (b < 0):
        return a % 256 == b % 256 and min(a, b) >= -128 and max(a, b) < 256  # a char as either signedness
    return bool(a == b)


def agree(a: Any, b: Any) -> bool:
    """Whether two values of any forms hold the same numbers."""
    x, y = scalars(a), scalars(b)
    return len(x) == len(y) and all(map(same, x, y))
