"""The map of the rooms holds: imports only point left, and each outside thing has one door."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from checkout import ROOT

ROOMS = ("frontend", "backends", "agents", "evaluate", "corpus")
TOP = ("cli", "api")
FORBIDDEN_NAMES = {"utils.py", "helpers.py", "misc.py", "common.py", "util.py", "helper.py"}
MOST_LINES = 400

# module of the outside world -> the files or folders that may import it
DOORS = {
    "tree_sitter": ("frontend/",),
    "tree_sitter_c": ("frontend/",),
    "tree_sitter_cpp": ("frontend/",),
    "tree_sitter_python": ("frontend/",),
    "islpy": ("frontend/",),
    "z3": ("frontend/",),
    "subprocess": ("backends/process.py",),
    "multiprocessing": ("backends/process.py",),
    "socket": ("agents/models/",),
    "urllib": ("agents/models/",),
    "http": ("agents/models/",),
    "httpx": ("agents/models/",),
    "requests": ("agents/models/",),
    "rich": ("evaluate/report/", "cli.py"),
    "click": ("cli.py",),
    "jinja2": ("evaluate/report/",),
}
# The command line imports what a command needs when the command runs: `unseq --help` must not load a solver.
LAZY = {"cli.py", "frontend/analysis/solver.py"}


def sources() -> list[Path]:
    found = [ROOT / f"{name}.py" for name in TOP]
    for room in ROOMS:
        found.extend(sorted((ROOT / room).rglob("*.py")))
    return [path for path in found if path.exists()]


def imports(tree: ast.AST) -> Iterator[tuple[str, int, int]]:
    """(absolute module, line, relative level) for each import in a tree."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, node.lineno, 0
        elif isinstance(node, ast.ImportFrom):
            yield node.module or "", node.lineno, node.level


def rank(relative: str) -> int:
    room = relative.split("/")[0].removesuffix(".py")
    return ROOMS.index(room) if room in ROOMS else len(ROOMS)


def violations(relative: str, text: str) -> list[str]:
    """What is wrong with one file, as lines to read."""
    tree = ast.parse(text)
    bad: list[str] = []
    for module, line, level in imports(tree):
        where = f"{relative}:{line}"
        if level:
            bad.append(f"{where}: relative import; write `from unseq.… import …`")
        if module == "unseq" or module.startswith("unseq."):
            target = module.split(".")[1] if "." in module else ""
            if target in TOP and relative.removesuffix(".py") not in TOP:
                bad.append(f"{where}: imports {module}; nothing imports the wiring")
            elif target in ROOMS and ROOMS.index(target) > rank(relative):
                bad.append(f"{where}: imports {module}, which stands to the right of {relative.split('/')[0]}")
        elif module.split(".")[0] in ROOMS and not level:
            bad.append(f"{where}: imports {module} without the package's name")
        allowed = DOORS.get(module.split(".")[0])
        if allowed is not None and not any(relative.startswith(door) for door in allowed):
            bad.append(f"{where}: {module} has one door: {', '.join(allowed)}")
    if relative not in LAZY:
        for function in ast.walk(tree):
            if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
                bad.extend(
                    f"{relative}:{line}: imports {module} inside a function"
                    for module, line, _ in imports(function)
                    if module.startswith("unseq")
                )
    for node in ast.walk(tree):
        if isinstance(node, ast.ExceptHandler) and node.type is None:
            bad.append(f"{relative}:{node.lineno}: bare except")
    return bad


@pytest.mark.parametrize("path", sources(), ids=lambda path: path.relative_to(ROOT).as_posix())
def test_a_file_keeps_to_the_map(path: Path) -> None:
    relative = path.relative_to(ROOT).as_posix()
    text = path.read_text(encoding="utf-8")
    assert violations(relative, text) == []
    assert path.name not in FORBIDDEN_NAMES
    assert len(text.splitlines()) <= MOST_LINES
    if path.name != "__init__.py" or text:
        assert ast.get_docstring(ast.parse(text)), "a module says what it knows and what it does not"


@pytest.mark.parametrize(
    ("relative", "text"),
    [
        ("frontend/c.py", "from unseq.backends.plan import Plan"),
        ("backends/plan.py", "import unseq.agents.judge"),
        ("agents/judge.py", "from unseq.api import translate"),
        ("agents/judge.py", "from frontend import c"),
        ("agents/judge.py", "from .rules import x"),
        ("agents/judge.py", "import subprocess"),
        ("agents/judge.py", "import tree_sitter_c"),
        ("agents/judge.py", "from z3 import Int"),
        ("agents/judge.py", "def f():\n    from unseq.frontend import c"),
        ("agents/judge.py", "try:\n    pass\nexcept:\n    pass"),
    ],
)
def test_the_check_can_fail(relative: str, text: str) -> None:
    assert len(violations(relative, text)) == 1


@pytest.mark.parametrize(
    ("relative", "text"),
    [
        ("backends/plan.py", "from unseq.frontend.source import Span"),
        ("frontend/c.py", "import tree_sitter_c"),
        ("backends/process.py", "import subprocess"),
        ("cli.py", "def f():\n    from unseq.api import translate"),
    ],
)
def test_the_check_accepts_the_map(relative: str, text: str) -> None:
    assert violations(relative, text) == []
