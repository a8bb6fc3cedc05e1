"""Progress is seen on a terminal only, and leaves nothing behind."""

import io

from rich.console import Console

from unseq.evaluate.report.progress import Progress


def run(console: Console, shown: bool = True) -> str:
    with Progress(console, shown) as progress:
        progress.expect(3)
        for name in ("smooth", "despike"):
            progress.begin(name)
            progress.stage("lower")
            progress.stage("tests", "12/40")
            progress.stage("tests", "40/40")
            progress.stage("races")
        if console.is_terminal:
            console.print(progress)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_nothing_is_shown_without_a_terminal() -> None:
    assert run(Console(file=io.StringIO())) == ""
    assert "\x1b[?25l" not in run(Console(file=io.StringIO(), force_terminal=True, color_system=None), shown=False)


def test_it_names_the_function_its_place_and_the_stages() -> None:
    shown = run(Console(file=io.StringIO(), force_terminal=True, width=80, color_system=None))
    assert "2/3  despike  lower ✓  tests 40/40 ✓  races" in shown
