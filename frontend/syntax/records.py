"""Structs, classes, unions and enumerations: their types, members and constants.

Knows what plain data is; a record that is more (base classes, virtual members, bit-fields) or a union is ``Opaque``.
"""

from __future__ import annotations

from unseq.frontend.ir.types import INT, UNSIGNED, Field, Int, Opaque, Record
from unseq.frontend.source import Unsupported
from unseq.frontend.syntax.constants import constant_value
from unseq.frontend.syntax.context import Constant, Context, Qualified
from unseq.frontend.syntax.index import declared_name, function_declarator
from unseq.frontend.syntax.tree import Node
from unseq.frontend.syntax.type_names import Specifiers, candidates, declared, site_type, specifiers, type_name


def record_specifier(ctx: Context, node: Node) -> Qualified:
    name = node.child_by_field_name("name")
    if name is None:
        return define(ctx, node, f"unnamed{node.start_byte}")
    text = ctx.text(name)
    local = ctx.local("struct " + text)
    if isinstance(local, Qualified):
        return local
    if node.child_by_field_name("body") is not None and ctx.scopes:
        found = define(ctx, node, text)
        ctx.scopes[-1]["struct " + text] = found
        if ctx.cpp:
            ctx.scopes[-1][text] = found
        return found
    for qualified in candidates(ctx, text):
        if qualified in ctx.file.index.tags:
            found_type = site_type(ctx, "struct " + qualified, ctx.file.index.tags[qualified])
            if found_type is not None:
                return found_type
    return Qualified(Record(text, (), text if ctx.cpp else f"struct {text}"))


def define(ctx: Context, node: Node, name: str) -> Qualified:
    """The type that a struct, class, union or enum specifier with a body defines."""
    if node.type == "enum_specifier":
        return _enum_type(ctx, node, name)
    plain = ctx.cpp or node.child_by_field_name("name") is None
    spelling = name if plain else f"struct {name}"
    if node.type == "union_specifier":
        return Qualified(Opaque(spelling.replace("struct", "union")))
    if any(child.type == "base_class_clause" for child in node.children):
        return Qualified(Opaque(spelling))
    key = f"struct {name}"
    shell = Qualified(Record(name, (), spelling))
    if not ctx.scopes:
        ctx.file.types[key] = shell  # what a member that points to its own record sees
    fields = record_fields(ctx, node, name)
    return Qualified(Record(name, fields, spelling)) if fields is not None else Qualified(Opaque(spelling))


def record_fields(ctx: Context, node: Node, record: str) -> tuple[Field, ...] | None:
    """The data members of ``record``; None for one that is more than plain data."""
    defaults: dict[str, Node] = {}
    ctx.file.defaults[record] = defaults
    body = node.child_by_field_name("body")
    fields: list[Field] = []
    for member in body.named_children if body is not None else ():
        if any(child.type == "virtual" for child in member.children):
            return None
        if member.type != "field_declaration":
            continue
        declarators = member.children_by_field_name("declarator")
        if any(child.type == "bitfield_clause" for child in member.children) or not declarators:
            return None
        try:
            base = specifiers(ctx, member)
        except Unsupported as error:
            base = Specifiers(Opaque(error.what), False, False, False, False)
        if base.static:
            continue
        for declarator in declarators:
            name = declared_name(declarator)
            if name is None or function_declarator(declarator) is not None:
                continue
            try:
                type_ = declared(ctx, declarator, Qualified(base.type, base.const)).type
            except Unsupported as error:
                type_ = Opaque(error.what)
            fields.append(Field(ctx.text(name), type_))
            following = declarator.next_sibling
            if following is not None and following.type in ("=", "initializer_list"):
                value = following if following.type == "initializer_list" else following.next_sibling
                if value is not None:
                    defaults[ctx.text(name)] = value
    return tuple(fields)


def enum_specifier(ctx: Context, node: Node) -> Qualified:
    name = node.child_by_field_name("name")
    if name is not None and node.child_by_field_name("body") is None:
        text = ctx.text(name)
        for qualified in candidates(ctx, text):
            if qualified in ctx.file.index.tags:
                return _enum_type(ctx, ctx.file.index.tags[qualified].node, text)
        local = ctx.local("struct " + text)
        if isinstance(local, Qualified):
            return local
        raise ctx.refuse(node, f"unknown type 'enum {text}'", "include or define it")
    text = ctx.text(name) if name is not None else ""
    found = _enum_type(ctx, node, text)
    if ctx.scopes:
        for called, constant in enumerators(ctx, node).items():
            ctx.scopes[-1][called] = constant
        if text:
            ctx.scopes[-1]["struct " + text] = found
            if ctx.cpp:
                ctx.scopes[-1][text] = found
    return found


def _enum_type(ctx: Context, node: Node, name: str) -> Qualified:
    base = node.child_by_field_name("base")
    spelling = (name if ctx.cpp else f"enum {name}") if name else ""
    if base is not None:
        under = type_name(ctx, base).type
        return Qualified(Int(under.bits, under.signed, spelling) if isinstance(under, Int) else under)
    # In C++ the values of an unscoped enumeration promote to int where they fit; in C the type is unsigned.
    signed = ctx.cpp or any(constant.value < 0 for constant in enumerators(ctx, node).values())
    return Qualified(Int(32, signed, spelling or ("int" if signed else "unsigned")))


def enumerators(ctx: Context, node: Node) -> dict[str, Constant]:
    """The constants of an enum specifier with a body."""
    body = node.child_by_field_name("body")
    found: dict[str, Constant] = {}
    following = 0
    with ctx.scope() as names:
        for enumerator in body.named_children if body is not None else ():
            name, value = enumerator.child_by_field_name("name"), enumerator.child_by_field_name("value")
            if enumerator.type != "enumerator" or name is None:
                continue
            if value is not None:
                given = constant_value(ctx, ctx.dialect.expressions[value.type](ctx, value)) if (
                    value.type in ctx.dialect.expressions) else None  # fmt: skip
                if given is None:
                    raise ctx.refuse(value, "an enumerator whose value is not known", "write a number")
                following = given
            constant = Constant(following, INT if -(2**31) <= following < 2**31 else UNSIGNED)
            if not -(2**31) <= following < 2**32:
                raise ctx.refuse(enumerator, "an enumerator beyond 32 bits", "use a constant")
            found[ctx.text(name)] = constant
            names[ctx.text(name)] = constant
            following += 1
    return found
