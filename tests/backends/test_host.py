"""Values travel to a compiled function and back, whatever their types; every way to end early is told apart."""

from collections.abc import Iterator

import numpy as np
import pytest

from signatures import function
from unseq.backends.host.blob import Elsewhere, Mismatch, Outcome, Returned, Schedule, Threw
from unseq.backends.host.build import build, original_source
from unseq.backends.host.run import RUN_LIMITS, Session, Setting, run_cases, session
from unseq.backends.host.shim import unpassable
from unseq.backends.host.values import (
    Buffer,
    Case,
    Null,
    Overlap,
    SameObject,
    Scalar,
    Sequence,
    Struct,
    Text,
    Value,
    dtype_of,
)
from unseq.backends.parlay.toolchain import RuntimeKind, find_toolchain
from unseq.backends.results import Built, Fault, Run
from unseq.frontend.ir.nodes import Function
from unseq.frontend.ir.types import (
    BOOL,
    CHAR,
    DOUBLE,
    FLOAT,
    INT,
    LONG,
    SIZE,
    UNSIGNED,
    VOID,
    Array,
    Callable,
    Field,
    Float,
    Int,
    Library,
    Pointer,
    Record,
    Reference,
    Type,
)

POINT = Record("Point", (Field("tag", CHAR), Field("x", DOUBLE), Field("v", Array(FLOAT, 3))))
C_POINT = Record("point", POINT.fields, "struct point")
MATRIX = Record("Matrix", (Field("rows", INT), Field("data", Pointer(DOUBLE))))
C_MATRIX = Record("matrix", MATRIX.fields, "struct matrix")


@pytest.fixture(scope="module")
def place() -> Iterator[Session]:
    with session(find_toolchain()) as folder:
        yield folder


def run(
    place: Session, f: Function, *cases: Case, kind: RuntimeKind = RuntimeKind.PLAIN, call_s: float = 0.0,
    order: tuple[int, ...] = (), wall_s: float = 20.0,
) -> Run:
    built = build(place.toolchain, f, original_source(f.unit), kind, place.folder)
    assert isinstance(built, Built), built
    limits = RUN_LIMITS if wall_s == 20.0 else type(RUN_LIMITS)(wall_s=wall_s)
    schedule = Schedule(order or tuple(range(len(cases))), call_s=call_s)
    return run_cases(place, f, built.library, cases, schedule, Setting(kind, False, limits=limits))


def call(place: Session, f: Function, *values: Value) -> Returned:
    outcome = outcomes(run(place, f, Case(values, "")))[0]
    assert isinstance(outcome, Returned), outcome
    return outcome


def outcomes(done: Run) -> list[Outcome]:
    assert done.failure is None, done.failure
    return [called.outcome for called in done.calls if called.outcome is not None]


def buffer(*items: object, t: Type = DOUBLE) -> Buffer:
    return Buffer(np.array(list(items), dtype=dtype_of(t)))


def vector(t: Type) -> Library:
    return Library("vector", (t,))


SAXPY = """double saxpy(int n, double a, const double *x, double *y)
{ double s = 0; for (int i = 0; i < n; i++) { y[i] += a * x[i]; s += y[i]; } return s; }
"""
SAXPY_TYPES: dict[str, Type] = {"n": INT, "a": DOUBLE, "x": Pointer(DOUBLE, True), "y": Pointer(DOUBLE)}


@pytest.mark.parametrize("c", [True, False])
def test_pointers_scalars_and_result(place: Session, c: bool) -> None:
    f = function("static " + SAXPY, "saxpy", SAXPY_TYPES, DOUBLE, c=c)
    given = buffer(1.0, 2.0)
    after = call(place, f, Scalar(2), Scalar(2.0), given, buffer(10.0, 20.0))
    assert after.result == Scalar(36.0)
    assert after.parameters == (None, None, given, buffer(12.0, 24.0))
    assert after.parameters[2] is given


