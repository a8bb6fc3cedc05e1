"""What a file declares, by name: functions, variables, types; found in one walk over its top level.

Knows where declarations stand; reads no types and no bodies, so that a large file is listed fast.
"""

from __future__ import annotations

from dataclasses import field

from unseq.frontend.slotted import dataclass
from unseq.frontend.syntax.tree import Node, Tree

DEEPEST = 50  # nesting of namespaces and records
_DECLARATORS = {
    "pointer_declarator", "array_declarator", "function_declarator", "init_declarator", "parenthesized_declarator",
    "reference_declarator", "attributed_declarator", "structured_binding_declarator",
}  # fmt: skip
_NAMES = {
    "identifier", "field_identifier", "type_identifier", "qualified_identifier", "operator_name", "destructor_name",
    "template_function", "operator_cast", "primitive_type",
}  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class FunctionSite:
    """A definition or declaration of a function. ``node`` is what holds its type and declarator, ``whole`` also its
    ``template <...>``; ``owner`` is the record that it is a member of."""

    name: str
    node: Node
    whole: Node
    declarator: Node
    namespace: tuple[str, ...]
    template: Node | None = None
    body: Node | None = None
    owner: str = ""

    @property
    def qualified(self) -> str:
        return "::".join((*self.namespace, self.name))


@dataclass(frozen=True, slots=True, eq=False)
class NamedSite:
    """Where a variable, type or enumerator is declared: ``node`` is the declaration, ``declarator`` its own part."""

    name: str
    node: Node
    declarator: Node
    namespace: tuple[str, ...]
    template: Node | None = None


@dataclass(slots=True, eq=False)
class Index:
    """Qualified names to sites. ``types`` holds typedefs and aliases, ``tags`` structs, classes, unions, enums."""

    functions: dict[str, list[FunctionSite]] = field(default_factory=dict)
    variables: dict[str, NamedSite] = field(default_factory=dict)
    types: dict[str, NamedSite] = field(default_factory=dict)
    tags: dict[str, NamedSite] = field(default_factory=dict)
    enumerators: dict[str, NamedSite] = field(default_factory=dict)
    methods: dict[tuple[str, str], list[FunctionSite]] = field(default_factory=dict)
    using: set[tuple[str, ...]] = field(default_factory=set)
    imported: dict[str, str] = field(default_factory=dict)  # `using std::vector;`

    def definitions(self) -> list[FunctionSite]:
        """Functions with a body, in source order; no members."""
        found = [site for sites in self.functions.values() for site in sites if site.body is not None]
        return sorted(found, key=lambda site: site.whole.start_byte)


def declared_name(declarator: Node) -> Node | None:
    """The name inside a declarator; None for an abstract one."""
    node: Node | None = declarator
    for _ in range(200):
        if node is None or node.type in _NAMES:
            return node
        inner = node.child_by_field_name("declarator")
        if inner is None:
            inner = next((c for c in node.named_children if c.type in _DECLARATORS or c.type in _NAMES), None)
        node = inner
    return None


def function_declarator(declarator: Node) -> Node | None:
    """The part of a declarator that makes it a function of its name; None for variables and function pointers."""
    node: Node | None = declarator
    while node is not None and node.type in _DECLARATORS:
        if node.type == "function_declarator":
            inner = node.child_by_field_name("declarator")
            while inner is not None and inner.type == "parenthesized_declarator":
                inner = next(iter(inner.named_children), None)
            return node if inner is not None and inner.type in _NAMES else None
        inner = node.child_by_field_name("declarator")
        node = inner if inner is not None else next((c for c in node.named_children if c.type in _DECLARATORS), None)
    return None


def build_index(tree: Tree) -> Index:
    """One walk over the top level of ``tree``."""
    index = Index()
    _Walk(tree, index).block(tree.root, ())
    return index


