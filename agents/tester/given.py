"""Inputs that the user gives: ``--inputs FILE.py``, a function that yields argument tuples.

The function has the name of the translated one, or is called ``inputs``; the only function of a file may have any name.
Each tuple holds one argument a parameter: numpy arrays (or lists) for pointers and containers, numbers for scalars,
``str`` or ``bytes`` for text, ``None`` for a null pointer. The file is the user's own and runs in this process.

Knows how such arguments become the values of a case. Does not know whether the original runs clean on them.
"""

from __future__ import annotations

import itertools
import runpy
import types as python
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np

from unseq.backends.host.values import Buffer, Case, Null, Scalar, Sequence, Struct, Text, Value, dtype_of
from unseq.frontend.ir.nodes import Function
from unseq.frontend.ir.types import Bool, Float, Int, Library, Pointer, Record, Type, element_type, strip
from unseq.frontend.source import InputError

MOST_CASES = 1000


def given_cases(path: Path, function: Function) -> tuple[Case, ...]:
    """The cases that the file gives for ``function``.

    Raises ``InputError``, with the number of the tuple and of the argument, for what does not fit."""
    make = _generator(path, function.name.rpartition("::")[2])
    try:
        produced = make()
        if not isinstance(produced, Iterable):
            raise InputError(f"{path}: {make.__name__}() must yield tuples of arguments")
        rows = list(itertools.islice(produced, MOST_CASES + 1))
    except InputError:
        raise
    except Exception as error:
        raise InputError(f"{path}: {make.__name__}() failed ({type(error).__name__}: {error})") from error
    if not rows or len(rows) > MOST_CASES:
        what = "yields nothing" if not rows else f"yields more than {MOST_CASES} tuples"
        raise InputError(f"{path}: {make.__name__}() {what}")
    return tuple(_case(row, index, function, f"{path}: {make.__name__}()") for index, row in enumerate(rows))


def _generator(path: Path, name: str) -> Callable[[], object]:
    if not path.is_file():
        raise InputError(f"{path}: no such file; --inputs takes a Python file")
    try:
        found = runpy.run_path(str(path))
    except Exception as error:
        raise InputError(f"{path}: cannot be run ({type(error).__name__}: {error})") from error
    own = {
        key: value
        for key, value in found.items()
        if isinstance(value, python.FunctionType) and value.__code__.co_filename == str(path)
    }
    if name in own:
        return own[name]
    if "inputs" in own:
        return own["inputs"]
    if len(own) == 1:
        return next(iter(own.values()))
    raise InputError(f"{path}: define a function {name}() or inputs() that yields tuples of arguments")


def _case(row: object, index: int, function: Function, where: str) -> Case:
    arguments = tuple(row) if isinstance(row, tuple | list) else (row,)
    where = f"{where}, tuple {index + 1}"
    if len(arguments) != len(function.parameters):
        raise InputError(
            f"{where} has {len(arguments)} values; {function.name} takes {len(function.parameters)} "
            f"({', '.join(parameter.name for parameter in function.parameters)})"
        )
    values = tuple(
        _value(argument, parameter.type, f"{where}, argument {parameter.name!r}")
        for argument, parameter in zip(arguments, function.parameters, strict=True)
    )
    return Case(values, f"given {index + 1}")


def _value(argument: object, type_: Type, where: str) -> Value:
    type_ = strip(type_)
    element = element_type(type_)
    if argument is None:
        if isinstance(type_, Pointer) or (isinstance(type_, Library) and type_.name == "optional"):
            return Null()
        raise InputError(f"{where}: None is only a value for a pointer or an optional")
    if isinstance(argument, str | bytes):
        if element is None or not isinstance(strip(element), Int):
            raise InputError(f"{where}: text given, but the parameter is no string")
        return Text(argument.encode() if isinstance(argument, str) else argument)
    if element is not None:
        return _elements(argument, strip(element), where)
    if isinstance(type_, Bool | Int | Float) or (isinstance(type_, Library) and type_.name == "complex"):
        return _scalar(argument, type_, where)
    members = _members(type_)
    if members is not None and isinstance(argument, tuple | list) and len(argument) == len(members):
        return Struct(tuple(_value(item, member, where) for item, member in zip(argument, members, strict=True)))
    if isinstance(type_, Library) and type_.name == "optional" and not isinstance(type_.args[0], int):
        return _value(argument, type_.args[0], where)
    raise InputError(f"{where}: a {type(argument).__name__} is no value of this parameter's type")


def _members(type_: Type) -> list[Type] | None:
    if isinstance(type_, Record):
        return [member.type for member in type_.fields]
    if isinstance(type_, Library) and type_.name in ("pair", "tuple"):
        return [argument for argument in type_.args if not isinstance(argument, int)]
    return None


def _elements(argument: object, element: Type, where: str) -> Value:
    dtype = dtype_of(element)
    if dtype is None:
        if not isinstance(argument, Iterable):
            raise InputError(f"{where}: needs a sequence")
        return Sequence(tuple(_value(item, element, where) for item in argument))
    try:
        array = np.asarray(argument)
        if array.dtype.names is None and dtype.names is not None:
            array = np.array([tuple(row) for row in array], dtype)
    except (TypeError, ValueError) as error:
        raise InputError(f"{where}: not an array of {dtype} ({error})") from error
    array = array.ravel()
    if not array.size:
        return Buffer(np.empty(0, dtype))
    converted = array.astype(dtype, casting="unsafe") if _converts(array.dtype, dtype) else None
    if converted is None or (dtype.kind in "iub" and not np.array_equal(converted, array)):
        raise InputError(f"{where}: an array of {array.dtype} does not hold values of {dtype}")
    return Buffer(np.ascontiguousarray(converted))


def _converts(source: np.dtype[np.generic], target: np.dtype[np.generic]) -> bool:
    """Whether numbers may be taken over: integers are compared afterwards, a fraction never becomes an integer."""
    if source.kind in "iub" and target.kind in "iubfc":
        return True
    return np.can_cast(source, target, casting="same_kind")


def _scalar(argument: object, type_: Type, where: str) -> Scalar:
    if isinstance(argument, np.ndarray) and argument.ndim == 0:
        argument = argument[()]
    number = argument.item() if isinstance(argument, np.generic) else argument
    if isinstance(type_, Int) and isinstance(number, int):
        low = -(1 << (type_.bits - 1)) if type_.signed else 0
        if not low <= number <= low + (1 << type_.bits) - 1:
            raise InputError(f"{where}: {number} is out of range for {type_.bits} bits")
        return Scalar(int(number))
    if isinstance(type_, Bool) and isinstance(number, bool | int):
        return Scalar(bool(number))
    if isinstance(type_, Float) and isinstance(number, int | float):
        return Scalar(float(number))
    if isinstance(type_, Library) and isinstance(number, int | float | complex):
        return Scalar(complex(number))
    raise InputError(f"{where}: a {type(argument).__name__} is no value of this parameter's type")
