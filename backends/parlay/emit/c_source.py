"""C source text as C++: linkage and the syntax that C++ does not have.

Works on the text of the whole file, the functions that no plan changes included.  What C++ cannot take over is
refused; nothing here changes what the program computes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from unseq.backends.parlay.cxx_types import print_type, spellable
from unseq.backends.parlay.emit.edits import Edit
from unseq.backends.parlay.emit.preamble import insertion_point
from unseq.backends.parlay.emit.tokens import Token, tokens
from unseq.frontend.ir import types as t
from unseq.frontend.ir.nodes import Cast, Function
from unseq.frontend.ir.walk import expressions
from unseq.frontend.lower import functions, lower
from unseq.frontend.source import NOWHERE, InputError, SourceUnit, Span, Unsupported

_WORDS = {
    "restrict": "__restrict__",
    "__restrict": "__restrict__",
    "_Bool": "bool",
    "_Static_assert": "static_assert",
    "_Noreturn": "[[noreturn]]",
    "_Alignas": "alignas",
    "_Alignof": "alignof",
    "_Thread_local": "thread_local",
}
_CPP_KEYWORDS = frozenset({
    "and", "and_eq", "bitand", "bitor", "catch", "class", "compl", "concept", "const_cast", "constexpr", "decltype",
    "delete", "dynamic_cast", "explicit", "export", "friend", "mutable", "namespace", "new", "noexcept", "not",
    "not_eq", "nullptr", "operator", "or", "or_eq", "private", "protected", "public", "reinterpret_cast", "requires",
    "static_cast", "template", "this", "throw", "try", "typeid", "typename", "using", "virtual", "xor", "xor_eq",
    "co_await", "co_return", "co_yield", "consteval", "constinit",
})  # fmt: skip
_ALLOCATION = re.compile(
    rb"(?P<type>\b(?:struct[ \t]+|union[ \t]+|unsigned[ \t]+|const[ \t]+)*\w+[ \t]*\*+)[ \t]*(?P<name>\w+)[ \t]*=[ \t]*"
    rb"(?=(?:malloc|calloc|realloc)[ \t]*\()"
)
_REASSIGNED = re.compile(
    rb"(?<![\w\]*])(?P<place>\w+(?:(?:->|\.)\w+)*)[ \t]*=[ \t]*(?=(?:malloc|calloc|realloc)[ \t]*\()"
)


def conversions(unit: SourceUnit) -> tuple[Edit, ...]:
    """The edits of words and pointers that make a C file a C++ file; linkage is ``linkage``'s."""
    return (*_words(unit), *_pointers(unit))


# --- words ---------------------------------------------------------------------------------------------------------


def _words(unit: SourceUnit) -> Iterator[Edit]:
    exported = {head.name for head in functions(unit)}
    all_tokens = list(tokens(unit.text))
    names = {token.text for token in all_tokens if token.is_word}
    before: Token | None = None
    for position, token in enumerate(all_tokens):
        if token.text in _WORDS:
            yield Edit(token.start, token.end, _WORDS[token.text])
        elif token.text in _CPP_KEYWORDS:
            if token.text in exported:
                raise Unsupported(_span(unit, token), f"a function named {token.text}, a keyword of C++", "rename it")
            new = token.text + "_"
            while new in names:
                new += "_"
            yield Edit(token.start, token.end, new)
        elif token.text == "_Complex" or token.text == "_Generic":
            raise Unsupported(_span(unit, token), f"{token.text} has no form in C++", "write it without")
        elif token.text == "[" and before is not None and before.text in "{," and _designates(all_tokens, position):
            raise Unsupported(_span(unit, token), "an array initialiser with subscripts has no form in C++",
                              "write all elements in order")  # fmt: skip
        before = token


def _designates(all_tokens: Sequence[Token], position: int) -> bool:
    """Whether a bracket opens ``[3] = value`` in a braced list."""
    for token, after in zip(all_tokens[position:], all_tokens[position + 1 :], strict=False):
        if token.text == "]":
            return after.text == "="
    return False


def _span(unit: SourceUnit, token: Token) -> Span:
    line = unit.text.count(b"\n", 0, token.start) + 1
    column = token.start - unit.text.rfind(b"\n", 0, token.start)
    return Span(token.start, token.end, line, column, line, str(unit.path))


# --- pointers ------------------------------------------------------------------------------------------------------


def _pointers(unit: SourceUnit) -> Iterator[Edit]:
    """Casts where C converts ``void *`` to another pointer by itself."""
    for head in functions(unit):
        try:
            function = lower(unit, head.name)
        except (Unsupported, InputError):
            yield from _allocations(unit.text, head.span)
            continue
        yield from _implicit(function)


def _implicit(function: Function) -> Iterator[Edit]:
    seen: set[int] = set()
    for e in expressions(function):
        if not isinstance(e, Cast) or not e.implicit or not isinstance(e.type, t.Pointer) or e.operand.span == NOWHERE:
            continue
        given = e.operand.type
        from_void = isinstance(given, t.Pointer) and isinstance(given.to, t.Void) and not isinstance(e.type.to, t.Void)
        if from_void and e.operand.span.start not in seen and spellable(e.type):
            seen.add(e.operand.span.start)
            yield Edit(e.operand.span.start, e.operand.span.start, f"({print_type(e.type)}) ")


def _allocations(source: bytes, within: Span) -> Iterator[Edit]:
    """The common forms, in functions that cannot be lowered."""
    declared: set[int] = set()
    for match in _ALLOCATION.finditer(source, within.start, within.end):
        declared.add(match.end())
        type_ = match["type"].decode().strip()
        if type_.startswith("return"):
            continue
        yield Edit(match.end(), match.end(), f"({type_}) ")
    for match in _REASSIGNED.finditer(source, within.start, within.end):
        if match.end() not in declared:
            yield Edit(match.end(), match.end(), f"(decltype({match['place'].decode()})) ")


# --- linkage -------------------------------------------------------------------------------------------------------


def linkage(unit: SourceUnit) -> list[Edit]:
    """``extern "C"`` on each function, or around all of the file where it also declares functions."""
    source = unit.text
    if _has_prototypes(source):
        at = insertion_point(source, len(source))
        end = len(source)
        closing = '}  // extern "C"\n' if source.endswith(b"\n") else '\n}  // extern "C"\n'
        return [Edit(at, at, '\nextern "C" {\n'), Edit(end, end, "\n" + closing)]
    found = []
    for head in functions(unit):
        words = [token.text for token in tokens(source[head.span.start : head.span.end]) if token.depth == 0]
        before = words[: words.index("(")] if "(" in words else words
        if "static" not in before and head.name != "main":
            found.append(Edit(head.span.start, head.span.start, 'extern "C" '))
    return found


def _has_prototypes(source: bytes) -> bool:
    """Whether something at file scope ends in ``);``."""
    last = ""
    for token in tokens(source):
        if token.depth == 0 and token.text == ";" and last == ")":
            return True
        last = token.text
    return False
