"""Agreement under both floating-point policies, element by element and shape by shape."""

import numpy as np
import pytest

from signatures import function
from unseq.agents.compare import Agreement, Difference, Reference, compare
from unseq.agents.perturbed import perturbed_case
from unseq.agents.task import FloatPolicy
from unseq.backends.host.blob import Elsewhere, Returned, Threw
from unseq.backends.host.values import Buffer, Case, Null, Overlap, Scalar, Sequence, Struct, Text, Value, dtype_of
from unseq.frontend.ir.types import DOUBLE, FLOAT, INT, Field, Library, Pointer, Record

STRICT, REASSOC = FloatPolicy.STRICT, FloatPolicy.REASSOC
F = function("", "f", {"p": Pointer(DOUBLE)}, DOUBLE)
NAN, INF = float("nan"), float("inf")


def doubles(*items: float) -> Buffer:
    return Buffer(np.array(items, dtype=np.float64))


def returned(value: Value | Elsewhere | None, result: Value | Elsewhere | None = None) -> Returned:
    return Returned(result, (value,))


def difference(
    expected: Value, got: Value, policy: FloatPolicy = REASSOC, rounded: tuple[Value, ...] = (),
    perturbed: tuple[Value, ...] = (), given: Value | None = None,
) -> Difference | Agreement:
    case = Case((given if given is not None else doubles(1.0),), "")
    reference = Reference(
        case, returned(expected), tuple(returned(v) for v in rounded), tuple(returned(v) for v in perturbed)
    )
    return compare(F, reference, returned(got), policy)


def agree(*arguments: object, **more: object) -> bool:
    return isinstance(difference(*arguments, **more), Agreement)  # type: ignore[arg-type] # handed on


@pytest.mark.parametrize("policy", [STRICT, REASSOC])
def test_discrete_values_must_be_equal(policy: FloatPolicy) -> None:
    ints = Buffer(np.array([1, 2, 3], dtype=np.int32))
    assert agree(ints, Buffer(np.array([1, 2, 3], dtype=np.int32)), policy)
    found = difference(ints, Buffer(np.array([1, 5, 6], dtype=np.int32)), policy)
    assert isinstance(found, Difference)
    assert (found.where, found.expected, found.got, found.count) == ("p[1]", "2", "5", 2)
    for one, other in (
        (Text(b"a"), Text(b"b")),
        (Null(), doubles()),
        (Overlap(0, 1), Overlap(0, 2)),
        (Scalar(2**100), Scalar(2**100 + 1)),
        (Struct((Scalar(1), Text(b""))), Struct((Scalar(1), Text(b"x")))),
        (Sequence((Text(b"a"),)), Sequence((Text(b"a"), Text(b"b")))),
        (Sequence((Text(b"a"), Text(b"b"))), Sequence((Text(b"a"),))),
        (doubles(1.0), doubles(1.0, 2.0)),
        (doubles(1.0, 2.0), doubles(1.0)),
        (Scalar(True), Scalar(False)),
    ):
        assert not agree(one, other, policy)
        assert agree(one, one, policy)


def test_an_exception_is_no_result() -> None:
    case = Case((doubles(),), "")
    assert isinstance(compare(F, Reference(case, Threw("a")), Threw("a"), STRICT), Agreement)
    assert isinstance(compare(F, Reference(case, Threw("a")), Threw("b"), STRICT), Difference)
    found = compare(F, Reference(case, Threw("a")), returned(None), STRICT)
    assert isinstance(found, Difference) and str(found) == "exception: expected a, got none"
    assert isinstance(compare(F, Reference(case, returned(None)), Threw("a"), STRICT), Difference)


@pytest.mark.parametrize("policy", [STRICT, REASSOC])
def test_nan_and_infinity_stand_where_they_belong(policy: FloatPolicy) -> None:
    given = doubles(NAN, INF)
    assert agree(doubles(NAN, INF), doubles(-NAN, INF), policy, given=given)
    for got in (doubles(0.0, INF), doubles(NAN, -INF), doubles(NAN, 1e308), doubles(INF, NAN)):
        assert not agree(doubles(NAN, INF), got, policy, given=given)
    assert not agree(doubles(1.0), doubles(NAN), policy, rounded=(doubles(2.0),))


def test_strict_wants_the_same_bits() -> None:
    assert agree(doubles(0.1 + 0.2), doubles(0.30000000000000004), STRICT)
    assert not agree(doubles(0.1 + 0.2), doubles(0.3), STRICT, rounded=(doubles(0.3),))
    assert not agree(doubles(0.0), doubles(-0.0), STRICT)
    assert agree(doubles(0.0), doubles(-0.0), REASSOC)


def test_the_bound_comes_from_the_original_not_from_the_size_of_the_result() -> None:
    assert not agree(doubles(1e6), doubles(1e6 + 1e-9), rounded=(doubles(1e6),))
    assert agree(doubles(1e6), doubles(1e6 + 1e-9), rounded=(doubles(1e6 + 2e-10), doubles(1e6 - 2e-10)))
    assert not agree(doubles(1e6), doubles(1e6 + 1e-8), rounded=(doubles(1e6 + 2e-10), doubles(1e6 - 2e-10)))


