"""Types that only C++ has: the library's, templates, ``auto``, ``decltype``."""

from __future__ import annotations

from unseq.frontend.cxx.paths import Part, joined, path, standard
from unseq.frontend.ir.types import (
    CHAR,
    DOUBLE,
    FLOAT,
    PTRDIFF,
    SIZE,
    Callable,
    Library,
    Opaque,
    Pointer,
    Record,
    Type,
    element_type,
    strip,
)
from unseq.frontend.source import Unsupported
from unseq.frontend.syntax.builtin_types import BUILTIN, FROM_HEADERS, LONG_DOUBLE
from unseq.frontend.syntax.constants import constant_value
from unseq.frontend.syntax.context import Constant, Context, Entity, Qualified
from unseq.frontend.syntax.conversions import AUTO, describe
from unseq.frontend.syntax.expressions import expression
from unseq.frontend.syntax.index import NamedSite
from unseq.frontend.syntax.records import record_fields
from unseq.frontend.syntax.tree import Node
from unseq.frontend.syntax.type_names import find_type, type_descriptor, type_name

# Library class templates: how many type arguments count, and whether a number may follow.
TEMPLATES = {
    "vector": 1, "deque": 1, "list": 1, "queue": 1, "stack": 1, "optional": 1, "complex": 1, "initializer_list": 1,
    "pair": 2, "span": 1, "array": 1, "priority_queue": 1, "set": 1, "unordered_set": 1, "multiset": 1, "map": 2,
    "unordered_map": 2, "basic_string": 1,
    "plus": 1, "minus": 1, "multiplies": 1, "divides": 1, "modulus": 1, "negate": 1, "less": 1, "less_equal": 1,
    "greater": 1, "greater_equal": 1, "equal_to": 1, "not_equal_to": 1, "bit_and": 1, "bit_or": 1, "bit_xor": 1,
    "logical_and": 1, "logical_or": 1, "logical_not": 1, "back_insert_iterator": 1, "reverse_iterator": 1,
}  # fmt: skip
FUNCTORS = {
    "plus", "minus", "multiplies", "divides", "modulus", "negate", "less", "less_equal", "greater", "greater_equal",
    "equal_to", "not_equal_to", "bit_and", "bit_or", "bit_xor", "logical_and", "logical_or", "logical_not",
}  # fmt: skip
_PLAIN: dict[str, Type] = {
    "string": Library("string"), "string_view": Library("string_view"), "nullptr_t": Pointer(BUILTIN["void"]),
    "byte": BUILTIN["uint8_t"], "nullopt_t": Library("nullopt_t"), "monostate": Library("monostate"),
}  # fmt: skip
_PASSED_ON = {
    "ostream", "istream", "iostream", "ofstream", "ifstream", "fstream", "ostringstream", "istringstream",
    "stringstream", "ios_base", "ios", "thread", "mutex", "mt19937", "mt19937_64", "default_random_engine",
    "random_device",
}  # fmt: skip
_MEMBERS = {"value_type", "size_type", "difference_type", "iterator", "const_iterator", "reference", "const_reference",
            "reverse_iterator", "const_reverse_iterator"}  # fmt: skip


def library_type(ctx: Context, name: str) -> Qualified | None:
    """A library type without template arguments, named without ``std::``."""
    found = _PLAIN.get(name) or BUILTIN.get(name) or FROM_HEADERS.get(name)
    if found is not None:
        return Qualified(found)
    if name in _PASSED_ON:
        return Qualified(Opaque(f"std::{name}"))
    if name in FUNCTORS:
        return Qualified(Library(name))
    return None


def qualified_type(ctx: Context, node: Node) -> Qualified:
    """``std::vector<int>``, ``geo::point``, ``std::vector<int>::iterator``, ``typename T::value_type``."""
    return type_of_path(ctx, node, path(ctx, node))


def template_type(ctx: Context, node: Node) -> Qualified:
    """``vector<int>``, ``Vec2<float>``."""
    return type_of_path(ctx, node, path(ctx, node))


def type_of_path(ctx: Context, node: Node, parts: list[Part]) -> Qualified:
    found = find_path(ctx, node, parts)
    if found is None:
        what = " ".join(ctx.text(node).split())
        raise ctx.refuse(node, f"unknown type '{what[:60]}'", "include or define it, or use a simpler type")
    return found


