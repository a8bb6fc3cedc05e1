"""Template arguments that the user asks for: ``{"T": "float"}``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from unseq.frontend.cxx.types import template_argument, template_parameters
from unseq.frontend.ir.types import Type
from unseq.frontend.source import InputError, Language, SourceUnit, Unsupported
from unseq.frontend.syntax.context import Context, FileScope, Reached
from unseq.frontend.syntax.index import FunctionSite, Index
from unseq.frontend.syntax.tree import parse_tree
from unseq.frontend.syntax.type_names import type_descriptor


def template_arguments(file: FileScope, site: FunctionSite, given: Mapping[str, str]) -> dict[str, Type | int]:
    """What each parameter of the template at ``site`` stands for; empty for a plain function.

    Raises ``InputError`` for a text that is no type, ``Unsupported`` for a parameter that nothing is given for."""
    if site.template is None:
        return {}
    ctx = Context(file, Reached(), site.namespace)
    wanted = template_parameters(ctx, site.template)
    found: dict[str, Type | int] = {}
    for name, is_type, default in wanted:
        if name in given:
            found[name] = _read(file, name, given[name], is_type)
        elif default is not None:
            with ctx.scope() as names:
                names.update({n: file.dialect.template_argument(n, g) for n, g in found.items()})
                found[name] = template_argument(ctx, default)
        else:
            example = "double" if is_type else "16"
            option = f"--instantiate {name}={example}"
            raise Unsupported(
                file.tree.span(site.node), f"a template whose parameter '{name}' is open", f"choose it: {option}"
            )
    return found


def _read(file: FileScope, name: str, text: str, is_type: bool) -> Type | int:
    text = text.strip()
    if not is_type:
        if not re.fullmatch(r"-?[0-9]{1,18}", text):
            raise InputError(f"--instantiate {name}={text}: the parameter '{name}' is a number")
        return int(text)
    if not re.fullmatch(r"[\w:<>, *]{1,200}", text):
        raise InputError(f"--instantiate {name}={text}: not a type")
    unit = SourceUnit(Path(f"--instantiate {name}={text}"), Language.CPP, f"using chosen = {text};\n".encode())
    tree = parse_tree(unit)
    node = tree.root.named_children[0]
    written = node.child_by_field_name("type")
    index = Index(using={("std",)})
    scope = FileScope(tree, index, file.dialect)
    try:
        if written is None:
            raise InputError(f"--instantiate {name}={text}: not a type")
        return type_descriptor(Context(scope, Reached()), written).type
    except Unsupported as error:
        raise InputError(f"--instantiate {name}={text}: {error.what}") from error