def test_cancellation_that_the_original_hides_shows_in_perturbed_inputs() -> None:
    given = doubles(1e16, 1.0, -1e16)
    assert not agree(doubles(1.0), doubles(0.0), given=given)
    assert agree(doubles(1.0), doubles(0.0), given=given, perturbed=(doubles(3.0), doubles(-1.0)))


def test_a_discontinuity_is_no_rounding_error() -> None:
    assert not agree(doubles(1.0), doubles(0.0), perturbed=(doubles(0.0),))


def test_overflow_depends_on_the_order_only_near_the_limit() -> None:
    huge = doubles(1e308, 1e308, -1e308)
    assert agree(doubles(INF), doubles(1e308), given=huge)
    assert agree(doubles(1e308), doubles(INF), given=huge)
    assert not agree(doubles(1.0), doubles(INF), given=doubles(1.0, 2.0))


def test_a_discrete_result_that_rounding_does_not_determine_may_be_either() -> None:
    three, four = (Buffer(np.array([k], dtype=np.int64)) for k in (3, 4))
    assert agree(three, four, rounded=(four, three))
    assert not agree(three, four, perturbed=(four,))
    assert not agree(three, four, STRICT, rounded=(four,))


def test_complex_numbers_and_records_are_compared_member_by_member() -> None:
    one, other = (Buffer(np.array([1.0 + 2.0j, x], dtype=np.complex128)) for x in (3.0 + 4.0j, 3.0 - 4.0j))
    found = difference(one, other)
    assert isinstance(found, Difference) and found.where == "p.imag[1]"
    record = dtype_of(Record("R", (Field("k", INT), Field("x", DOUBLE))))
    found = difference(*(Buffer(np.array([(1, 2.0), (2, x)], dtype=record)) for x in (3.0, 4.0)))
    assert isinstance(found, Difference) and found.where == "p.x[1]"


def test_the_result_and_its_closeness_are_named() -> None:
    case = Case((doubles(1.0),), "")
    reference = Reference(case, returned(None, Scalar(1.0)), (returned(None, Scalar(1.0 + 2**-50)),))
    found = compare(F, reference, returned(None, Scalar(1.0 + 2**-51)), REASSOC)
    assert isinstance(found, Agreement) and found.worst_ulp == 2.0
    found = compare(F, reference, returned(None, Scalar(1.5)), REASSOC)
    assert isinstance(found, Difference) and found.where == "result" and found.bound is not None


def test_single_precision_has_its_own_units() -> None:
    expected = Buffer(np.array([1.0], dtype=np.float32))
    near = Buffer(np.array([1.0 + 2**-23], dtype=np.float32))
    given = Buffer(np.linspace(0.1, 1, 100).astype(np.float32))
    assert agree(expected, near, rounded=(near,), given=given)
    assert not agree(expected, Buffer(np.array([1.001], dtype=np.float32)), rounded=(near,), given=given)
    assert dtype_of(FLOAT) == np.float32


def test_perturbation_moves_what_rounding_can_move_and_nothing_else() -> None:
    case = Case((doubles(0.1, 3.0, NAN, 1e300), Buffer(np.array([1, 2])), Sequence((doubles(0.5),)), Scalar(0.1)), "c")
    types = (Pointer(DOUBLE), Pointer(INT), Library("vector", (Library("vector", (DOUBLE,)),)), FLOAT)
    moved = perturbed_case(case, 1, types)
    assert moved is not None
    array = moved.values[0]
    assert isinstance(array, Buffer)
    assert array.array[0] != 0.1 and abs(array.array[0] - 0.1) < 1e-16 and array.array[1] == 3.0
    assert moved.values[1] is case.values[1] and moved.values[2] != case.values[2]
    assert isinstance(moved.values[3], Scalar) and moved.values[3].value == np.float32(0.1 * (1 - 2**-23))
    assert perturbed_case(Case((doubles(1.0, 2.0), Scalar(3), Scalar(2.0)), ""), 1, (types[0], INT, DOUBLE)) is None


def test_an_element_that_rounds_the_same_by_chance_is_judged_like_its_neighbours() -> None:
    expected = np.linspace(1.0, 2.0, 100)
    near, wrong = expected.copy(), expected.copy()
    near[7] += 2 * np.spacing(near[7])
    wrong[7] += 200 * np.spacing(wrong[7])
    up = np.nextafter(expected, 9)
    up[7] = expected[7]
    assert agree(Buffer(expected), Buffer(near), rounded=(Buffer(up),))
    assert not agree(Buffer(expected), Buffer(wrong), rounded=(Buffer(up),))
    exact = expected.copy()
    exact[90:] = np.nextafter(exact[90:], 9)  # only few are inexact at all
    assert not agree(Buffer(expected), Buffer(near), rounded=(Buffer(exact),))