@pytest.mark.parametrize("c", [True, False])
def test_overlapping_and_null_pointers(place: Session, c: bool) -> None:
    f = function(SAXPY, "saxpy", SAXPY_TYPES, DOUBLE, c=c)
    after = call(place, f, Scalar(2), Scalar(1.0), Overlap(3, 1), buffer(1.0, 2.0, 4.0))
    assert after.parameters[3] == buffer(3.0, 6.0, 4.0) and after.parameters[2] is None
    assert call(place, f, Scalar(0), Scalar(1.0), Null(), Null()).result == Scalar(0.0)


def test_a_file_with_a_main_is_compiled_as_it_is(place: Session) -> None:
    text = """#include <stdio.h>
    int twice(int x) { return 2 * x; }
    int main(void) { printf("%d", twice(1)); return 0; }"""
    for c in (True, False):
        assert call(place, function(text, "twice", {"x": INT}, INT, c=c), Scalar(21)).result == Scalar(42)


def test_macros_with_short_names_do_no_harm(place: Session) -> None:
    text = "#include <vector>\n" + "".join(f"#define {name} 7\n" for name in "ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    for c in (True, False):
        f = function((text if not c else text.partition("\n")[2]) + "int f(int *v) { return v[0] + N; }", "f",
                     {"v": Pointer(INT)}, INT, c=c)
        assert call(place, f, Buffer(np.array([1], np.int32))).result == Scalar(8)


WIDE: list[tuple[Type, str, object]] = [
    (BOOL, "bool", True),
    (CHAR, "char", -7),
    (Int(16, False, "unsigned short"), "unsigned short", 65535),
    (UNSIGNED, "unsigned", 2**32 - 1),
    (LONG, "long", -(2**63)),
    (SIZE, "size_t", 2**64 - 1),
    (FLOAT, "float", 0.5),
    (Int(128, True, "__int128"), "__int128", -(2**100)),
    (Library("complex", (DOUBLE,)), "std::complex<double>", 1.0 - 2.0j),
    (Library("complex", (FLOAT,)), "std::complex<float>", 1.0 - 2.0j),
]


@pytest.mark.parametrize(("t", "spelling", "value"), WIDE, ids=[spelling for _, spelling, _ in WIDE])
def test_scalars_of_every_type(place: Session, t: Type, spelling: str, value: object) -> None:
    text = f"#include <complex>\n#include <cstddef>\n{spelling} same({spelling} x) {{ return x; }}"
    assert call(place, function(text, "same", {"x": t}, t), Scalar(value)).result == Scalar(value)  # type: ignore[arg-type]


def test_long_double_keeps_its_precision(place: Session) -> None:
    t = Float(80)
    value = np.longdouble(1) / np.longdouble(3)
    after = call(place, function("long double same(long double x) { return x; }", "same", {"x": t}, t), Scalar(value))
    assert isinstance(after.result, Scalar) and after.result.value == value


VECTORS: list[tuple[Type, str, str, Value, Value]] = [
    (vector(INT), "std::vector<int> &", "x.push_back(x[0])", buffer(1, 2, t=INT), buffer(1, 2, 1, t=INT)),
    (vector(BOOL), "std::vector<bool> &", "x[0] = !x[0]", buffer(True, t=BOOL), buffer(False, t=BOOL)),
    (
        vector(vector(INT)),
        "std::vector<std::vector<int>> &",
        "x.push_back(x[0]); x[0].clear()",
        Sequence((buffer(1, 2, t=INT),)),
        Sequence((buffer(t=INT), buffer(1, 2, t=INT))),
    ),
    (
        vector(Library("string")),
        "std::vector<std::string> &",
        'x[1] += "!"',
        Sequence((Text(b"a"), Text(b"b\0c"))),
        Sequence((Text(b"a"), Text(b"b\0c!"))),
    ),
    (Library("string"), "std::string &", 'x += "b"', Text(b"a"), Text(b"ab")),
    (Library("deque", (DOUBLE,)), "std::deque<double> &", "x.pop_front()", buffer(1.0, 2.0), buffer(2.0)),
    (Library("list", (INT,)), "std::list<int> &", "x.reverse()", buffer(1, 2, t=INT), buffer(2, 1, t=INT)),
    (Library("array", (INT, 2)), "std::array<int, 2> &", "x[0] = 7", buffer(1, 2, t=INT), buffer(7, 2, t=INT)),
    (
        Library("pair", (INT, DOUBLE)),
        "std::pair<int, double> &",
        "x.second += x.first",
        Struct((Scalar(1), Scalar(2.5))),
        Struct((Scalar(1), Scalar(3.5))),
    ),
    (
        Library("tuple", (INT, Library("string"))),
        "std::tuple<int, std::string> &",
        "std::get<1>(x) += 'x'",
        Struct((Scalar(1), Text(b""))),
        Struct((Scalar(1), Text(b"x"))),
    ),
    (Library("optional", (INT,)), "std::optional<int> &", "x = *x + 1", Scalar(1), Scalar(2)),
    (Library("optional", (INT,)), "std::optional<int> &", "x.reset()", Scalar(1), Null()),
    (INT, "int &", "x++", Scalar(1), Scalar(2)),
    (Array(INT, 2), "int (&x)[2], int &", "x[1] = 5", buffer(1, 2, t=INT), buffer(1, 5, t=INT)),
]
HEADERS = "".join(
    f"#include <{name}>\n" for name in ("array", "deque", "list", "optional", "span", "string", "tuple", "vector")
)


@pytest.mark.parametrize(("t", "spelling", "body", "before", "after"), VECTORS, ids=[f"{v[1]}{v[2]}" for v in VECTORS])
def test_references_to_every_kind_of_object(
    place: Session, t: Type, spelling: str, body: str, before: Value, after: Value
) -> None:
    if "(&x)" in spelling:
        f = function(f"void f(int (&x)[2]) {{ {body}; }}", "f", {"x": Reference(t)})
    else:
        f = function(f"{HEADERS}void f({spelling}x) {{ {body}; }}", "f", {"x": Reference(t)})
    assert call(place, f, before).parameters == (after,)


def test_results_by_value(place: Session) -> None:
    text = f"""{HEADERS}std::vector<std::pair<int, double>> f(std::vector<int> v)
    {{ v.push_back(3); return {{{{v[0], 1.5}}, {{v.back(), 2.5}}}}; }}"""
    element = Library("pair", (INT, DOUBLE))
    after = call(place, function(text, "f", {"v": vector(INT)}, vector(element)), buffer(1, t=INT))
    assert after.result == buffer((1, 1.5), (3, 2.5), t=element) and after.parameters == (None,)


def test_spans_and_their_overlap(place: Session) -> None:
    text = f"""{HEADERS}void f(std::span<const int> a, std::span<int> b)
    {{ for (std::size_t i = 0; i < b.size(); i++) b[i] = a[i] + 1; }}"""
    span = Library("span", (INT,))
    f = function(text, "f", {"a": span, "b": span})
    assert call(place, f, buffer(1, 2, t=INT), buffer(0, 0, t=INT)).parameters[1] == buffer(2, 3, t=INT)
    assert call(place, f, Overlap(1, 0), buffer(5, 6, t=INT)).parameters == (None, buffer(6, 7, t=INT))


def test_two_references_to_one_object(place: Session) -> None:
    text = HEADERS + "void f(const std::vector<int> &a, std::vector<int> &b) { b.push_back(1); b[0] = (int)a.size(); }"
    v = vector(INT)
    f = function(text, "f", {"a": Reference(v, True), "b": Reference(v)})
    after = call(place, f, buffer(7, t=INT), SameObject(0))
    assert after.parameters == (buffer(2, 1, t=INT), None)


@pytest.mark.parametrize("c", [True, False])
def test_records_by_value_and_in_buffers(place: Session, c: bool) -> None:
    record = C_POINT if c else POINT
    word = "struct point" if c else "Point"
    text = f"""struct {word.split()[-1]} {{ char tag; double x; float v[3]; }};
    {word} f({word} p, {word} *q, int n) {{ for (int i = 0; i < n; i++) q[i].x += p.x; p.v[2] = 9; return p; }}"""
    f = function(text, "f", {"p": record, "q": Pointer(record), "n": INT}, record, c=c)
    one = Struct((Scalar(1), Scalar(2.0), Buffer(np.zeros(3, np.float32))))
    many = buffer((1, 1.0, [1, 2, 3]), (2, 2.0, [4, 5, 6]), t=POINT)
    after = call(place, f, one, many, Scalar(2))
    assert after.result == Struct((Scalar(1), Scalar(2.0), Buffer(np.array([0, 0, 9], np.float32))))
    moved = after.parameters[1]
    assert isinstance(moved, Buffer) and moved.array["x"].tolist() == [3.0, 4.0]


@pytest.mark.parametrize("c", [True, False])
@pytest.mark.parametrize("pointer", [True, False])
def test_records_that_hold_pointers(place: Session, c: bool, pointer: bool) -> None:
    record = C_MATRIX if c else MATRIX
    word = "struct matrix" if c else "Matrix"
    star, member = ("*", "->") if pointer else ("", ".")
    text = f"""struct {word.split()[-1]} {{ int rows; double *data; }};
    void f({word} {star}m) {{ m{member}data[0] = m{member}rows; }}"""
    f = function(text, "f", {"m": Pointer(record) if pointer else record}, c=c)
    one = Struct((Scalar(2), buffer(0.0, 1.0)))
    new = Struct((Scalar(2), buffer(2.0, 1.0)))
    assert call(place, f, Sequence((one,)) if pointer else one).parameters == (Sequence((new,)) if pointer else new,)


@pytest.mark.parametrize("c", [True, False])
def test_pointers_to_rows(place: Session, c: bool) -> None:
    f = function("void f(double **a, int n) { for (int i = 0; i < n; i++) a[i][0] += i; }", "f",
                 {"a": Pointer(Pointer(DOUBLE)), "n": INT}, c=c)
    after = call(place, f, Sequence((buffer(1.0, 2.0), buffer(3.0))), Scalar(2))
    assert after.parameters == (Sequence((buffer(1.0, 2.0), buffer(4.0))), None)


def test_variable_length_arrays_of_c(place: Session) -> None:
    f = function("void f(int n, double a[n][n]) { a[n - 1][0] = 5; }", "f",
                 {"n": INT, "a": Array(Array(DOUBLE, None), None)}, c=True)
    assert call(place, f, Scalar(2), buffer(1.0, 2.0, 3.0, 4.0)).parameters[1] == buffer(1.0, 2.0, 5.0, 4.0)


@pytest.mark.parametrize("c", [True, False])
def test_strings_of_c(place: Session, c: bool) -> None:
    text = "int f(const char *s, char *t) { int n = 0; while (s[n]) { t[n] = s[n]; n++; } t[n] = 0; return n; }"
    f = function(text, "f", {"s": Pointer(CHAR, True), "t": Pointer(CHAR)}, INT, c=c)
    after = call(place, f, Text(b"abc"), Text(b"xyz"))
    assert after.result == Scalar(3) and after.parameters == (Text(b"abc"), Text(b"abc"))


@pytest.mark.parametrize("c", [True, False])
def test_a_returned_pointer_is_a_place(place: Session, c: bool) -> None:
    f = function("double other; double *f(double *a, int k) { return k < 0 ? 0 : k > 9 ? &other : a + k; }", "f",
                 {"a": Pointer(DOUBLE), "k": INT}, Pointer(DOUBLE), c=c)
    done = run(place, f, *(Case((buffer(1.0, 2.0), Scalar(k)), "") for k in (1, -1, 10)))
    results = [o.result for o in outcomes(done) if isinstance(o, Returned)]
    assert results == [Overlap(0, 1), Null(), Elsewhere()]


@pytest.mark.parametrize("c", [True, False])
def test_file_scope_variables_are_inputs_and_outputs_and_start_anew(place: Session, c: bool) -> None:
    text = "static int calls = 5; static double table[2] = {1, 2}; int f(void) { table[1] += 1; return ++calls; }"
    f = function(text, "f", {}, INT, c=c, variables={"calls": INT, "table": Array(DOUBLE, 2)})
    cases = (Case((), "a"), Case((), "b", (Scalar(10), buffer(7.0, 8.0))), Case((), "c"))
    results = outcomes(run(place, f, *cases))
    assert [r.result for r in results if isinstance(r, Returned)] == [Scalar(6), Scalar(11), Scalar(6)]
    assert isinstance(results[1], Returned) and results[1].globals == (Scalar(11), buffer(7.0, 9.0))


@pytest.mark.parametrize("c", [True, False])
def test_a_variable_may_be_given_in_part_or_left_alone(place: Session, c: bool) -> None:
    # The C library has a function `step`: the file's own variable must win.
    text = "int step = 3; int table[5000]; void f(int k) { table[k] = step * table[1]; }"
    f = function(text, "f", {"k": INT}, c=c, variables={"step": INT, "table": Array(INT, 5000)})
    given = (Null(), buffer(1, 2, t=INT))
    kept = (Scalar(5), Null())
    cases = (Case((Scalar(3),), "", given), Case((Scalar(4999),), "", given), Case((Scalar(0),), "", kept))
    tables = [r.globals[1] for r in outcomes(run(place, f, *cases)) if isinstance(r, Returned)]
    assert tables[0] == buffer(1, 2, 0, 6, t=INT) and tables[2] == buffer(t=INT)
    assert isinstance(tables[1], Buffer) and len(tables[1].array) == 5000 and tables[1].array[4999] == 6


def test_a_template_is_instantiated_and_an_overload_chosen(place: Session) -> None:
    f = function("template <class T> T twice(T x) { return x + x; }", "twice", {"x": FLOAT}, FLOAT,
                 template=(("T", "float"),))
    assert call(place, f, Scalar(1.5)).result == Scalar(3.0)
    f = function("int g(int x) { return 1; } int g(double x) { return 2; }", "g", {"x": DOUBLE}, INT)
    assert call(place, f, Scalar(1.5)).result == Scalar(2)


def test_an_exception_is_an_outcome(place: Session) -> None:
    f = function(HEADERS + "int f(std::vector<int> &v) { v.push_back(1); return v.at(5); }", "f",
                 {"v": Reference(vector(INT))}, INT)
    assert outcomes(run(place, f, Case((buffer(t=INT),), ""))) == [Threw("St12out_of_range")]


def test_repeated_calls_get_fresh_inputs_and_differences_are_kept(place: Session) -> None:
    f = function("static int hidden; int f(int *p) { p[0]++; hidden++; return hidden > 2 ? 100 : p[0]; }", "f",
                 {"p": Pointer(INT)}, INT)
    done = run(place, f, Case((buffer(1, t=INT),), ""), order=(0, 0, 0))
    found = [None if c.outcome is None else c.outcome for c in done.calls]
    assert found[1] is None and isinstance(found[2], Returned) and found[2].result == Scalar(100)


def map_results(done: Run) -> list[Returned]:
    """The outcome of every call, repetitions filled in."""
    found: list[Returned] = []
    for called in done.calls:
        outcome = called.outcome if called.outcome is not None else found[0]
        assert isinstance(outcome, Returned)
        found.append(outcome)
    return found


def test_rounding_modes(place: Session) -> None:
    f = function("double f(double x, double y) { return x / y; }", "f", {"x": DOUBLE, "y": DOUBLE}, DOUBLE)
    built = build(place.toolchain, f, original_source(f.unit, ("-frounding-math",)), RuntimeKind.PLAIN, place.folder)
    assert isinstance(built, Built)
    case = Case((Scalar(1.0), Scalar(3.0)), "")
    schedule = Schedule((0, 0, 0), rounding=(0, 1, 2))
    done = run_cases(place, f, built.library, [case], schedule, Setting(RuntimeKind.PLAIN, False))
    nearest, up, down = (o.result.value for o in map_results(done))  # type: ignore[union-attr]
    assert nearest == 1 / 3 == down < up  # type: ignore[operator]


# ---- ends --------------------------------------------------------------------------------------------


def failing(place: Session, body: str, kind: RuntimeKind = RuntimeKind.PLAIN, call_s: float = 0.0,
            before: str = "", wall_s: float = 20.0) -> Run:
    f = function(f"{before}\nint f(int *p, int k) {{ if (k == 1) {{ {body} }} return k; }}", "f",
                 {"p": Pointer(INT), "k": INT}, INT)
    cases = [Case((buffer(1, 2, t=INT), Scalar(k)), str(k)) for k in range(3)]
    return run(place, f, *cases, kind=kind, call_s=call_s, wall_s=wall_s)


ENDS = [
    ("*(volatile int *)0 = 1;", RuntimeKind.PLAIN, Fault.SIGNAL, ""),
    ("while (*(volatile int *)p) {}", RuntimeKind.PLAIN, Fault.CALL_TIMEOUT, ""),
    ("std::exit(0);", RuntimeKind.PLAIN, Fault.EXIT, "#include <cstdlib>"),
    ("std::abort();", RuntimeKind.PLAIN, Fault.SIGNAL, "#include <cstdlib>"),
    ("return p[2];", RuntimeKind.ASAN, Fault.SANITIZER, ""),
    ("return p[0] << (p[1] + 40);", RuntimeKind.ASAN, Fault.SANITIZER, ""),
    ("double d = 1e300; return (int)d;", RuntimeKind.ASAN, Fault.SANITIZER, ""),
]


@pytest.mark.parametrize(("body", "kind", "fault", "before"), ENDS, ids=[e[0] for e in ENDS])
def test_an_early_end_is_attributed_to_its_call(
    place: Session, body: str, kind: RuntimeKind, fault: Fault, before: str
) -> None:
    done = failing(place, body, kind, call_s=0.5 if fault is Fault.CALL_TIMEOUT else 0.0, before=before)
    assert done.failure is not None
    assert (done.failure.fault, done.failure.index) == (fault, 1)
    assert len(done.calls) == 1


def test_an_end_before_the_first_call_is_no_success(place: Session) -> None:
    cheat = '#include <unistd.h>\nstruct Early { Early() { write(1, "PASS", 4); _exit(0); } } early;'
    done = failing(place, "", before=cheat)
    assert done.failure is not None and done.failure.fault is Fault.EXIT and not done.calls


def test_an_alarm_that_is_blocked_does_not_help(place: Session) -> None:
    body = "signal(SIGALRM, SIG_IGN); while (*(volatile int *)p) {}"
    done = failing(place, body, call_s=0.2, before="#include <signal.h>", wall_s=1.0)
    assert done.failure is not None and done.failure.fault is Fault.TIMEOUT and done.failure.index == 1


def test_a_missing_function_ends_the_run(place: Session) -> None:
    done = failing(place, "extern int nowhere(int); return nowhere(k);")
    assert done.failure is not None and done.failure.index == 1


def test_values_that_do_not_fit_are_refused(place: Session) -> None:
    f = function(SAXPY, "saxpy", SAXPY_TYPES, DOUBLE)
    for values in (
        (Scalar(1),),
        (Scalar(2**40), Scalar(0.0), Null(), Null()),
        (Scalar(1), Scalar(0.0), buffer(1, t=INT), Null()),
        (Text(b"x"), Scalar(0.0), Null(), Null()),
    ):
        with pytest.raises(Mismatch):
            run(place, f, Case(values, ""))


@pytest.mark.parametrize(
    "t",
    [Callable((INT,), INT), Library("iterator", (INT,)), Pointer(Pointer(Pointer(INT))), Record("Hidden")],
    ids=str,
)
def test_what_cannot_be_passed_is_said(t: Type) -> None:
    assert unpassable(function("", "f", {"x": t})) is not None
    assert unpassable(function("", "f", {"x": INT}, VOID)) is None