class _Walk:
    def __init__(self, tree: Tree, index: Index) -> None:
        self._tree = tree
        self._index = index

    def block(self, parent: Node, namespace: tuple[str, ...], depth: int = 0) -> None:
        for node in parent.named_children:
            self._item(node, node, namespace, None, depth)

    def _item(self, node: Node, whole: Node, namespace: tuple[str, ...], template: Node | None, depth: int) -> None:
        kind = node.type
        if kind == "function_definition":
            self._function(node, whole, namespace, template)
        elif kind in ("declaration", "type_definition"):
            self._declaration(node, whole, namespace, template)
        elif kind in ("struct_specifier", "class_specifier", "union_specifier", "enum_specifier"):
            self._tag(node, namespace, template)
        elif kind == "alias_declaration":
            name = node.child_by_field_name("name")
            if name is not None:
                self._put(self._index.types, name, node, node, namespace, template)
        elif depth > DEEPEST:
            return
        elif kind == "linkage_specification":
            body = node.child_by_field_name("body")
            if body is not None and body.type == "declaration_list":
                self.block(body, namespace, depth + 1)
            elif body is not None:
                self._item(body, body, namespace, template, depth + 1)
        elif kind == "namespace_definition":
            name, body = node.child_by_field_name("name"), node.child_by_field_name("body")
            inner = tuple(self._tree.text(name).replace(" ", "").split("::")) if name is not None else ()
            if name is None or node.children[0].type == "inline":
                self._index.using.add((*namespace, *inner))
            if body is not None:
                self.block(body, (*namespace, *inner), depth + 1)
        elif kind == "template_declaration":
            parameters = node.child_by_field_name("parameters")
            for child in node.named_children:
                if child != parameters:
                    self._item(child, whole, namespace, parameters, depth + 1)
        elif kind == "using_declaration":
            self._using(node, namespace)

    def _using(self, node: Node, namespace: tuple[str, ...]) -> None:
        words = self._tree.text(node).rstrip(";").split()
        target = words[-1].lstrip(":")
        if "namespace" in words:
            self._index.using.add(tuple(target.split("::")))
        else:
            # `using std::cout;` in a namespace counts everywhere: names of the file itself are found first.
            self._index.imported[target.split("::")[-1]] = target

    def _put(
        self, table: dict[str, NamedSite], name: Node, node: Node, declarator: Node, namespace: tuple[str, ...],
        template: Node | None = None,
    ) -> None:  # fmt: skip
        text = self._tree.text(name)
        qualified = "::".join((*namespace, text))
        known = table.get(qualified)
        # A definition stands before a mere declaration, whichever comes first.
        if known is None or known.node.child_by_field_name("body") is None:
            table[qualified] = NamedSite(text, node, declarator, namespace, template)

    def _function(
        self, node: Node, whole: Node, namespace: tuple[str, ...], template: Node | None, owner: str = ""
    ) -> None:
        self._type(node, namespace)
        declarator = node.child_by_field_name("declarator")
        if declarator is None:
            return
        part = function_declarator(declarator)
        name = declared_name(declarator)
        if part is None or name is None:
            return
        body = node.child_by_field_name("body")
        text = self._tree.text(name).replace(" ", "")
        if name.type == "qualified_identifier":
            *scopes, text = text.split("::")
            if "::".join((*namespace, *scopes)) in self._index.tags:
                owner = "::".join((*namespace, *scopes))
            else:
                namespace = (*namespace, *scopes)
        site = FunctionSite(text, node, whole, declarator, namespace, template, body, owner)
        if owner:
            self._index.methods.setdefault((owner, text), []).append(site)
        else:
            self._index.functions.setdefault(site.qualified, []).append(site)

    def _declaration(self, node: Node, whole: Node, namespace: tuple[str, ...], template: Node | None) -> None:
        self._type(node, namespace)
        for declarator in node.children_by_field_name("declarator"):
            name = declared_name(declarator)
            if name is None:
                continue
            if node.type == "type_definition":
                self._put(self._index.types, name, node, declarator, namespace)
            elif function_declarator(declarator) is not None and declarator.type != "init_declarator":
                text = self._tree.text(name)
                site = FunctionSite(text, node, whole, declarator, namespace, template)
                self._index.functions.setdefault(site.qualified, []).append(site)
            else:
                self._variable(name, node, declarator, namespace)

    def _variable(self, name: Node, node: Node, declarator: Node, namespace: tuple[str, ...]) -> None:
        qualified = "::".join((*namespace, self._tree.text(name)))
        known = self._index.variables.get(qualified)
        if known is None or declarator.type == "init_declarator":
            self._index.variables[qualified] = NamedSite(self._tree.text(name), node, declarator, namespace)

    def _type(self, node: Node, namespace: tuple[str, ...], depth: int = 0) -> None:
        """A struct or enum that is declared along with something else."""
        inner = node.child_by_field_name("type")
        if inner is not None and inner.type in ("struct_specifier", "class_specifier", "union_specifier",
                                                "enum_specifier"):  # fmt: skip
            self._tag(inner, namespace, None, depth + 1)

    def _tag(self, node: Node, namespace: tuple[str, ...], template: Node | None, depth: int = 0) -> None:
        name, body = node.child_by_field_name("name"), node.child_by_field_name("body")
        if name is not None:
            self._put(self._index.tags, name, node, node, namespace, template)
        if body is None or depth > DEEPEST:
            return
        if node.type == "enum_specifier":
            scoped = any(child.type in ("class", "struct") for child in node.children)
            inner = (*namespace, self._tree.text(name)) if name is not None else namespace
            for enumerator in body.named_children:
                called = enumerator.child_by_field_name("name")
                if called is not None:
                    if not scoped:
                        self._put(self._index.enumerators, called, node, enumerator, namespace)
                    if name is not None:
                        self._put(self._index.enumerators, called, node, enumerator, inner)
            return
        owner = "::".join((*namespace, self._tree.text(name))) if name is not None else ""
        for member in body.named_children:
            if member.type == "function_definition" and owner:
                self._function(member, member, namespace, template, owner)
            elif member.type == "field_declaration":
                self._type(member, namespace, depth)
