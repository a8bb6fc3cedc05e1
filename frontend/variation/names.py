"""Other names for everything that a file names itself.

One map for the whole file: functions with a body, parameters, variables, fields, types, enumerators and macros get new
names; what the standard library or another file names keeps its own.  Works on tokens, so that macros, comments and
layout stay as they are.  Knows nothing of scopes: equal names stay equal, different ones stay different.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Mapping

from unseq.frontend.lower import parse
from unseq.frontend.slotted import dataclass
from unseq.frontend.source import SourceUnit
from unseq.frontend.syntax.index import declared_name, function_declarator
from unseq.frontend.syntax.tree import Node, below
from unseq.frontend.variation.edits import Edit, apply

_TOKEN = re.compile(
    r'//[^\n]*|/\*.*?\*/|R"(?P<d>[^()\s]*)\(.*?\)(?P=d)"|"(?:[^"\\\n]|\\.)*"|\'(?:[^\'\\\n]|\\.)*\''
    r"|^[ \t]*#[ \t]*(?:include|pragma|error|line)[^\n]*|^[ \t]*#[ \t]*\w+|\d[\w.']*|(?P<word>[A-Za-z_]\w*)|::|->|\S",
    re.S | re.M,
)
_DEFINE = re.compile(r"^[ \t]*#[ \t]*define[ \t]+(\w+)(?:\(([^)]*)\))?", re.M)
_DECLARES = {
    "parameter_declaration", "optional_parameter_declaration", "init_declarator", "declaration", "field_declaration",
    "for_range_loop", "type_definition",
}  # fmt: skip
_NAMES = {"identifier", "field_identifier", "type_identifier"}

# Members of the standard library, and words that mean something to the compiler or its headers.
_RESERVED = frozenset(re.findall(r"\w+", """
alignas alignof and asm auto bool break case catch char class compl concept const consteval constexpr  continue
decltype default delete do double else enum explicit export extern false float for friend goto if  inline int long
main mutable namespace new noexcept not nullptr operator or private protected public  register requires restrict
return short signed sizeof static struct switch template this throw true try  typedef typeid typename union unsigned
using virtual void volatile while xor complex imaginary first second  size begin end data empty front back push_back
pop_back push pop top insert erase clear resize reserve  assign at find count real imag value value_type length
substr append emplace emplace_back swap rbegin rend  cbegin cend min max lowest epsilon infinity get fill quiet_NaN
npos has_value
"""))
_STEMS = (
    "amount", "area", "band", "batch", "block", "bound", "cell", "chain", "chunk", "code", "cost", "cursor", "delta",
    "depth", "edge", "entry", "factor", "field", "frame", "gain", "grid", "group", "height", "item", "kept", "known",
    "label", "layer", "level", "limit", "line", "mass", "mark", "measure", "node", "offset", "other", "outcome", "pack",
    "part", "pixel", "place", "point", "probe", "quota", "rate", "record", "region", "rest", "reward", "room", "row",
    "sample", "score", "seat", "shade", "share", "shift", "side", "slot", "source", "state", "step", "stock", "store",
    "strip", "table", "tally", "target", "term", "token", "track", "trial", "unit", "volume", "wave", "weight", "width",
    "zone",
)  # fmt: skip
_SECOND = ("now", "old", "left", "right", "up", "in", "out", "ref", "base", "sub", "all", "one", "raw", "used", "next")
_SHORT = tuple("bcdefghklmpqrstuvwz")
_VERBS = ("do", "make", "run", "apply", "work", "handle", "compute", "update", "visit", "process")


@dataclass(frozen=True, slots=True)
class Renamed:
    """A file and what became of each name."""

    unit: SourceUnit
    names: Mapping[str, str]


def rename(unit: SourceUnit, rng: random.Random, keep: frozenset[str] = frozenset()) -> Renamed | None:
    """The file with other names for all that is its own, except ``keep``; None if it has nothing to rename.

    Files with local headers are left alone: their names are not this file's."""
    tree = parse(unit).scope.tree
    if any(piece.macro == "" and piece.end > piece.start for piece in tree.pre.text.pieces):
        return None
    text = unit.text.decode("utf-8")
    kinds = _declared(tree.root, tree.text)
    for macro in _DEFINE.finditer(text):
        kinds.setdefault(macro[1], "macro")
        for parameter in re.findall(r"\w+", macro[2] or ""):
            kinds.setdefault(parameter, "variable")
    imported = bool(re.search(r"using\s+namespace", text))
    tokens = list(_tokens(text))
    foreign = {word for _, word, role in tokens if role == "standard"} if imported else set()
    fields = {name for name, kind in kinds.items() if kind == "field"}
    own = {n for n in kinds if n not in _RESERVED and n not in keep and n not in foreign and not n.startswith("__")}
    if not own:
        return None
    taken = {word for _, word, _ in tokens} | _RESERVED
    names: dict[str, str] = {}
    for name in sorted(own):
        names[name] = _new_name(kinds[name], name, taken, rng)
        taken.add(names[name])
    edits = []
    for at, word, role in tokens:
        ours = word in names and role != "standard" and (role != "member" or word in fields)
        if ours:
            start = len(text[:at].encode())
            edits.append(Edit(start, start + len(word.encode()), names[word]))
    return Renamed(apply(unit, edits), names)


