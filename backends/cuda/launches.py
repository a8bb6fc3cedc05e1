"""Rewrites CUDA's own syntax so that a C++ compiler reads it: launches, and variables in shared memory.

``kernel<<<grid, block>>>(x)`` becomes a call of ``unseq_cuda::launch``; ``__shared__ float tile[32];`` becomes a
reference to memory that the runtime gives to each block. Every line keeps its number. Works on tokens, so templates,
comments, strings and macros do not confuse it; what it cannot rewrite it says (`NotRewritten`). Knows nothing of names.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_TOKEN = re.compile(
    r"""(?P<blank>\s+|//(?:[^\n\\]|\\.|\\\n)*|/\*.*?\*/)
    |(?P<string>(?:u8|[uUL])?R"(?P<mark>[^()\\\s"]*)\(.*?\)(?P=mark)"|(?:u8|[uUL])?"(?:[^"\\\n]|\\.)*")
    |(?P<word>[A-Za-z_]\w*)
    |(?P<number>\.?\d(?:'?[\w.]|[eEpP][+-])*)
    |(?P<char>'(?:[^'\\\n]|\\.)+')
    |(?P<mark2><<<|>>>|<<=|>>=|<=>|::|->|<<|>>|<=|>=|==|!=|&&|\|\||.)""",
    re.VERBOSE | re.DOTALL,
)
_OPEN = {"(": ")", "[": "]", "{": "}"}
_CLOSE = {close: opened for opened, close in _OPEN.items()}
_HEAD = "::unseq_cuda::"


class NotRewritten(ValueError):
    """A launch or a shared variable that is not understood: ``line`` (from 1) and ``what``."""

    def __init__(self, line: int, what: str) -> None:
        super().__init__(f"line {line}: {what}")
        self.line = line
        self.what = what


@dataclass(frozen=True, slots=True)
class _Token:
    text: str
    at: int
    kind: str

    @property
    def end(self) -> int:
        return self.at + len(self.text)


def host_text(text: str) -> str:
    """The text of a .cu file for a C++ compiler with our headers. Raises NotRewritten."""
    tokens = list(_tokens(text))
    edits = [*_launches(text, tokens), *_shared(text, tokens)]
    for at, end, new in sorted(edits, reverse=True):
        text = text[:at] + new + text[end:]
    return text


_QUALIFIERS = {"__global__", "__device__", "__host__", "__shared__", "__constant__", "__managed__", "__forceinline__",
               "__noinline__", "__grid_constant__"}
_WITH_ARGUMENTS = {"__launch_bounds__", "__align__", "__cluster_dims__", "__maxnreg__"}


def declarations_text(text: str) -> str:
    """The text of a .cu file as plain C++ for who reads declarations: launches become calls, CUDA's qualifiers blanks.
    Every byte keeps its place. Raises NotRewritten."""
    host_text(text)
    tokens = list(_tokens(text))
    blanks = [(token.at, token.end) for token in tokens if token.text in _QUALIFIERS]
    for k, token in enumerate(tokens):
        end = None
        if token.text == "<<<" and token.kind == "mark":
            end = _closing_chevron(tokens, k)
        elif token.text in _WITH_ARGUMENTS and k + 1 < len(tokens) and tokens[k + 1].text == "(":
            end = _closing(tokens, k + 1)
        if end is not None:
            blanks.append((token.at, tokens[end].end))
    for at, end in sorted(blanks, reverse=True):
        hidden = "".join(c if c == "\n" else " " * len(c.encode()) for c in text[at:end])
        text = text[:at] + hidden + text[end:]
    return text


def _tokens(text: str) -> Iterator[_Token]:
    for found in _TOKEN.finditer(text):
        if found.lastgroup != "blank" and found["blank"] is None:
            kind = "word" if found["word"] else "other" if found["mark2"] is None else "mark"
            yield _Token(found.group(), found.start(), kind)


def _line(text: str, at: int) -> int:
    return text.count("\n", 0, at) + 1


# ---- launches ----------------------------------------------------------------------------------------


def _launches(text: str, tokens: list[_Token]) -> Iterator[tuple[int, int, str]]:
    """Edits (start, end, new text): before the kernel, between it and the configuration, and so on."""
    for k, token in enumerate(tokens):
        if token.text != "<<<" or token.kind != "mark":
            continue
        line = _line(text, token.at)
        first = _kernel(tokens, k)
        if first is None:
            raise NotRewritten(line, "a launch of something that is no name of a kernel")
        last = _closing_chevron(tokens, k)
        if last is None:
            raise NotRewritten(line, "a launch whose configuration does not end with >>>")
        if last + 1 >= len(tokens) or tokens[last + 1].text != "(":
            raise NotRewritten(line, "a launch without a list of arguments")
        end = _closing(tokens, last + 1)
        if end is None:
            raise NotRewritten(line, "a launch whose arguments do not end")
        if not 1 <= _commas(tokens, k, last) <= 3:
            raise NotRewritten(line, "a launch is configured by grid, block, shared memory and stream")
        name = re.sub(r"\s+", " ", text[tokens[first].at : tokens[k - 1].end]).replace("\\", "\\\\").replace('"', '\\"')
        start, argument = tokens[first].at, tokens[last + 1]
        yield start, start, f'{_HEAD}launch("{name}", [&](const auto&... unseq_a) UNSEQ_CUDA_BARE {{ '
        yield token.at, token.end, f"(unseq_a...); }}, {_HEAD}Config("
        comma = "" if end == last + 2 else ", "
        yield tokens[last].at, tokens[last].end, ")"
        yield argument.at, argument.end, comma


def _kernel(tokens: list[_Token], k: int) -> int | None:
    """The first token of the kernel that stands before token ``k``: a name, with arguments of a template perhaps, an
    element of something, or anything in parentheses."""
    at = k - 1
    if at < 0:
        return None
    if tokens[at].text in {">", ">>", ">>>"}:
        opened = _opening_angle(tokens, at)
        if opened is None:
            return None
        at = opened - 1
    if tokens[at].text in _CLOSE:
        found = _opening(tokens, at)
        if found is None:
            return None
        if tokens[at].text == ")":
            return found
        at = found - 1
    if at < 0 or tokens[at].kind != "word":
        return None
    while at > 0 and tokens[at - 1].text in {"::", ".", "->"}:
        joint = tokens[at - 1].text
        if at > 1 and tokens[at - 2].text == ">" and joint == "::":
            opened = _opening_angle(tokens, at - 2)
            if opened is None or opened == 0:
                return None
            at = opened - 1
        elif at > 1 and tokens[at - 2].kind == "word" and tokens[at - 2].text not in {"return", "else", "do"}:
            at -= 2
        else:
            return at - 1 if joint == "::" else None
    return at


def _opening_angle(tokens: list[_Token], at: int) -> int | None:
    """The ``<`` that the ``>`` at a place closes."""
    depth = 0
    while at >= 0:
        text = tokens[at].text
        if text in _CLOSE:
            found = _opening(tokens, at)
            if found is None:
                return None
            at = found
        elif text in {">", ">>", ">>>"}:
            depth += len(text)
        elif text == "<":
            depth -= 1
            if depth <= 0:
                return at
        elif text in {";", "{"}:
            return None
        at -= 1
    return None


def _opening(tokens: list[_Token], at: int) -> int | None:
    """The token that opens what the parenthesis, bracket or brace at a place closes."""
    return _partner(tokens, range(at, -1, -1), _CLOSE)


def _closing(tokens: list[_Token], at: int) -> int | None:
    """The token that closes the parenthesis, bracket or brace at a place."""
    return _partner(tokens, range(at, len(tokens)), _OPEN)


def _partner(tokens: list[_Token], places: range, partners: dict[str, str]) -> int | None:
    """Where what stands at the first of some places has its partner, among the others in their order."""
    wanted: list[str] = []
    for k in places:
        if tokens[k].kind != "mark":
            continue
        if tokens[k].text in partners:
            wanted.append(partners[tokens[k].text])
        elif tokens[k].text == wanted[-1]:
            wanted.pop()
            if not wanted:
                return k
    return None


def _closing_chevron(tokens: list[_Token], at: int) -> int | None:
    k = at + 1
    while k < len(tokens):
        text = tokens[k].text
        if text == ">>>" and k + 1 < len(tokens):
            return k
        if text in _OPEN and tokens[k].kind == "mark":
            end = _closing(tokens, k)
            if end is None:
                return None
            k = end
        elif text in {";", ")", "}"} or text == "<<<":
            return None
        k += 1
    return None


def _commas(tokens: list[_Token], at: int, end: int) -> int:
    """Commas between two tokens that stand outside of all brackets, those of templates included."""
    count, depth, k = 0, 0, at + 1
    while k < end:
        text = tokens[k].text
        if text in _OPEN and tokens[k].kind == "mark":
            k = _closing(tokens, k) or end
        elif text == "<" and _is_template(tokens, k, end):
            depth += 1
        elif text == ">" and depth:
            depth -= 1
        elif text == "," and not depth:
            count += 1
        k += 1
    return count


def _is_template(tokens: list[_Token], at: int, end: int) -> bool:
    """Whether a ``<`` after a name opens arguments of a template: it is closed before a call or a brace."""
    for k in range(at + 1, end - 1):
        if tokens[k].text == ">":
            return tokens[k + 1].text in {"(", "{", "::"}
        if tokens[k].text in {"&&", "||", "(", ";"}:
            return False
    return False


# ---- shared memory -----------------------------------------------------------------------------------

_ALIGNMENTS = {"alignas", "__align__", "__attribute__"}
_BEFORE = {"static", "extern", "volatile", "const", *_ALIGNMENTS}


def _shared(text: str, tokens: list[_Token]) -> Iterator[tuple[int, int, str]]:
    """Edits that make a typedef of a declaration, and declare references to what the runtime gives."""
    number = 0
    for k, token in enumerate(tokens):
        if token.text != "__shared__":
            continue
        line = _line(text, token.at)
        first = _declaration(tokens, k)
        end = next((j for j in range(k, len(tokens)) if tokens[j].text == ";"), None)
        if end is None:
            raise NotRewritten(line, "a shared variable whose declaration does not end")
        external = any(tokens[j].text == "extern" for j in range(first, k + 2))
        names = _declared(tokens, k + 1, end)
        if not names:
            raise NotRewritten(line, "a shared variable that is not understood")
        skip = {"static", "extern", "__shared__"}
        j = first
        while j < end:
            if tokens[j].text in skip:
                yield tokens[j].at, tokens[j].end, "typedef" if tokens[j].text == "__shared__" else ""
            elif tokens[j].text in _ALIGNMENTS and j + 1 < end and tokens[j + 1].text == "(":
                closing = _closing(tokens, j + 1)
                if closing is None:
                    raise NotRewritten(line, "a shared variable whose alignment does not end")
                blank = "\n" * text.count("\n", tokens[j].at, tokens[closing].end)
                yield tokens[j].at, tokens[closing].end, blank
                j = closing
            j += 1
        made = []
        for at in names:
            number += 1
            kind = f"unseq_shared_{number}"
            yield tokens[at].at, tokens[at].end, kind
            place = f"dynamic_shared<{kind}>" if external else f"shared<{kind}, {number}>"
            made.append(f" {kind}& {tokens[at].text} = {_HEAD}{place}();")
        yield tokens[end].end, tokens[end].end, "".join(made)


def _declaration(tokens: list[_Token], at: int) -> int:
    """The first token of the declaration in which a token stands."""
    while at > 0 and (tokens[at - 1].kind == "word" or tokens[at - 1].text in {")", ">", ",", "::"}):
        before = at - 1
        if tokens[before].text == ")":
            opened = _opening(tokens, before)
            if opened is None or opened == 0 or tokens[opened - 1].text not in _BEFORE:
                break
            before = opened - 1
        elif tokens[before].text not in _BEFORE:
            break
        at = before
    return at


def _declared(tokens: list[_Token], at: int, end: int) -> list[int]:
    """The names that a declaration declares: in each declarator the last word outside of its brackets."""
    found: list[int] = []
    last: int | None = None
    depth, k = 0, at
    while k < end:
        text = tokens[k].text
        if tokens[k].kind == "mark" and text in _OPEN:
            k = _closing(tokens, k) or end
        elif text == "<":
            depth += 1
        elif text in {">", ">>"} and depth:
            depth -= len(text)
        elif text == "," and depth == 0:
            found += [] if last is None else [last]
            last = None
        elif text == "=":
            return []
        elif tokens[k].kind == "word" and text not in _ALIGNMENTS:
            last = k
        k += 1
    return found + ([] if last is None else [last])
