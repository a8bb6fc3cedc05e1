"""What the door of the front ends says of bad input, where it says it, and what it does with odd files."""

from pathlib import Path

import pytest

from unseq.frontend.ir import walk
from unseq.frontend.ir.nodes import Assign, Binary, Block, Call, For, Function, If, Literal, Ref
from unseq.frontend.ir.printer import dump
from unseq.frontend.ir.types import Float
from unseq.frontend.lower import functions, lower
from unseq.frontend.source import InputError, Language, SourceUnit, Unsupported, read


def unit(text: str, name: str = "case.c") -> SourceUnit:
    return SourceUnit(Path(name), Language.CPP if name.endswith("cpp") else Language.C, text.encode())


@pytest.mark.parametrize(
    ("text", "where", "what"),
    [
        ("int f(int x) {\n  x = = 3;\n  return x;\n}", "2:7", "'='"),
        ("int f(int x) { return x }", "1:24", "';' is missing"),
        ("int f(int x) {\n  return x;\n", "1:14", "'{' is never closed"),
        ("int f(int x)\n{ for (int i = 0; i < x; i++ { } return 0; }", "2:44", "'}' closes nothing; the '(' of line 2"),
        ("int f(void) { return 1; } }", "1:27", "'}' closes nothing"),
        ("flush left words", "1:", "syntax error"),
    ],
)
def test_a_syntax_error_has_a_line_and_a_column(text: str, where: str, what: str) -> None:
    with pytest.raises(InputError) as caught:
        functions(unit(text))
    assert f"case.c:{where}" in str(caught.value)
    assert what in str(caught.value)


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("smoth", "did you mean 'smooth'?"),
        ("zzz", "it defines smooth, main, hidden_part"),
        ("hidden", "whether #if __ODD__ holds is not known (line 4)"),
        ("", "it defines"),
    ],
)
def test_an_unknown_function_is_answered_with_what_there_is(name: str, hint: str) -> None:
    text = "int smooth(int x) { return x; }\nint main(void) { return 0; }\nint hidden_part(void) { return 1; }\n"
    text += "#if __ODD__\nint hidden(void) { return 2; }\n#endif\n"
    with pytest.raises(InputError) as caught:
        lower(unit(text), name)
    assert hint in str(caught.value)


def test_the_functions_of_a_file_in_order() -> None:
    text = """
        namespace a { inline namespace b { int f(int x) { return x; } } }
        extern "C" { double g(double x) { return x; } }
        template <class T> T h(T x) { return x; }
        struct S { int m() { return 1; } };
        int declared(int);
        int main() { return 0; }
    """
    heads = functions(unit(text, "case.cpp"))
    assert [head.name for head in heads] == ["a::b::f", "g", "h", "main"]
    assert [head.is_template for head in heads] == [False, False, True, False]
    assert [head.is_main for head in heads] == [False, False, False, True]
    assert lower(unit(text, "case.cpp"), "f").name == "a::b::f"


def lowered(text: str, name: str = "f", file: str = "case.c") -> Function:
    return lower(unit(text, file), name)


def test_nodes_know_their_text() -> None:
    source = "void f(int *a, int n)\n{\n    for (int i = 0; i < n; i++) { // up\n        a[i] += 2 * i;\n    }\n}\n"
    function = lowered(source)
    text = function.unit.slice
    assert text(function.span) == source.strip()
    assert text(function.body.span) == source[source.index("{") :].strip()
    (loop,) = walk.loops(function)
    assert isinstance(loop, For)
    assert text(loop.span) == source[source.index("for") : source.rindex("}")].strip()
    assert text(loop.body.span).startswith("{ // up") and text(loop.body.span).endswith("}")
    assert text(loop.condition.span) == "i < n"
    (assign,) = loop.body.statements
    assert isinstance(assign, Assign)
    assert text(assign.span) == "a[i] += 2 * i;"
    assert [text(e.span) for e in (assign.place, assign.value)] == ["a[i]", "2 * i"]
    assert (assign.span.line, assign.span.column) == (4, 9)


def test_what_a_macro_expands_to_has_no_text_of_its_own() -> None:
    source = "#define TWICE(x) ((x) + (x))\n#define N 12\nint f(int a) { return TWICE(a) * N; }\n"
    function = lowered(source)
    found = {type(e).__name__: [] for e in walk.expressions(function)}  # type: dict[str, list[str]]
    for e in walk.expressions(function):
        found[type(e).__name__].append(function.unit.slice(e.span))
    assert found["Binary"] == ["TWICE(a) * N", "TWICE(a)"] or found["Binary"] == ["TWICE(a) * N", ""]
    assert found["Ref"] == ["", ""]
    (literal,) = [e for e in walk.expressions(function) if isinstance(e, Literal)]
    assert (literal.value, literal.text, function.unit.slice(literal.span)) == (12, "N", "N")
    assert all(e.span.line == 3 for e in walk.expressions(function))


def test_loops_are_numbered_in_source_order() -> None:
    function = lowered("void f(int n) { while (n > 9) { n--; for (;;) break; } do n++; while (n < 3); }")
    assert [loop.id for loop in walk.loops(function)] == [0, 1, 2]


def test_one_symbol_for_one_global_in_all_functions() -> None:
    function = lowered("static int k; static void g(void) { k++; } int f(void) { g(); return k; }")
    used = {e.symbol for each in (function, *function.callees) for e in walk.expressions(each) if isinstance(e, Ref)}
    assert used == {function.globals[0].symbol}


def test_a_callee_that_is_not_understood_is_named() -> None:
    function = lowered("static int g(int x) { goto out; out: return x; }\nint f(int x) { return g(x); }")
    assert function.callees == ()
    (missing,) = function.missing
    assert (missing.span.line, missing.what) == (1, "in 'g': goto")
    assert any(isinstance(e, Call) and e.name == "g" for e in walk.expressions(function))


