"""The conditions of `#if`: integer expressions over macros.

A condition is true, false or undecided: a name that some header or compiler may define decides nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable

# What g++ on 64-bit Linux defines without flags, as far as sources ask for it.
PREDEFINED = {
    b"__GNUC__": b"12", b"__GNUC_MINOR__": b"2", b"__x86_64__": b"1", b"__x86_64": b"1", b"__amd64__": b"1",
    b"__linux__": b"1", b"__linux": b"1", b"__unix__": b"1", b"__unix": b"1", b"__LP64__": b"1",
    b"_LP64": b"1", b"__CHAR_BIT__": b"8", b"__SIZEOF_INT__": b"4", b"__SIZEOF_LONG__": b"8",
    b"__SIZEOF_POINTER__": b"8", b"__STDC__": b"1", b"__SSE2__": b"1", b"__ELF__": b"1",
}  # fmt: skip
PREDEFINED_C = {b"__STDC_VERSION__": b"201710L"}
PREDEFINED_CPP = {b"__cplusplus": b"202002L", b"__EXCEPTIONS": b"1", b"__GNUG__": b"12"}
# Other systems, other compilers, and extensions that no flag of ours turns on.
NEVER_DEFINED = frozenset(
    b"""_WIN32 _WIN64 WIN32 __WIN32__ _MSC_VER __MINGW32__ __MINGW64__ __CYGWIN__ __APPLE__ __MACH__ __clang__
    __INTEL_COMPILER __ICC __INTEL_LLVM_COMPILER __CUDACC__ __CUDA_ARCH__ __NVCC__ __HIPCC__ __HIP_PLATFORM_AMD__
    _OPENMP _OPENACC __OPENCL_VERSION__ __ARM_NEON __ARM_NEON__ __arm__ __aarch64__ __powerpc__ __powerpc64__ __mips__
    __sparc__ __riscv __i386__ _M_IX86 _M_X64 __FreeBSD__ __NetBSD__ __OpenBSD__ __ANDROID__ __EMSCRIPTEN__ __sun
    __BORLANDC__ __TINYC__ __STDC_NO_VLA__ __STRICT_ANSI__ __SANITIZE_ADDRESS__ __SANITIZE_THREAD__ __wasm__
    __AVX__ __AVX2__ __AVX512F__ __FMA__ __SSE4_2__ __SSE4_1__ __SSSE3__ __SSE3__ __FAST_MATH__""".split()
)

_TOKEN = re.compile(
    rb"\s*(?:(?P<number>0[xX][0-9a-fA-F]+|\d+)[uUlL]*|(?P<word>[A-Za-z_]\w*)|'(?P<char>[^'\\])'|"
    rb"(?P<op>&&|\|\||==|!=|<=|>=|<<|>>|[-+*/%<>!~&|^?:()]))"
)
_PRECEDENCE = {
    b"||": 1, b"&&": 2, b"|": 3, b"^": 4, b"&": 5, b"==": 6, b"!=": 6, b"<": 7, b"<=": 7, b">": 7, b">=": 7,
    b"<<": 8, b">>": 8, b"+": 9, b"-": 9, b"*": 10, b"/": 10, b"%": 10,
}  # fmt: skip


class Undecided(Exception):
    """Whether the condition holds cannot be told."""


class _Evaluator:
    def __init__(self, text: bytes, value_of: Callable[[bytes], int]) -> None:
        self._tokens: list[tuple[str, bytes]] = []
        self._at = 0
        self._value_of = value_of
        position = 0
        text = text.strip()
        while position < len(text):
            match = _TOKEN.match(text, position)
            if match is None or len(self._tokens) > 500:
                raise Undecided
            self._tokens.append((str(match.lastgroup), match[str(match.lastgroup)]))
            position = match.end()

    def whole(self) -> int:
        value = self._ternary()
        if self._at != len(self._tokens):
            raise Undecided
        return value

    def _peek(self) -> bytes:
        return self._tokens[self._at][1] if self._at < len(self._tokens) else b""

    def _ternary(self) -> int:
        condition = self._binary(1)
        if self._peek() != b"?":
            return condition
        self._at += 1
        yes = self._ternary()
        if self._peek() != b":":
            raise Undecided
        self._at += 1
        no = self._ternary()
        return yes if condition else no

    def _binary(self, least: int) -> int:
        left = self._unary()
        while (precedence := _PRECEDENCE.get(self._peek(), 0)) >= least:
            op = self._tokens[self._at][1]
            self._at += 1
            before = self._at
            try:
                right = self._binary(precedence + 1)
            except Undecided:
                # `defined(A) && A > 3` is decided when A is not defined.
                if (op == b"&&" and not left) or (op == b"||" and left):
                    self._at = before
                    self._skip(precedence + 1)
                    right = 0
                else:
                    raise
            left = _apply(op, left, right)
        return left

    def _skip(self, least: int) -> None:
        depth = 0
        while self._at < len(self._tokens):
            kind, token = self._tokens[self._at]
            if kind == "op":
                depth += (token == b"(") - (token == b")")
                if depth < 0 or (depth == 0 and token in (b"?", b":")):
                    return
                if depth == 0 and 0 < _PRECEDENCE.get(token, 99) < least:
                    return
            self._at += 1

    def _unary(self) -> int:
        if self._at >= len(self._tokens):
            raise Undecided
        kind, token = self._tokens[self._at]
        self._at += 1
        if kind == "number":
            return int(token, 0 if token[:2] in (b"0x", b"0X") else 8 if token[:1] == b"0" and len(token) > 1 else 10)
        if kind == "char":
            return token[0]
        if kind == "word":
            return self._value_of(token)
        if token == b"(":
            value = self._ternary()
            if self._peek() != b")":
                raise Undecided
            self._at += 1
            return value
        if token in (b"-", b"+", b"!", b"~"):
            value = self._unary()
            return {b"-": -value, b"+": value, b"!": int(not value), b"~": ~value}[token]
        raise Undecided


def _apply(op: bytes, a: int, b: int) -> int:
    if op in (b"/", b"%"):
        if b == 0:
            raise Undecided
        quotient = abs(a) // abs(b) * (1 if (a < 0) == (b < 0) else -1)
        return quotient if op == b"/" else a - b * quotient
    if op in (b"<<", b">>"):
        if not 0 <= b < 64:
            raise Undecided
        return a << b if op == b"<<" else a >> b
    table: dict[bytes, int] = {
        b"||": int(bool(a or b)), b"&&": int(bool(a and b)), b"|": a | b, b"^": a ^ b, b"&": a & b, b"==": int(a == b),
        b"!=": int(a != b), b"<": int(a < b), b"<=": int(a <= b), b">": int(a > b), b">=": int(a >= b), b"+": a + b,
        b"-": a - b, b"*": a * b,
    }  # fmt: skip
    return table[op]


def evaluate(text: bytes, value_of: Callable[[bytes], int]) -> int:
    """The value of a condition after macro expansion; ``value_of`` gives that of a name that is left.

    Raises ``Undecided`` for what it cannot tell."""
    try:
        return _Evaluator(text, value_of).whole()
    except (ValueError, RecursionError) as error:
        raise Undecided from error
