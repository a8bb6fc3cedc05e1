"""What the front ends make of small functions: the IR, or the reason for refusing.

A case is one file: the language, the source, ``--- ir`` and the dump of each function in order. A refused function
shows as ``refused NAME LINE:COLUMN WHAT | REMEDY``, what the front end leaves out as ``missing``.
``--update-golden`` rewrites the lower half.
"""

from pathlib import Path

import pytest

from unseq.frontend.ir.printer import dump
from unseq.frontend.lower import functions, lower
from unseq.frontend.source import InputError, Language, SourceUnit, Unsupported

CASES = sorted((Path(__file__).parent / "lowering").glob("*.case"))
LANGUAGES = {"c": Language.C, "c++": Language.CPP}
SEPARATOR = "--- ir\n"


def parts(path: Path) -> tuple[Language, dict[str, str], str, str]:
    """Language, template arguments, source and expectation of a case."""
    text, _, expected = path.read_text(encoding="utf-8").partition(SEPARATOR)
    head, _, source = text.partition("\n")
    language, *given = head.split()
    return LANGUAGES[language], dict(g.split("=", 1) for g in given), source, expected


def shown(language: Language, given: dict[str, str], source: str) -> str:
    unit = SourceUnit(Path("case"), language, source.encode())
    lines: list[str] = []
    try:
        heads = functions(unit)
    except InputError as error:
        return f"input error {error}\n"
    for head in heads:
        try:
            function = lower(unit, head.name, given)
        except Unsupported as error:
            lines.append(f"refused {head.name} {error.span.line}:{error.span.column} {error.what} | {error.remedy}\n")
            continue
        lines.append(dump(function, callees=False))
        lines += [f"missing {each.span.line}:{each.span.column} {each.what}\n" for each in function.missing]
    return "".join(line if line.endswith("\n") else line + "\n" for line in lines)


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_a_case(path: Path, update_golden: bool) -> None:
    language, given, source, expected = parts(path)
    found = shown(language, given, source)
    if update_golden:
        head = path.read_text(encoding="utf-8").partition("\n")[0]
        path.write_text(f"{head}\n{source}{SEPARATOR}{found}", encoding="utf-8")
        return
    assert found == expected


def test_there_are_cases() -> None:
    assert len(CASES) >= 9