def find_path(ctx: Context, node: Node, parts: list[Part]) -> Qualified | None:
    """The type that a path names, or None if it names none."""
    last = parts[-1]
    if len(parts) > 1 and last.name in _MEMBERS and last.arguments is None:
        owner = find_path(ctx, node, parts[:-1])
        if owner is not None:
            return _member_type(owner.type, last.name)
    if last.arguments is None:
        if len(parts) == 1:
            found = find_type(ctx, last.name)
            if found is not None:
                return found
        elif parts[0].name != "std":
            found = find_type(ctx, joined(parts))
            if found is not None:
                return found
        below = standard(ctx, parts)
        return library_type(ctx, joined(below)) if below is not None else None
    own = own_template(ctx, joined(parts))
    if own is not None:
        return Qualified(instantiated(ctx, node, own, last.arguments))
    below = standard(ctx, parts)
    return _library_template(ctx, node, joined(below), last.arguments) if below is not None else None


def own_template(ctx: Context, name: str) -> NamedSite | None:
    """A class or alias template of the file."""
    index = ctx.file.index
    for length in range(len(ctx.namespace), -1, -1):
        qualified = "::".join((*ctx.namespace[:length], name))
        site = index.tags.get(qualified) or index.types.get(qualified)
        if site is not None:
            return site if site.template is not None else None
    return None


def _member_type(owner: Type, name: str) -> Qualified | None:
    element = element_type(owner)
    if isinstance(owner, Library) and owner.name in ("optional", "complex", "queue", "stack", "set") and owner.args:
        element = owner.args[0] if not isinstance(owner.args[0], int) else None
    if name == "size_type":
        return Qualified(SIZE)
    if name == "difference_type":
        return Qualified(PTRDIFF)
    if element is None:
        return None
    if name in ("iterator", "const_iterator"):
        return Qualified(Library("iterator", (element,), name.startswith("const")))
    return Qualified(element, name.startswith("const")) if name == "value_type" else None


def template_argument(ctx: Context, node: Node) -> Type | int:
    """One argument between ``<`` and ``>``: a type or a number."""
    return qualified_argument(ctx, node)[0]


def qualified_argument(ctx: Context, node: Node) -> tuple[Type | int, bool]:
    """The same, and whether a type is const."""
    if node.type == "type_descriptor":
        inner = node.child_by_field_name("type")
        if inner is not None and inner.type == "type_identifier" and len(node.named_children) == 1:
            name = ctx.text(inner)
            entity = ctx.local(name)
            if isinstance(entity, Constant):
                return entity.value, False
            if (entity is None and find_type(ctx, name) is None) or not isinstance(entity, Qualified | None):
                number = _number(ctx, name, inner)
                if number is not None:
                    return number, False
        found = type_descriptor(ctx, node)
        return strip(found.type), found.const
    if node.type in ("primitive_type", "sized_type_specifier", "type_identifier", "template_type",
                     "qualified_identifier") and not isinstance(_value_named(ctx, node), int):  # fmt: skip
        found = type_name(ctx, node)
        return strip(found.type), found.const
    value = constant_value(ctx, expression(ctx, node))
    if value is None:
        raise ctx.refuse(node, "a template argument whose value is not known", "write a constant")
    return value, False


def _value_named(ctx: Context, node: Node) -> int | None:
    return _number(ctx, ctx.text(node), node) if node.type in ("type_identifier", "qualified_identifier") else None


def _number(ctx: Context, name: str, node: Node) -> int | None:
    try:
        return constant_value(ctx, ctx.dialect.named_value(ctx, node, name))
    except Unsupported:
        return None


def _library_template(ctx: Context, node: Node, name: str, written: tuple[Node, ...]) -> Qualified | None:
    if name == "function" and len(written) == 1:
        found = type_descriptor(ctx, written[0]).type
        if isinstance(found, Callable):
            return Qualified(Callable(found.parameters, found.result, wrapped=True))
        return None
    if name == "tuple":
        return Qualified(Library("tuple", tuple(template_argument(ctx, n) for n in written)))
    if name == "basic_string" and len(written) == 1 and template_argument(ctx, written[0]) == CHAR:
        return Qualified(Library("string"))
    if name in ("remove_reference_t", "remove_cv_t", "remove_cvref_t", "decay_t", "remove_const_t"):
        found_type = template_argument(ctx, written[0])
        return Qualified(found_type) if not isinstance(found_type, int) else None
    count = TEMPLATES.get(name)
    if count is None:
        return None
    if not written and name in FUNCTORS:
        return Qualified(Library(name))
    numbered = name in ("array", "span")
    adapted = name in ("queue", "stack", "priority_queue")
    most = count + 1 if numbered else 3 if adapted else count
    if not count <= len(written) <= most or (name == "array" and len(written) != 2):
        raise ctx.refuse(node, f"'std::{name}' with these template arguments", "use the default allocator")
    first, const = qualified_argument(ctx, written[0])
    rest = [template_argument(ctx, n) for n in written[1:]]
    if name in ("queue", "stack"):
        rest = []
    if isinstance(first, int) or (numbered and any(not _is_extent(r) for r in rest)):
        raise ctx.refuse(node, f"'std::{name}' with these template arguments", "give a type, and a number as extent")
    if name == "complex" and first not in (FLOAT, DOUBLE, LONG_DOUBLE):
        raise ctx.refuse(node, f"std::complex of {describe(first)}", "use float or double")
    return Qualified(Library(name, (first, *rest), const))


