"""Numbers, characters and strings as C and C++ write them."""

from __future__ import annotations

import re
import struct

from unseq.frontend.ir.nodes import Expr, Literal, Unary
from unseq.frontend.ir.types import BOOL, CHAR, DOUBLE, FLOAT, INT, LONG, UNSIGNED, VOID, Array, Int, Pointer
from unseq.frontend.source import Span
from unseq.frontend.syntax.builtin_types import LONG_DOUBLE
from unseq.frontend.syntax.context import Context
from unseq.frontend.syntax.conversions import overflow_of
from unseq.frontend.syntax.tree import Node

_INTEGER = re.compile(r"(0[xX][0-9a-fA-F]+|0[bB][01]+|\d+)([uUlLzZ]*)")
_FLOAT = re.compile(r"((?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)([fFlL]?)")
_HEX_FLOAT = re.compile(r"(0[xX](?:[0-9a-fA-F]+\.?[0-9a-fA-F]*|\.[0-9a-fA-F]+)[pP][+-]?\d+)([fFlL]?)")
_SUFFIXES = {"", "u", "l", "ul", "lu", "ll", "ull", "llu", "z", "uz", "zu"}
_ESCAPE = re.compile(r"\\(?:([abefnrtv\\'\"?])|x([0-9a-fA-F]+)|([0-7]{1,3})|(.))", re.S)
_PLAIN = {"a": 7, "b": 8, "e": 27, "f": 12, "n": 10, "r": 13, "t": 9, "v": 11, "\\": 92, "'": 39, '"': 34, "?": 63}
_UNSIGNED_LONG = Int(64, False, "unsigned long")


def to_float32(value: float) -> float:
    """``value`` rounded to binary32."""
    try:
        rounded: float = struct.unpack("f", struct.pack("f", value))[0]
    except OverflowError:
        return float("inf") if value > 0 else float("-inf")
    return rounded


def number(ctx: Context, node: Node) -> Expr:
    """A number; the grammar takes a sign before one for a part of it."""
    written, span = ctx.text(node), ctx.span(node)
    if written[:1].isalpha() or written[:1] == "_":  # a variable that only the grammar was shown as a number
        return ctx.dialect.expressions["identifier"](ctx, node)
    digits = written.lstrip("+-")
    literal = read_number(digits, span)
    if literal is None or len(written) > len(digits) + 1:
        raise ctx.refuse(node, f"the number '{written[:40]}'", "write a plain decimal or hexadecimal number")
    macro = ctx.tree.macro(node)
    if written == digits:
        return Literal(literal.value, literal.type, macro or written, span)
    if written[0] == "+":
        return Literal(literal.value, literal.type, digits, span)
    if not macro and span.end > span.start:
        inner = Span(span.start + 1, span.end, span.line, span.column + 1, span.line, span.file)
    else:
        inner = Span(span.start, span.start, span.line, span.column, span.line, span.file)
    operand = Literal(literal.value, literal.type, digits, inner)
    return Unary("-", operand, literal.type, overflow_of(literal.type), span)


def read_number(written: str, span: Span) -> Literal | None:
    """A numeric literal; None for what is none."""
    text = written.replace("'", "")
    if match := _INTEGER.fullmatch(text):
        digits, suffix = match[1], match[2].lower()
        if suffix not in _SUFFIXES or ("lL" in match[2] or "Ll" in match[2]):
            return None
        prefix = digits[:2].lower()
        base = 16 if prefix == "0x" else 2 if prefix == "0b" else 8 if digits[0] == "0" else 10
        if len(digits) > 70 or (base == 8 and ("8" in digits or "9" in digits)):
            return None
        value = int(digits[2:] if base in (16, 2) else digits, base)
        type_ = _integer_type(value, base, suffix)
        return Literal(value, type_, written, span) if type_ is not None else None
    match = _HEX_FLOAT.fullmatch(text) or _FLOAT.fullmatch(text)
    if match is None:
        return None
    try:
        real = float.fromhex(match[1]) if match[1][:2].lower() == "0x" else float(match[1])
    except OverflowError:
        return None
    kind = match[2].lower()
    if kind == "f":
        return Literal(to_float32(real), FLOAT, written, span)
    return Literal(real, LONG_DOUBLE if kind == "l" else DOUBLE, written, span)


def _integer_type(value: int, base: int, suffix: str) -> Int | None:
    unsigned = "u" in suffix
    wide = "l" in suffix or "z" in suffix
    if not wide and not unsigned and value < 2**31:
        return INT
    if not wide and value < 2**32 and (unsigned or base != 10):
        return UNSIGNED
    if not unsigned and value < 2**63:
        return Int(64, True, "long long") if "ll" in suffix else LONG
    if value < 2**64 and (unsigned or base != 10):
        return Int(64, False, "unsigned long long") if "ll" in suffix else _UNSIGNED_LONG
    return None


def unescape(text: str) -> bytes | None:
    """The bytes that a string or character literal's inside stands for; None for escapes that are not known."""
    out = bytearray()
    position = 0
    for match in _ESCAPE.finditer(text):
        out += text[position : match.start()].encode()
        position = match.end()
        if match[1]:
            out.append(_PLAIN[match[1]])
        elif match[2] or match[3]:
            code = int(match[2], 16) if match[2] else int(match[3], 8)
            if code > 255:
                return None
            out.append(code)
        elif match[4] != "\n":
            return None
    return bytes(out + text[position:].encode())


def character(ctx: Context, node: Node) -> Literal:
    text = ctx.text(node)
    inside = unescape(text[1:-1]) if text[:1] == "'" and text[-1:] == "'" and len(text) > 2 else None
    if inside is None or len(inside) != 1:
        raise ctx.refuse(node, f"the character literal {text[:20]}", "use a plain one-byte character or a number")
    value = inside[0] - 256 if inside[0] > 127 else inside[0]
    return Literal(value, CHAR if ctx.cpp else INT, ctx.tree.macro(node) or text, ctx.span(node))


def string(ctx: Context, node: Node) -> Literal:
    """A string literal, or several in a row; its type is the array's."""
    parts = [child for child in node.named_children if child.type != "comment"]
    parts = parts if node.type == "concatenated_string" else [node]
    value = b""
    for part in parts:
        text = ctx.text(part)
        inside = unescape(text[1:-1]) if part.type == "string_literal" and text[:1] == '"' else None
        if part.type == "raw_string_literal" and text.startswith('R"'):
            opening = text.index("(")
            inside = text[opening + 1 : -(opening - 1) - 1].encode()
        if inside is None:
            raise ctx.refuse(part, f"the string literal {text[:20]}", "use a plain narrow string")
        value += inside
    shown = value.decode("utf-8", "surrogateescape")
    return Literal(shown, Array(CHAR, len(value) + 1), ctx.text(node), ctx.span(node))


def true(ctx: Context, node: Node) -> Literal:
    return Literal(True, BOOL, "true", ctx.span(node)) if ctx.cpp else Literal(1, INT, "1", ctx.span(node))


def false(ctx: Context, node: Node) -> Literal:
    return Literal(False, BOOL, "false", ctx.span(node)) if ctx.cpp else Literal(0, INT, "0", ctx.span(node))


def null(ctx: Context, node: Node) -> Literal:
    return Literal(None, Pointer(VOID), ctx.text(node), ctx.span(node))
