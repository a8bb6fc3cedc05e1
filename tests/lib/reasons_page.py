"""``docs/reasons.md``, made from the catalogue of reasons and from what is said of the examples."""

from reason_cases import CONTRACT, WITHOUT_EXAMPLE, example, refused, source_of
from unseq.frontend.reasons import CATALOGUE, Why
from unseq.frontend.source import Diagnostic

HEAD = """\
# Why a loop stays sequential

Made by `make docs` from `frontend/reasons.py` and `tests/analysis/reasons`; what is said of an example is what unseq
says of it.

Every reason has an id that does not change. It stands behind the reason in `unseq explain`, and it is `code` in JSON
(`explain --json`, `evidence.json`) and the rule's id in SARIF (`explain --sarif`). A loop may have several reasons; all
of them have to go. Each names the place, the second place that takes part (with the distance in iterations where that
is one number), and what would unlock the loop.

"""


def page() -> str:
    """The whole page."""
    parts = [HEAD, "| id | what stands in the way |\n|---|---|\n"]
    parts += [f"| [`{code}`](#{code}) | {CATALOGUE[code].title} |\n" for code in Why]
    parts += [_section(code) for code in Why]
    return "".join(parts)


def _section(code: Why) -> str:
    entry = CATALOGUE[code]
    title = f"{entry.title[0].upper()}{entry.title[1:]}"
    text = f"\n## {code}\n\n{title}. {entry.meaning}\n\n**What unlocks it.** {entry.unlock}\n"
    path = example(code)
    if path is None:
        return f"{text}\n{WITHOUT_EXAMPLE[code]}\n"
    language = "c" if path.suffix == ".c" else "cpp"
    shift = len(path.read_text().splitlines()) - len(source_of(path).splitlines())
    contract = "".join(f"With `--{name} {value}`:\n\n" for name, value in CONTRACT.findall(path.read_text()))
    said = "".join(_said(reason, shift) for reason in refused(path))
    return f"{text}\n{contract}```{language}\n{source_of(path)}```\n\n```text\n{said}```\n"


def _said(reason: Diagnostic, shift: int) -> str:
    place = f"{reason.span.line - shift}:{reason.span.column}"
    other = reason.other if reason.other is not None and reason.other.start != reason.span.start else None
    second = f"  {other.line - shift}:{other.column}" if other is not None else ""
    indent = " " * (len(place) + 2)
    remedy = f"{indent}help: {reason.remedy}\n" if reason.remedy else ""
    return f"{place}  {reason.what}  [{reason.code}]{second}\n{remedy}"