def _is_extent(argument: Type | int) -> bool:
    return isinstance(argument, int) or (isinstance(argument, Opaque) and argument.spelling.startswith("template "))


def template_parameters(ctx: Context, listed: Node) -> list[tuple[str, bool, Node | None]]:
    """Name, whether it is a type, and default of each parameter of a template."""
    found: list[tuple[str, bool, Node | None]] = []
    for node in listed.named_children:
        kind = node.type
        default = node.child_by_field_name("default_type") or node.child_by_field_name("default_value")
        if kind == "comment":
            continue
        if kind in ("type_parameter_declaration", "optional_type_parameter_declaration"):
            name = node.child_by_field_name("name") or next(
                (c for c in node.named_children if c.type == "type_identifier"), None
            )
            found.append((ctx.text(name) if name is not None else "", True, default))
        elif kind in ("parameter_declaration", "optional_parameter_declaration"):
            name = node.child_by_field_name("declarator")
            constrained = node.child_by_field_name("type")
            if name is None or name.type != "identifier" or constrained is None:
                raise ctx.refuse(node, "a template parameter of this form", "use a type or a number")
            named = constrained.type in ("type_identifier", "qualified_identifier", "template_type")
            found.append((ctx.text(name), named and not _integer_name(ctx, constrained), default))
        else:
            raise ctx.refuse(node, "a template parameter of this form", "use a type or a number")
    return found


def _integer_name(ctx: Context, node: Node) -> bool:
    """``template <std::size_t N>`` is no concept."""
    try:
        return bool(getattr(qualified_type(ctx, node).type, "bits", 0))
    except Unsupported:
        return False


def instantiated(ctx: Context, node: Node, site: NamedSite, written: tuple[Node, ...]) -> Type:
    """The record or alias that a template of the file gives for these arguments."""
    if site.template is None:
        raise ctx.refuse(node, f"'{site.name}' is no template", "remove the arguments")
    wanted = template_parameters(ctx, site.template)
    if len(written) > len(wanted):
        raise ctx.refuse(node, f"too many template arguments for '{site.name}'", "correct them")
    given = [template_argument(ctx, n) for n in written]
    inner = Context(ctx.file, ctx.reached, site.namespace)
    with inner.scope() as names:
        for position, (name, _, default) in enumerate(wanted):
            if position >= len(given):
                if default is None:
                    raise ctx.refuse(node, f"too few template arguments for '{site.name}'", "give them all")
                given.append(template_argument(inner, default))
            names[name] = ctx.dialect.template_argument(name, given[position])
        if site.node.type == "alias_declaration":
            target = site.node.child_by_field_name("type")
            return type_descriptor(inner, target).type if target is not None else AUTO
        spelled = ", ".join(str(g) if isinstance(g, int) else describe(g) for g in given)
        name = f"{'::'.join((*site.namespace, site.name))}<{spelled}>"
        key = f"struct {name}"
        known = ctx.file.types.get(key)
        if known is not None:
            return known.type
        shell = Qualified(Record(name, (), name))
        names[site.name] = ctx.file.types[key] = shell  # what a member that points to its own record sees
        if any(child.type == "base_class_clause" for child in site.node.children):
            return Opaque(name)
        ctx.file.instances[name] = dict(zip((n for n, _, _ in wanted), given, strict=True))
        fields = record_fields(inner, site.node, name)
    found = Qualified(Record(name, fields, name) if fields is not None else Opaque(name))
    ctx.file.types[key] = found
    return found.type


def placeholder(ctx: Context, node: Node) -> Qualified:
    """``auto``; ``decltype(auto)`` is refused."""
    if ctx.text(node) != "auto":
        raise ctx.refuse(node, f"'{ctx.text(node)}'", "write the type, or auto")
    return Qualified(AUTO)


def decltype(ctx: Context, node: Node) -> Qualified:
    inside = [c for c in node.named_children if c.type != "comment"]
    if len(inside) != 1 or inside[0].type == "auto":
        raise ctx.refuse(node, "decltype of this form", "write the type")
    _, value, _ = ctx.captured(ctx.span(node), lambda: expression(ctx, inside[0]))
    return Qualified(value.type)


def template_entity(name: str, given: Type | int) -> Entity:
    """What a template's parameter stands for inside an instance."""
    return Constant(given, BUILTIN["int"]) if isinstance(given, int) else Qualified(given)


