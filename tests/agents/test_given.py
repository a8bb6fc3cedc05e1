"""Inputs from the user's file: every kind of argument arrives, and what does not fit is named."""

from pathlib import Path

import numpy as np
import pytest

from unseq.agents.tester.given import given_cases
from unseq.backends.host.values import Buffer, Null, Scalar, Sequence, Struct, Text
from unseq.frontend.ir.nodes import Block, Function, Symbol
from unseq.frontend.ir.types import (
    BOOL,
    CHAR,
    DOUBLE,
    FLOAT,
    INT,
    SIZE,
    VOID,
    Field,
    Library,
    Pointer,
    Record,
    Reference,
    Type,
)
from unseq.frontend.source import InputError, Language, SourceUnit


def function(*types: Type) -> Function:
    parameters = tuple(Symbol(f"p{index}", type_, index) for index, type_ in enumerate(types))
    return Function("geo::smooth", parameters, VOID, Block(()), SourceUnit(Path("a.cpp"), Language.CPP, b""))


def cases(tmp_path: Path, text: str, *types: Type):  # type: ignore[no-untyped-def]  # a test reads better without
    path = tmp_path / "inputs.py"
    path.write_text("import numpy as np\n" + text)
    return given_cases(path, function(*types))


def test_arrays_and_scalars(tmp_path: Path) -> None:
    text = "def inputs():\n    yield np.arange(6).reshape(2, 3), 6, 0.5, True\n    yield [1.5], np.int64(1), 2, False\n"
    first, second = cases(tmp_path, text, Pointer(DOUBLE), INT, FLOAT, BOOL)
    assert first.values == (Buffer(np.arange(6.0)), Scalar(6), Scalar(0.5), Scalar(True))
    assert second.values == (Buffer(np.array([1.5])), Scalar(1), Scalar(2.0), Scalar(False))


def test_other_kinds_of_values(tmp_path: Path) -> None:
    point = Record("point", (Field("x", DOUBLE), Field("k", INT)))
    text = "def inputs():\n    yield 'ab', None, [[1], []], (1.0, 2), [(1.0, 2), (3, 4)]\n"
    nested = Library("vector", (Library("vector", (INT,)),))
    types = (Reference(Library("string")), Pointer(DOUBLE), nested, point, Library("vector", (point,)))
    (case,) = cases(tmp_path, text, *types)
    string, null, rows, one, many = case.values
    assert (string, null) == (Text(b"ab"), Null())
    assert rows == Sequence((Buffer(np.array([1], "i4")), Buffer(np.array([], "i4"))))
    assert one == Struct((Scalar(1.0), Scalar(2)))
    assert isinstance(many, Buffer)
    assert many.array["x"].tolist() == [1.0, 3.0]
    assert many.array["k"].tolist() == [2, 4]


@pytest.mark.parametrize("name", ["smooth", "inputs", "anything"])
def test_which_function_is_asked(tmp_path: Path, name: str) -> None:
    assert len(cases(tmp_path, f"def {name}():\n    return [(1,), (2,)]\n", INT)) == 2


def test_its_own_name_comes_first(tmp_path: Path) -> None:
    text = "def inputs():\n    yield 1\ndef other():\n    yield 2\ndef smooth():\n    yield 3\n"
    assert cases(tmp_path, text, INT)[0].values == (Scalar(3),)


@pytest.mark.parametrize(
    ("text", "types", "words"),
    [
        ("def inputs():\n    yield 1, 2\n", (INT,), r"tuple 1 has 2 values; geo::smooth takes 1 \(p0\)"),
        ("def inputs():\n    yield 'x'\n", (DOUBLE,), "argument 'p0': text given"),
        ("def inputs():\n    yield 1 << 40\n", (INT,), "out of range for 32 bits"),
        ("def inputs():\n    yield -1\n", (SIZE,), "out of range for 64 bits"),
        ("def inputs():\n    yield 0.5\n", (INT,), "a float is no value"),
        ("def inputs():\n    yield [0.5]\n", (Pointer(INT),), "does not hold values of int32"),
        ("def inputs():\n    yield [300]\n", (Pointer(CHAR),), "does not hold values of int8"),
        ("def inputs():\n    yield None\n", (INT,), "None is only"),
        ("def inputs():\n    yield object()\n", (Library("list", (Library("list", (INT,)),)),), "needs a sequence"),
        ("def inputs():\n    return 3\n", (INT,), "must yield"),
        ("def inputs():\n    return []\n", (INT,), "yields nothing"),
        ("def inputs():\n    while True: yield 1\n", (INT,), "more than 1000"),
        ("def inputs():\n    raise KeyError('k')\n", (INT,), "KeyError"),
        ("def a(): pass\ndef b(): pass\n", (INT,), r"define a function smooth\(\)"),
        ("x = \n", (INT,), "cannot be run"),
    ],
)
def test_what_does_not_fit_is_named(tmp_path: Path, text: str, types: tuple[Type, ...], words: str) -> None:
    with pytest.raises(InputError, match=words):
        cases(tmp_path, text, *types)


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        given_cases(tmp_path / "nope.py", function())
