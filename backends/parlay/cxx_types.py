"""How C++ spells types and declarations, and which conversions C++ does by itself.

Knows the IR's types only.  Deliberately does not know symbols' scopes or expressions: an array whose extent is an
expression has no C++ type and raises ``Unsupported``, as does a type that cannot be spelled (an iterator of an
unknown container outside a declaration, which can say ``auto``).
"""

from __future__ import annotations

from unseq.frontend.ir import types as t
from unseq.frontend.source import NOWHERE, Span, Unsupported

_INTS = {
    (8, True): "signed char",
    (8, False): "unsigned char",
    (16, True): "short",
    (16, False): "unsigned short",
    (32, True): "int",
    (32, False): "unsigned",
    (64, True): "long",
    (64, False): "unsigned long",
    (128, True): "__int128",
    (128, False): "unsigned __int128",
}
_FLOATS = {32: "float", 64: "double", 80: "long double"}
_C_SPELLINGS = {"_Bool": "bool"}


def _specifier(type_: t.Type, span: Span) -> str:
    """The text of a type that needs no declarator."""
    if isinstance(type_, t.Void):
        return "void"
    if isinstance(type_, t.Bool):
        return "bool"
    if isinstance(type_, t.Int):
        return _C_SPELLINGS.get(type_.spelling, type_.spelling) or _INTS[type_.bits, type_.signed]
    if isinstance(type_, t.Float):
        return _FLOATS[type_.bits]
    if isinstance(type_, t.Record):
        return type_.spelling or type_.name
    if isinstance(type_, t.Opaque):
        return type_.spelling
    if isinstance(type_, t.Callable):
        parameters = ", ".join(print_type(parameter, span) for parameter in type_.parameters)
        return f"std::function<{print_type(type_.result, span)}({parameters})>"
    if isinstance(type_, t.Library):
        return _library(type_, span)
    raise AssertionError(f"not a specifier: {type_}")


def _library(type_: t.Library, span: Span) -> str:
    if type_.name.endswith("iterator"):
        raise Unsupported(span, "the type of an iterator cannot be written without its container",
                          "declare it with auto")
    if not type_.args:
        return f"std::{type_.name}"
    args = ", ".join(str(arg) if isinstance(arg, int) else print_type(arg, span) for arg in type_.args)
    if type_.name == "span" and type_.const:
        args = f"const {args}"
    return f"std::{type_.name}<{args}>"


def print_declaration(type_: t.Type, name: str, const: bool = False, span: Span = NOWHERE) -> str:
    """``name`` declared with ``type_`` (``double (&a)[4]``); ``const`` qualifies the variable itself.

    An empty name gives the type alone.  Raises ``Unsupported`` for what C++ cannot say.
    """
    declarator = name
    while True:
        if isinstance(type_, t.Pointer):
            if const:
                declarator = f"const {declarator}".rstrip()
            declarator = f"*{declarator}"
            const = type_.const
            type_ = type_.to
        elif isinstance(type_, t.Reference):
            declarator = f"&{declarator}"
            const = type_.const
            type_ = type_.to
        elif isinstance(type_, t.Array):
            if type_.extent is not None and not isinstance(type_.extent, int):
                raise Unsupported(span, "C++ has no arrays of variable length",
                                  "use a pointer to allocated memory and linear subscripts")
            if declarator.startswith(("*", "&")):
                declarator = f"({declarator})"
            declarator = f"{declarator}[{'' if type_.extent is None else type_.extent}]"
            type_ = type_.element
        elif isinstance(type_, t.Callable) and not type_.wrapped:
            if const:
                declarator = f"const {declarator}".rstrip()
            parameters = ", ".join(print_type(parameter, span) for parameter in type_.parameters)
            declarator = f"({declarator})({parameters})" if declarator.startswith(("*", "&")) else (
                f"(*{declarator})({parameters})")
            const = False
            type_ = type_.result
        else:
            specifier = _specifier(type_, span)
            head = f"const {specifier}" if const else specifier
            return f"{head} {declarator}" if declarator else head


def print_type(type_: t.Type, span: Span = NOWHERE) -> str:
    """``type_`` as C++ writes it without a name (``const double *``)."""
    return print_declaration(type_, "", span=span)


def spellable(type_: t.Type) -> bool:
    """Whether C++ can write ``type_`` without help from an initialiser."""
    if isinstance(type_, t.Library):
        return not type_.name.endswith("iterator") and all(isinstance(arg, int) or spellable(arg) for arg in type_.args)
    if isinstance(type_, t.Pointer | t.Reference):
        return spellable(type_.to)
    if isinstance(type_, t.Array):
        return spellable(type_.element)
    return not isinstance(type_, t.Callable) or type_.wrapped


def constructor_name(type_: t.Type, span: Span = NOWHERE) -> str:
    """What stands before the parentheses or braces of a constructor (``struct point`` is not allowed there)."""
    text = print_type(type_, span)
    for keyword in ("struct ", "union ", "class "):
        text = text.removeprefix(keyword)
    return text


# --- conversions -----------------------------------------------------------------------------------------------


def promote(type_: t.Type) -> t.Type:
    """The integral promotions."""
    if isinstance(type_, t.Bool) or (isinstance(type_, t.Int) and type_.bits < 32):
        return t.INT
    return type_


def usual(left: t.Type, right: t.Type) -> t.Type:
    """The type that the usual arithmetic conversions bring two operands to."""
    if isinstance(left, t.Float) or isinstance(right, t.Float):
        bits = [x.bits for x in (left, right) if isinstance(x, t.Float)]
        return t.Float(max(bits))
    a, b = promote(left), promote(right)
    assert isinstance(a, t.Int) and isinstance(b, t.Int)
    if a.bits != b.bits:
        return a if a.bits > b.bits else b
    return b if a.signed else a


def preserves_value(source: t.Type, target: t.Type) -> bool:
    """Whether every value of an arithmetic type is a value of another."""
    if source == target:
        return True
    if isinstance(source, t.Bool):
        return isinstance(target, t.Int | t.Float)
    if isinstance(source, t.Float):
        return isinstance(target, t.Float) and target.bits >= source.bits
    if isinstance(source, t.Int):
        digits = source.bits - source.signed
        if isinstance(target, t.Float):
            return digits <= {32: 24, 64: 53, 80: 64}[target.bits]
        if isinstance(target, t.Int):
            return digits <= target.bits - target.signed and (target.signed or not source.signed)
    return False


def converts_implicitly(source: t.Type, target: t.Type) -> bool:
    """Whether C++ converts ``source`` to ``target`` when it initialises, assigns, passes or returns."""
    source, target = t.strip(source), t.strip(target)
    if t.is_arithmetic(target):
        return t.is_arithmetic(source) or (isinstance(target, t.Bool) and isinstance(source, t.Pointer | t.Array))
    if isinstance(target, t.Pointer):
        if isinstance(source, t.Array):
            source = t.Pointer(source.element)
        if not isinstance(source, t.Pointer):
            return isinstance(source, t.Callable)
        if source.const and not target.const:
            return False
        return source.to == target.to or isinstance(target.to, t.Void)
    return True  # class types: the source program relied on a converting constructor or a reference binding