def renamed(unit: SourceUnit, rng: random.Random) -> SourceUnit | None:
    """As ``rename``, all names."""
    found = rename(unit, rng)
    return found.unit if found is not None else None


def _tokens(text: str) -> Iterator[tuple[int, str, str]]:
    """The words of a file: offset, text, and ``member`` behind a dot or arrow, ``standard`` behind ``std::``."""
    before = [("", ""), ("", "")]  # the two tokens before and the role of each
    for match in _TOKEN.finditer(text):
        token, word = match[0], match["word"]
        if token.startswith(("//", "/*")):
            continue
        role = ""
        if word is not None:
            if before[-1][0] in (".", "->"):
                role = "member"
            elif (before[-1][0] == "::" and (before[-2][0] == "std" or before[-2][1] == "standard")) or word == "std":
                role = "standard"
            yield match.start(), word, role
        before = [before[-1], (token, role)]


def _declared(root: Node, text: object) -> dict[str, str]:
    """Every name that the file declares, and what kind of thing it is."""
    assert callable(text)
    found: dict[str, str] = {}

    def note(name: Node | None, kind: str) -> None:
        if name is not None and name.type in _NAMES:
            word = text(name)
            if kind == "field" or found.get(word) != "field":
                found[word] = kind

    external: set[str] = set()
    for node in below(root):
        kind = node.type
        if kind == "function_definition":
            declarator = node.child_by_field_name("declarator")
            note(declared_name(declarator) if declarator is not None else None, "function")
        elif kind in _DECLARES:
            for declarator in node.children_by_field_name("declarator"):
                name = declared_name(declarator)
                prototype = function_declarator(declarator) is not None and not _inside(node)
                if kind == "declaration" and prototype:
                    if name is not None:
                        external.add(text(name))
                    continue
                what = {"field_declaration": "field", "type_definition": "type"}.get(kind, "variable")
                note(name, what)
                if declarator.type == "structured_binding_declarator":
                    for child in declarator.named_children:
                        note(child, "variable")
        elif kind in ("struct_specifier", "class_specifier", "union_specifier", "enum_specifier"):
            if node.child_by_field_name("body") is not None:
                note(node.child_by_field_name("name"), "type")
        elif kind in ("enumerator", "alias_declaration"):
            note(node.child_by_field_name("name"), "macro" if kind == "enumerator" else "type")
        elif kind in ("type_parameter_declaration", "structured_binding_declarator"):
            for child in node.named_children:
                note(child, "type" if kind.startswith("type") else "variable")
    # a prototype alone names something of another file
    return {name: what for name, what in found.items() if name not in external or what == "function"}


def _inside(node: Node) -> bool:
    """Whether a declaration stands in a function's body, where ``rows v(n)`` is a variable."""
    return node.parent is not None and node.parent.type == "compound_statement"


def _new_name(kind: str, old: str, taken: set[str], rng: random.Random) -> str:
    for _ in range(1000):
        words = [rng.choice(_STEMS), rng.choice(_SECOND)]
        if kind == "function":
            words = [rng.choice(_VERBS), rng.choice(_STEMS), *rng.choice([[], [rng.choice(_SECOND)]])]
        elif kind == "variable" and rng.random() < 0.3:
            words = [rng.choice(_SHORT)]
        elif rng.random() < 0.5:
            words = words[:1]
        if kind == "macro":
            name = "_".join(words).upper()
        elif kind == "type":
            name = "".join(word.title() for word in words)
        else:
            name = rng.choice(["_".join(words), words[0] + "".join(word.title() for word in words[1:])])
        if name not in taken:
            return name
    return f"{old}_{len(taken)}"
