"""``dataclass`` for classes with slots, many of which a short command defines and few of which it uses.

The standard one compiles up to six methods for each class, which takes longer than the analysis of a file.  This one
makes ``__init__`` alone, when the first object is made, from code that classes with as many fields share; the other
methods are the same for all classes.  It is the standard one in every other respect, and for all other kinds of
classes.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import MISSING, Field, FrozenInstanceError
from functools import cache
from operator import attrgetter, ge, gt, le, lt
from types import CodeType, FunctionType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dataclasses import dataclass as dataclass
else:

    def dataclass(
        *, frozen: bool = False, slots: bool = False, eq: bool = True, order: bool = False, **others: bool
    ) -> Callable[[type], type]:
        """``dataclasses.dataclass``."""
        if not slots or others:
            return dataclasses.dataclass(frozen=frozen, slots=slots, eq=eq, order=order, **others)
        return lambda cls: _slotted(cls, frozen, eq, order)


def _slotted(cls: type, frozen: bool, eq: bool, order: bool) -> Any:
    own = vars(cls)
    cls.__doc__ = cls.__doc__ or cls.__name__  # the standard one would look at the signature, which takes long
    made: Any = dataclasses.dataclass(init=False, repr=False, eq=False, slots=True)(cls)
    made.__dataclass_params__.frozen = frozen  # for classes that inherit
    fields = dataclasses.fields(made)
    methods = {"__init__": _first_init(made, fields), "__repr__": _text(fields)}
    if frozen:
        methods |= {"__setattr__": _refuse, "__delattr__": _refuse, **_state(fields)}
    if eq:
        methods |= _comparison(fields, frozen)
    if order:
        methods |= {f"__{compare.__name__}__": _ordering(fields, compare) for compare in (lt, le, gt, ge)}
    for name, method in methods.items():
        if name not in own:
            setattr(made, name, method)
    return made


def _key(fields: tuple[Field[Any], ...]) -> Callable[[Any], Any]:
    compared = [field.name for field in fields if field.compare]
    return attrgetter(*compared) if compared else bool


def _comparison(fields: tuple[Field[Any], ...], hashable: bool) -> dict[str, Any]:
    key = _key(fields)

    def equal(self: object, other: object) -> Any:
        if self is other:
            return True
        return key(self) == key(other) if other.__class__ is self.__class__ else NotImplemented

    def hash_of(self: object) -> int:
        return hash(key(self))

    return {"__eq__": equal, "__hash__": hash_of if hashable else None}


def _ordering(fields: tuple[Field[Any], ...], compare: Callable[[Any, Any], bool]) -> Callable[[Any, Any], Any]:
    key = _key(fields)

    def ordered(self: object, other: object) -> Any:
        return compare(key(self), key(other)) if other.__class__ is self.__class__ else NotImplemented

    return ordered


def _text(fields: tuple[Field[Any], ...]) -> Callable[[Any], str]:
    shown = [field.name for field in fields if field.repr]

    def text(self: object) -> str:
        return f"{self.__class__.__qualname__}({', '.join(f'{name}={getattr(self, name)!r}' for name in shown)})"

    return text


def _state(fields: tuple[Field[Any], ...]) -> dict[str, Any]:
    """For copies and pickles: a frozen object can't be given its values one by one."""
    names = [field.name for field in fields]

    def state(self: object) -> list[Any]:
        return [getattr(self, name) for name in names]

    def restore(self: object, values: list[Any]) -> None:
        for name, value in zip(names, values, strict=True):
            object.__setattr__(self, name, value)

    return {"__getstate__": state, "__setstate__": restore}


def _refuse(self: object, name: str, value: object = None) -> None:
    raise FrozenInstanceError(f"cannot change field {name!r}")


def _first_init(cls: type, fields: tuple[Field[Any], ...]) -> Callable[..., None]:
    """``__init__`` for the first object, which compiles the one for all others."""

    def first(self: object, *values: object, **named: object) -> None:
        compiled = _init(cls, fields)
        type.__setattr__(cls, "__init__", compiled)
        compiled(self, *values, **named)

    return first


@cache
def _setter(count: int) -> CodeType:
    """The code of an ``__init__`` of ``count`` fields, whose names are still to be put in."""
    parameters = ", ".join(f"v{k}" for k in range(count))
    names: dict[str, Any] = {}
    exec(f"def init(self, {parameters}):\n" + "".join(f" set{k}(self, v{k})\n" for k in range(count)), names)
    code: CodeType = names["init"].__code__
    return code


def _init(cls: type, fields: tuple[Field[Any], ...]) -> Callable[..., None]:
    if fields and not any(field.kw_only is True or field.default_factory is not MISSING for field in fields):
        shared, names_of = _setter(len(fields)), ("self", *(field.name for field in fields))
        setters = {f"set{k}": getattr(cls, field.name).__set__ for k, field in enumerate(fields)}
        defaults = tuple(field.default for field in fields if field.default is not MISSING)
        return FunctionType(shared.replace(co_name="__init__", co_varnames=names_of), setters, "__init__", defaults)
    names: dict[str, Any] = {"MISSING": MISSING}
    parameters: list[str] = []
    body: list[str] = []
    for field in sorted(fields, key=lambda field: field.kw_only is True):
        name, value = field.name, field.name
        names[f"set_{name}"] = getattr(cls, name).__set__
        if field.kw_only is True and "*" not in parameters:
            parameters.append("*")
        if field.default_factory is not MISSING:
            names[f"make_{name}"] = field.default_factory
            parameters.append(f"{name}=MISSING")
            value = f"make_{name}() if {name} is MISSING else {name}"
        elif field.default is not MISSING:
            names[f"default_{name}"] = field.default
            parameters.append(f"{name}=default_{name}")
        else:
            parameters.append(name)
        body.append(f" set_{name}(self, {value})")
    code = f"def __init__({', '.join(['self', *parameters])}):\n" + "\n".join(body or [" pass"])
    exec(code, names)  # as the standard one does; the names are those of fields
    made: Callable[..., None] = names["__init__"]
    return made