def test_recursion_and_mutual_calls() -> None:
    text = "int odd(int n); int even(int n) { return n ? odd(n - 1) : 1; }\n"
    text += "int odd(int n) { return n ? even(n - 1) : 0; }"
    function = lowered(text, "even")
    assert [callee.name for callee in function.callees] == ["odd"]


# --- headers


def test_a_header_beside_the_file_is_read(tmp_path: Path) -> None:
    (tmp_path / "types.h").write_text(
        "#ifndef TYPES_H\n#define TYPES_H\n#include \"deeper.h\"\n// it's a comment\ntypedef struct { real x; } cell;\n"
        "static inline real twice(real x) { return 2 * x; }\n#define SIDE 7\n#endif\n"
    )
    (tmp_path / "deeper.h").write_text("#pragma once\ntypedef double real;\n")
    main = tmp_path / "main.c"
    main.write_text('#include "types.h"\n#include "types.h"\nreal f(cell *c, int i) { return twice(c[i].x) * SIDE; }\n')
    source = read(main)
    assert [head.name for head in functions(source)] == ["f"]
    function = lower(source, "f")
    assert function.unit.slice(function.span).startswith("real f(")
    assert function.span.line == 3
    assert [callee.name for callee in function.callees] == ["twice"]
    assert function.callees[0].span.start == function.callees[0].span.end


def test_a_mistake_in_a_header_does_not_hide_the_file(tmp_path: Path) -> None:
    (tmp_path / "odd.h").write_text("@@@ not C @@@\n")
    main = tmp_path / "main.c"
    main.write_text('#include "odd.h"\nint f(int x) { return x; }\nint g(odd_t *x) { return 0; }\n')
    assert lower(read(main), "f").name == "f"
    with pytest.raises(Unsupported, match="unknown type 'odd_t'"):
        lower(read(main), "g")


def test_a_missing_header_makes_its_macros_doubtful() -> None:
    text = '#include "absent.h"\nint f(int x) {\n#ifdef FAST\n    x++;\n#endif\n    return x;\n}\n'
    text += "int g(int x) { return x; }\n"
    with pytest.raises(Unsupported) as caught:
        lowered(text)
    assert caught.value.span.line == 3
    assert lowered(text, "g").name == "g"


# --- templates


@pytest.mark.parametrize("given", ["float", "std::vector<int>", "unsigned long", "std::complex<double>"])
def test_a_template_is_instantiated(given: str) -> None:
    text = "#include <vector>\ntemplate <typename T> void f(std::vector<T> &v, const T &x) { v.push_back(x); }\n"
    function = lower(unit(text, "case.cpp"), "f", {"T": given})
    assert function.template[0][0] == "T"
    assert function.name == "f"


def test_a_template_needs_its_arguments() -> None:
    text = "template <typename T, int N = 4> T f(T x) { return x * N; }\n"
    with pytest.raises(Unsupported) as caught:
        lowered(text, file="case.cpp")
    assert "--instantiate T=" in caught.value.remedy
    function = lower(unit(text, "case.cpp"), "f", {"T": "float"})
    assert function.result == Float(32)
    for given in ({"T": "float", "N": "x"}, {"T": "1 +"}, {"T": "mystery"}):
        with pytest.raises(InputError):
            lower(unit(text, "case.cpp"), "f", given)


# --- bounds


@pytest.mark.parametrize(
    "body",
    [
        "return " + "(" * 5000 + "x" + ")" * 5000 + ";",
        "return " + "-" * 1 + " -" * 5000 + "x;",
        "{" * 5000 + "x++;" + "}" * 5000 + "return x;",
        "return " + "+".join(["x"] * 5000) + ";",
        "else ".join(f"if (x == {i}) return {i}; " for i in range(2000)) + "return x;",
    ],
)
def test_deep_code_is_refused(body: str) -> None:
    with pytest.raises(Unsupported, match="nested"):
        lowered(f"int f(int x) {{ {body} }}")


def test_wide_code_is_fine() -> None:
    function = lowered("int f(int x) { " + "x += 3; " * 3000 + "return x; }")
    assert len(function.body.statements) == 3001


@pytest.mark.parametrize(
    "text",
    [
        "#define A(x) x x\nint f(void) { return " + "A(" * 200 + "1" + ")" * 200 + "; }",
        "".join(f"#define A{i} A{i + 1} A{i + 1}\n" for i in range(60)) + "#define A60 1\nint f(void) { return A0; }",
        "#define A(x) x\nint f(void) { return A(1, 2); }",
        "#define A(x) x\nint f(void) { return A(1; }\nint g(void) { return 1; }",
    ],
)
def test_macros_that_cannot_be_expanded_are_refused(text: str) -> None:
    with pytest.raises((Unsupported, InputError), match=r"macro|syntax"):
        lowered(text)


def test_a_construct_that_the_grammar_does_not_know_spoils_one_function_only() -> None:
    text = "int f(int n, ...) { va_list ap; va_start(ap, n); char *p = va_arg(ap, char *); return *p; }\n"
    text += "int g(int x) { return x; }\n"
    with pytest.raises(Unsupported):
        lowered(text)
    assert lowered(text, "g").name == "g"


def test_effects_of_conditions_do_not_leak() -> None:
    function = lowered("int f(int *p, int n) { if (n > 0 && *p++ > 3) return *p; return n; }")
    text = dump(function)
    assert text.index("p += 1") > text.index("if ")
    (first, *_) = [s for s in function.body.statements if isinstance(s, If)]
    assert isinstance(first.then, Block) and not isinstance(first.condition, Binary)
