"""The names of built-in types and of those that C's headers give."""

from __future__ import annotations

from unseq.frontend.ir.types import (
    BOOL,
    CHAR,
    DOUBLE,
    FLOAT,
    INT,
    LONG,
    PTRDIFF,
    SIZE,
    UNSIGNED,
    VOID,
    Float,
    Int,
    Opaque,
    Type,
)

LONG_DOUBLE = Float(80)
_SIGNED_8 = Int(8, True, "signed char")
_FIXED = {
    f"{'' if signed else 'u'}int{kind}{bits}_t": Int(64 if kind == "_fast" and bits > 8 else bits, signed,
                                                      f"{'' if signed else 'u'}int{kind}{bits}_t")
    for signed in (True, False) for kind in ("", "_least", "_fast") for bits in (8, 16, 32, 64)
}  # fmt: skip

BUILTIN: dict[str, Type] = {
    "void": VOID, "bool": BOOL, "_Bool": BOOL, "char": CHAR, "int": INT, "float": FLOAT, "double": DOUBLE,
    "size_t": SIZE, "ptrdiff_t": PTRDIFF, **_FIXED,
}  # fmt: skip

# Named by a header, or by the system's types that the usual headers bring along.
FROM_HEADERS: dict[str, Type] = {
    "ssize_t": Int(64, True, "ssize_t"), "intptr_t": Int(64, True, "intptr_t"),
    "uintptr_t": Int(64, False, "uintptr_t"), "intmax_t": Int(64, True, "intmax_t"),
    "uintmax_t": Int(64, False, "uintmax_t"), "time_t": Int(64, True, "time_t"), "clock_t": Int(64, True, "clock_t"),
    "off_t": Int(64, True, "off_t"), "wchar_t": Int(32, True, "wchar_t"), "char8_t": Int(8, False, "char8_t"),
    "char16_t": Int(16, False, "char16_t"), "char32_t": Int(32, False, "char32_t"),
    "uint": Int(32, False, "uint"), "ulong": Int(64, False, "ulong"), "ushort": Int(16, False, "ushort"),
    "u_int": Int(32, False, "u_int"), "__int128": Int(128, True, "__int128"),
    "__int128_t": Int(128, True, "__int128_t"), "__uint128_t": Int(128, False, "__uint128_t"),
    "float_t": FLOAT, "double_t": DOUBLE, "FILE": Opaque("FILE"),
}  # fmt: skip


def sized(words: list[str]) -> Type | None:
    """The type of ``unsigned long int`` and its like, in any order."""
    left = list(words)
    longs = left.count("long")
    signed = "unsigned" not in left
    explicit = "signed" in left
    short = "short" in left
    left = [word for word in left if word not in ("long", "unsigned", "signed", "short")]
    base = left[0] if left else "int"
    if len(left) > 1 or longs > 2 or (short and longs):
        return None
    if base == "double":
        return LONG_DOUBLE if longs == 1 and signed and not explicit else None
    if base == "char":
        if longs or short:
            return None
        return (_SIGNED_8 if explicit else CHAR) if signed else Int(8, False, "unsigned char")
    if base == "__int128":
        return Int(128, signed, "__int128" if signed else "unsigned __int128")
    if base != "int":
        return None
    prefix = "" if signed else "unsigned "
    if short:
        return Int(16, signed, prefix + "short")
    if longs:
        return Int(64, signed, prefix + " ".join(["long"] * longs))
    return INT if signed else UNSIGNED


__all__ = ["BUILTIN", "FROM_HEADERS", "LONG", "LONG_DOUBLE", "sized"]
