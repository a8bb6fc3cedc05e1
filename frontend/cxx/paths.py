"""Qualified names: ``std::vector<int>::iterator`` as a list of its parts.

Knows how the grammar nests them; resolves nothing.
"""

from __future__ import annotations

from unseq.frontend.slotted import dataclass
from unseq.frontend.syntax.context import Context
from unseq.frontend.syntax.tree import Node

_TEMPLATES = {"template_type", "template_function", "template_method"}


@dataclass(frozen=True, slots=True)
class Part:
    """One name and its template arguments (None: written without)."""

    name: str
    arguments: tuple[Node, ...] | None
    node: Node


def path(ctx: Context, node: Node) -> list[Part]:
    """The parts of a possibly qualified name, outermost first; a leading ``::`` is an empty name."""
    parts: list[Part] = []
    current: Node | None = node
    while current is not None and current.type in ("qualified_identifier", "dependent_type", "dependent_name"):
        if current.type != "qualified_identifier":
            current = current.named_children[-1] if current.named_children else None
            continue
        scope = current.child_by_field_name("scope")
        parts.append(part(ctx, scope) if scope is not None else Part("", None, current))
        current = current.child_by_field_name("name")
    if current is not None:
        parts.append(part(ctx, current))
    return parts


def part(ctx: Context, node: Node) -> Part:
    if node.type == "dependent_name" and node.named_children:
        node = node.named_children[-1]
    if node.type in _TEMPLATES:
        name, listed = node.child_by_field_name("name"), node.child_by_field_name("arguments")
        inside = tuple(c for c in listed.named_children if c.type != "comment") if listed is not None else ()
        return Part(ctx.text(name) if name is not None else "", inside, node)
    return Part(ctx.text(node), None, node)


def standard(ctx: Context, parts: list[Part]) -> list[Part] | None:
    """The parts below ``std::``, if that is where the name leads."""
    if parts and not parts[0].name and len(parts) > 1:
        parts = parts[1:]
    if len(parts) > 1 and parts[0].name == "std":
        return parts[1:]
    index = ctx.file.index
    if len(parts) >= 1 and (("std",) in index.using or index.imported.get(parts[0].name) == f"std::{parts[0].name}"):
        return parts
    return None


def joined(parts: list[Part]) -> str:
    """The name without template arguments."""
    return "::".join(p.name for p in parts)
