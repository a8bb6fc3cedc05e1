"""Types as declarations write them: specifiers, declarators, typedefs, records, enumerations.

Knows C's declaration syntax, which C++ extends through its dialect's ``types``; knows no expressions but the
extents of arrays and the values of enumerators.
"""

from __future__ import annotations

from collections.abc import Iterator

from unseq.frontend.ir.nodes import Expr, Storage, Symbol
from unseq.frontend.ir.types import (
    Array,
    Bool,
    Callable,
    Int,
    Opaque,
    Pointer,
    Reference,
    Type,
)
from unseq.frontend.slotted import dataclass
from unseq.frontend.source import Unsupported
from unseq.frontend.syntax.builtin_types import BUILTIN, FROM_HEADERS, sized
from unseq.frontend.syntax.constants import constant_value
from unseq.frontend.syntax.context import Context, Qualified
from unseq.frontend.syntax.index import NamedSite, declared_name
from unseq.frontend.syntax.tree import Node

_IGNORED = {"inline", "register", "typedef", "extern", "static", "__inline", "__inline__"}
_POINTERS = {"pointer_declarator", "abstract_pointer_declarator"}
_ARRAYS = {"array_declarator", "abstract_array_declarator"}
_FUNCTIONS = {"function_declarator", "abstract_function_declarator"}
_PARENTHESES = {"parenthesized_declarator", "abstract_parenthesized_declarator"}
_REFERENCES = {"reference_declarator", "abstract_reference_declarator"}
_LEAVES = {"identifier", "field_identifier", "type_identifier", "qualified_identifier", "operator_name",
           "primitive_type", "structured_binding_declarator", "template_function"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Specifiers:
    """What stands left of the declarators."""

    type: Type
    const: bool
    static: bool
    extern: bool
    constexpr: bool


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter as declared; its symbol's name is '' for an unnamed one."""

    symbol: Symbol
    node: Node
    default: Node | None = None

    @property
    def type(self) -> Type:
        return self.symbol.type


def specifiers(ctx: Context, node: Node) -> Specifiers:
    """The type and storage that a declaration-like node gives to its declarators."""
    const = static = extern = constexpr = False
    for child in node.children:
        kind = child.type
        if kind == "type_qualifier":
            word = ctx.text(child).split("(")[0].strip()
            if word in ("volatile", "_Atomic", "__volatile__", "__volatile"):
                if ctx.tree.pre.text.macro(child.start_byte, child.end_byte) == "complex":
                    raise ctx.refuse(child, "a complex number of C", "use std::complex in C++")
                raise ctx.refuse(child, f"a {word} variable", "remove the qualifier where no device or signal needs it")
            const = const or word in ("const", "constexpr", "__const")
            constexpr = constexpr or word == "constexpr"
        elif kind == "storage_class_specifier":
            word = ctx.text(child)
            if word not in _IGNORED:
                raise ctx.refuse(child, f"a {word} variable", "use an ordinary variable")
            static, extern = static or word == "static", extern or word == "extern"
        elif kind in ("ms_declspec_modifier", "ms_based_modifier", "ms_call_modifier"):
            raise ctx.refuse(child, "a Microsoft extension", "remove it")
        elif kind == "alignas_qualifier" or kind == "explicit_function_specifier":
            continue
    written = node.child_by_field_name("type")
    if written is None:
        raise ctx.refuse(node, "a declaration without a type", "write its type")
    named = type_name(ctx, written)
    return Specifiers(named.type, const or named.const, static, extern, constexpr)


def type_name(ctx: Context, node: Node) -> Qualified:
    """What a type specifier names."""
    kind = node.type
    with ctx.nested(node):
        handler = ctx.dialect.types.get(kind)
        if handler is not None:
            return handler(ctx, node)
        if kind == "primitive_type":
            found = BUILTIN.get(ctx.text(node)) or FROM_HEADERS.get(ctx.text(node))
            if found is not None:
                return Qualified(found)
        if kind == "sized_type_specifier":
            inner = sized(ctx.text(node).split())
            if inner is not None:
                return Qualified(inner)
        if kind == "type_identifier":
            return named_type(ctx, node, ctx.text(node))
        if kind == "type_descriptor":
            return type_descriptor(ctx, node)
        raise ctx.refuse(node, f"the type '{_short(ctx, node)}'", "use a plain type")


def _short(ctx: Context, node: Node) -> str:
    text = " ".join(ctx.text(node).split())
    return text if len(text) <= 40 else text[:39] + "…"


def type_descriptor(ctx: Context, node: Node) -> Qualified:
    """A type without a name: in a cast, in sizeof, as a template argument."""
    base = specifiers(ctx, node)
    declarator = node.child_by_field_name("declarator")
    return declared(ctx, declarator, Qualified(base.type, base.const))


def candidates(ctx: Context, name: str) -> Iterator[str]:
    """The qualified names that ``name`` may stand for, nearest first."""
    if name.startswith("::"):
        yield name[2:]
        return
    for length in range(len(ctx.namespace), -1, -1):
        yield "::".join((*ctx.namespace[:length], name))
    for used in ctx.file.index.using:
        if used != ("std",):
            yield "::".join((*used, name))


def named_type(ctx: Context, node: Node, name: str) -> Qualified:
    """The type of that name; ``Unsupported`` if there is none."""
    found = find_type(ctx, name)
    if found is None:
        remedy = "include or define it"
        if ctx.tree.pre.local:
            remedy += f" ({', '.join(ctx.tree.pre.local[:3])} is not read)"
        raise ctx.refuse(node, f"unknown type '{name}'", remedy)
    return found


def find_type(ctx: Context, name: str) -> Qualified | None:
    """The type that ``name`` stands for here, or None."""
    local = ctx.local(name)
    if local is not None:
        return local if isinstance(local, Qualified) else None
    index = ctx.file.index
    for qualified in candidates(ctx, name):
        if qualified in index.types:
            return site_type(ctx, qualified, index.types[qualified])
        if ctx.cpp and qualified in index.tags:
            return site_type(ctx, "struct " + qualified, index.tags[qualified])
    builtin = BUILTIN.get(name) or FROM_HEADERS.get(name)
    if builtin is not None:
        return Qualified(builtin)
    if ctx.cpp and (("std",) in index.using or index.imported.get(name) == f"std::{name}"):
        return ctx.dialect.library_type(ctx, name)
    return None


def site_type(ctx: Context, key: str, site: NamedSite) -> Qualified | None:
    known = ctx.file.types
    if key not in known:
        if site.template is not None:
            raise Unsupported(ctx.span(site.node), f"the template '{site.name}' without arguments", "give them")
        known[key] = None  # a typedef that refers to itself finds nothing
        outside = Context(ctx.file, ctx.reached, site.namespace)
        try:
            known[key] = _read_site(outside, key, site)
        finally:
            if known[key] is None:
                del known[key]
    return known[key]


def _read_site(ctx: Context, key: str, site: NamedSite) -> Qualified:
    if key.startswith("struct "):
        return ctx.dialect.define(ctx, site.node, "::".join((*site.namespace, site.name)))
    if site.node.type == "alias_declaration":
        written = site.node.child_by_field_name("type")
        found = type_descriptor(ctx, written) if written is not None else Qualified(Opaque(site.name))
    else:
        written = site.node.child_by_field_name("type")
        if written is not None and written.child_by_field_name("name") is None and written.child_by_field_name("body"):
            return ctx.dialect.define(ctx, written, site.name)
        base = specifiers(ctx, site.node)
        found = declared(ctx, site.declarator, Qualified(base.type, base.const))
    if isinstance(found.type, Int):
        return Qualified(Int(found.type.bits, found.type.signed, site.name), found.const)
    return found


# --- declarators -------------------------------------------------------------------------------------------


def declared(ctx: Context, declarator: Node | None, base: Qualified, until: Node | None = None) -> Qualified:
    """The type that ``declarator`` makes of ``base``; only its parts outside ``until``, if given."""
    node, current = declarator, base
    for _ in range(64):
        if node is None or node.type in _LEAVES or node == until:
            return current
        kind = node.type
        if kind == "init_declarator" or kind in _PARENTHESES or kind == "attributed_declarator":
            pass
        elif kind in _POINTERS:
            current = _pointer(ctx, node, current)
        elif kind in _ARRAYS:
            current = Qualified(Array(current.type, _extent(ctx, node), _restricted(ctx, node)), current.const)
        elif kind in _REFERENCES:
            current = Qualified(Reference(current.type, current.const))
        elif kind in _FUNCTIONS:
            with ctx.scope():
                current = Qualified(Callable(tuple(p.type for p in parameters(ctx, node)), current.type))
        else:
            raise ctx.refuse(node, f"a declaration of the form '{_short(ctx, node)}'", "write a plainer declaration")
        inner = node.child_by_field_name("declarator")
        if inner is None:
            known = _POINTERS | _ARRAYS | _FUNCTIONS | _PARENTHESES | _REFERENCES | _LEAVES
            size = node.child_by_field_name("size")
            inner = next((c for c in node.named_children if c.type in known and c != size), None)
        node = inner
    raise ctx.refuse(declarator or node, "a declarator nested too deeply", "use typedefs")  # type: ignore[arg-type]


def _pointer(ctx: Context, node: Node, base: Qualified) -> Qualified:
    qualifiers = {ctx.text(child) for child in node.children if child.type == "type_qualifier"}
    if qualifiers & {"volatile", "_Atomic"}:
        raise ctx.refuse(node, "a volatile pointer", "remove the qualifier")
    if isinstance(base.type, Callable):
        return Qualified(base.type, "const" in qualifiers)
    return Qualified(Pointer(base.type, base.const, _restricted(ctx, node)), "const" in qualifiers)


def _restricted(ctx: Context, node: Node) -> bool:
    qualifiers = {ctx.text(child) for child in node.children if child.type == "type_qualifier"}
    return bool(qualifiers & {"restrict", "__restrict", "__restrict__"})


def _extent(ctx: Context, node: Node) -> int | Expr | None:
    size = node.child_by_field_name("size")
    if size is None:
        return None
    if size.type not in ctx.dialect.expressions:
        raise ctx.refuse(size, "an array extent of this form", "write an integer expression")
    before, extent, after = ctx.captured(ctx.span(size), lambda: ctx.dialect.expressions[size.type](ctx, size))
    if before or after or not isinstance(extent.type, Int | Bool):
        raise ctx.refuse(size, "an array extent that is no plain integer expression", "compute it before")
    number = constant_value(ctx, extent)
    if number is not None and number < 0:
        raise ctx.refuse(size, "an array of negative extent", "correct it")
    return number if number is not None else extent


def parameters(ctx: Context, function: Node, skip_variadic: bool = False) -> list[Parameter]:
    """The parameters in a function declarator; names come into scope one by one for the extents of later ones."""
    listed = function.child_by_field_name("parameters")
    found: list[Parameter] = []
    for node in listed.named_children if listed is not None else ():
        if node.type == "comment":
            continue
        if node.type not in ("parameter_declaration", "optional_parameter_declaration"):
            if node.type == "variadic_parameter" or ctx.text(node) == "...":
                if skip_variadic:
                    continue
                raise ctx.refuse(node, "a function with variable arguments", "pass an array or a struct")
            raise ctx.refuse(node, f"a parameter of the form '{_short(ctx, node)}'", "declare parameters with types")
        base = specifiers(ctx, node)
        declarator = node.child_by_field_name("declarator")
        qualified = declared(ctx, declarator, Qualified(base.type, base.const))
        name = declared_name(declarator) if declarator is not None else None
        text = ctx.text(name) if name is not None and name.type == "identifier" else ""
        if qualified.type == BUILTIN["void"] and not text:
            continue
        symbol = Symbol(text, qualified.type, ctx.file.fresh(), Storage.PARAMETER, qualified.const, ctx.span(node))
        found.append(Parameter(symbol, node, node.child_by_field_name("default_value")))
        if text and ctx.scopes:
            ctx.scopes[-1][text] = symbol
    return found
