"""Random loop nests, translated by the rules and run against their originals: none may compute anything else.

A nest is generated as C, so that the whole way is tested: lowering, analysis, plan, emitted text, both paths, several
threads.  Many functions go into one program. Integers that wrap, so that any order of sums is exact.
"""

from __future__ import annotations

import random
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from unseq.agents.rules.propose import Refusal, propose
from unseq.agents.task import Task
from unseq.backends.parlay.emit.file import emit
from unseq.backends.parlay.toolchain import RuntimeKind, find_toolchain
from unseq.frontend.analysis.driver import analyze
from unseq.frontend.lower import lower
from unseq.frontend.source import Language, SourceUnit, Unsupported

EXTENT = 4096  # elements of each array; subscripts stay inside for n, m <= 12
HEAD = "void {}(unsigned *a, unsigned *b, const int *p, int n, int m, int s)"
SIZES = ((0, 0), (1, 1), (2, 3), (5, 4), (12, 7), (9, 12))


def subscript(rng: random.Random, two: bool) -> str:
    i = rng.choice(["i", "i", "i", "i + 1", "i - 1", "i + 2", "n - 1 - i", "2 * i", "i / 2", "s", "0", "n - 1"])
    j = rng.choice(["j", "j", "j", "j + 1", "j - 1", "m - 1 - j", "s", "0"])
    if two and rng.random() < 0.7:
        return rng.choice([f"({i} + 4) * 40 + {j} + 4", f"({i} + 4) * (m + 8) + {j} + 4"])
    if rng.random() < 0.08:
        return f"p[{rng.choice(['i', 'j']) if two else 'i'}] + 4"
    return f"{i if not two or rng.random() < 0.5 else j} + {rng.choice([4, 4, 30])}"


def near(rng: random.Random, place: str) -> str:
    """A place close to another one."""
    old = rng.choice(["i", "j"])
    return place.replace(f"({old} + 4)", f"({old} + {rng.choice([3, 5])})").replace(
        "+ j + 4", f"+ j + {rng.choice([3, 4, 4, 5])}"
    ).replace("[i + 4]", f"[i + {rng.choice([3, 4, 5])}]")


def body(rng: random.Random, two: bool) -> list[str]:
    lines: list[str] = []
    target = f"{rng.choice('aab')}[{subscript(rng, two)}]"
    if rng.random() < 0.2:
        lines.append(f"unsigned t = {rng.choice('ab')}[{subscript(rng, two)}];")
    for _ in range(rng.choice([1, 1, 2])):
        reads = [near(rng, target) if rng.random() < 0.6 else f"{rng.choice('aab')}[{subscript(rng, two)}]"
                 for _ in range(rng.choice([0, 1, 2, 3]))]  # fmt: skip
        local = ["t"] if lines and lines[0].startswith("unsigned t") else []
        terms = [*reads, *local, "3u * i", *(["j"] if two else [])]
        op = rng.choice(["=", "=", "+=", "^="])
        statement = f"{target} {op} {' + '.join(terms)};"
        if rng.random() < 0.15:
            statement = f"if ({rng.choice(['i > s', 'i % 2 == 0', f'{target} % 3 == 0'])}) {statement}"
        lines.append(statement)
        if rng.random() < 0.4:
            target = f"{rng.choice('ab')}[{subscript(rng, two)}]"
    return lines


def nest(rng: random.Random, name: str) -> str:
    two = rng.random() < 0.65
    outer = rng.choice(["int i = 0; i < n; i++", "int i = 1; i < n; i++", "int i = n - 1; i >= 0; i--",
                        "int i = 0; i < n; i += 2", "int i = 1; i <= n; i++"])  # fmt: skip
    inner = rng.choice(["int j = 0; j < m; j++", "int j = 1; j < m; j++", "int j = m - 1; j >= 0; j--",
                        "int j = i; j < m; j++", "int j = 0; j < i; j++"])  # fmt: skip
    before = f"    b[i + 4] {rng.choice(['=', '+='])} i;\n" if two and rng.random() < 0.15 else ""
    after = f"    b[i + 4] += a[{subscript(rng, False)}];\n" if two and rng.random() < 0.15 else ""
    lines = body(rng, two)
    if not two:
        return f"{HEAD.format(name)}\n{{\n  for ({outer}) {{\n    " + "\n    ".join(lines) + "\n  }\n}\n"
    text = "\n      ".join(lines)
    loops = f"  for ({outer}) {{\n{before}    for ({inner}) {{\n      {text}\n    }}\n{after}  }}\n"
    return f"{HEAD.format(name)}\n{{\n{loops}}}\n"


def mixture(rng: random.Random, name: str) -> str:
    """A loop of several statements, some of which need what an earlier iteration left: in an array or a variable."""
    at = [f"[i + {k}]" for k in (3, 4, 4, 4, 5)]
    names = ["t", "u", "x", "z"]
    known: list[str] = ["x", "z"]
    lines: list[str] = []
    for _ in range(rng.randint(2, 5)):
        reads = [rng.choice([rng.choice("ab") + rng.choice(at), rng.choice(known), "p[i] * 3u", "i * 7u"])
                 for _ in range(rng.randint(1, 3))]  # fmt: skip
        value = f"({' ^ '.join(reads)}) * (({reads[0]} + 3u) / 5u) % 1000003u"
        place = rng.choice([f"a{rng.choice(at)}", f"b{rng.choice(at)}", rng.choice(names), "x"])
        if place in names and place not in known:
            lines.append(f"unsigned {place} = {value};")
            known.append(place)
        elif rng.random() < 0.2:
            lines.append(f"if ({rng.choice(['i > s', 'i % 3 != 0'])}) {place} = {value};")
        else:
            lines.append(f"{place} = {value} + {place};" if rng.random() < 0.3 else f"{place} = {value};")
    header = rng.choice(["int i = 0; i < n; i++", "int i = 1; i < n; i++", "int i = n - 1; i >= 0; i--"])
    text = "\n    ".join(lines)
    ends = f"  a[0] = {rng.choice('xz')};\n" if rng.random() < 0.6 else ""
    return f"{HEAD.format(name)}\n{{\n  unsigned x = 7, z = 1;\n  for ({header}) {{\n    {text}\n  }}\n{ends}}}\n"


def scratch(rng: random.Random, name: str) -> str:
    """A loop that writes and reads an array from outside, some of it perhaps not in every iteration."""
    lines = ["unsigned x = a[i + 4];"]
    if rng.random() < 0.5:
        lines.append(f"for (int j = 0; j < {rng.choice(['m', 'm + 1', '9', '12'])}; j++) w[j] = x + j;")

    def element(j: str) -> str:
        return f"w[{rng.choice([j, j, j, f'{j} + 1', f'{j} + 2', f'15 - {j}'])}]"

    for _ in range(rng.randint(2, 5)):
        kind = rng.random()
        if kind < 0.65:
            low = rng.choice(["0", "0", "0", "1", "2"])
            high = rng.choice(["m", "m", "m + 1", "9", "7", "s % 8"])
            up = f"int j = {low}; j < {high}; j++"
            down, strided = f"int j = {high} - 1; j >= {low}; j--", f"int j = {low}; j < {high}; j += 2"
            inner = rng.choice([up, up, down, strided])
            target = element("j")
            old = rng.choice(["", "", f" + {element('j')}", " + w[0]", " + w[j > 0 ? j - 1 : 0]"])
            plain = f"{target} = i * 5u + j + x{old};"
            body = rng.choice([
                plain, plain, f"x = x * 3u + {element('j')};", f"{target} += j + x;", f"if (j != s) {target} = x + j;",
                f"if (x % 7 == 3) break; {target} = j + x;",
            ])  # fmt: skip
            lines.append(f"for ({inner}) {{ {body} }}")
        elif kind < 0.8:
            lines.append(f"w[{rng.randint(0, 3)}] = x + i;")
        else:
            lines.append(rng.choice([f"x += w[{rng.randint(0, 3)}];", "if (i > s) w[0] = 3;", "x += w[x % 7];"]))
    lines.append("b[i + 4] = x;")
    text = "\n    ".join(lines)
    end = rng.choice(["", "", "  b[1] = w[1];\n"])
    array = "unsigned w[16];\n  for (int k = 0; k < 16; k++) w[k] = k;"
    if rng.random() < 0.4:
        array, end = "unsigned *w = (unsigned *)calloc(16, sizeof *w);", end + "  free(w);\n"
    loop = f"  for (int i = 0; i < n; i++) {{\n    {text}\n  }}\n"
    return f"#include <stdlib.h>\n{HEAD.format(name)}\n{{\n  {array}\n{loop}{end}}}\n"


def translated(text: str, name: str) -> str | None:
    """The emitted file; None for a nest that is refused."""
    unit = SourceUnit(Path(f"{name}.c"), Language.C, text.encode())
    function = lower(unit, name)
    plan = propose(Task(function, analyze(function)))
    try:
        return None if isinstance(plan, Refusal) else emit(unit, [plan]).text
    except Unsupported:
        return None


MAIN = """
#include <cstdio>
#include <cstring>
#include <random>
struct Pair { const char *name; void (*theirs)(unsigned *, unsigned *, const int *, int, int, int);
              void (*ours)(unsigned *, unsigned *, const int *, int, int, int); };
static Pair pairs[] = {%(pairs)s};
static const int sizes[][2] = {%(sizes)s};
static const int E = %(extent)d;
int main() {
  int wrong = 0;
  for (const Pair &f : pairs)
    for (const auto &size : sizes)
      for (int s : {0, size[0] / 2, size[0] - 1, size[0] + 3}) {
        if (s < 0) continue;
        std::mt19937 engine(size[0] * 31 + s);
        static unsigned memory[3][E], result[3][E];
        static int p[64];
        for (int &x : p) x = engine() %% 12;
        for (auto &array : memory) for (unsigned &x : array) x = engine() %% 1000;
        for (int overlap = 0; overlap < 2; overlap++) {  // the arrays may overlap
          std::memcpy(result, memory, sizeof memory);
          static unsigned expected[3][E];
          f.theirs(result[0] + 8, overlap ? result[0] + 11 : result[1] + 8, p, size[0], size[1], s);
          std::memcpy(expected, result, sizeof result);
          std::memcpy(result, memory, sizeof memory);
          f.ours(result[0] + 8, overlap ? result[0] + 11 : result[1] + 8, p, size[0], size[1], s);
          if (std::memcmp(expected, result, sizeof result) != 0) {
            std::printf("%%s: n = %%d, m = %%d, s = %%d, overlap %%d\\n", f.name, size[0], size[1], s, overlap);
            wrong++;
          }
        }
      }
  std::printf("%%d wrong\\n", wrong);
  return wrong != 0;
}
"""


def wrong_ones(folder: Path, texts: dict[str, str]) -> tuple[int, str]:
    """Translates and runs nests; how many were translated, and what differs."""
    ours: list[str] = []
    theirs: list[str] = []
    names: list[str] = []
    for name, text in texts.items():
        found = translated(text, name)
        if found is None:
            continue
        emitted = outside_includes(found).replace('extern "C" ', "")
        ours.append(f"namespace {name}_ours {{\n{emitted}\n}}\n")
        theirs.append(f"namespace {name}_theirs {{\n{outside_includes(text)}\n}}\n")
        names.append(name)
    headers = ("<vector>", "<cstdlib>", "<algorithm>", "<functional>", "<tuple>", "<atomic>", "<parlay/primitives.h>")
    includes = "".join(f"#include {header}\n" for header in headers)
    pairs = ", ".join(f'{{"{n}", {n}_theirs::{n}, {n}_ours::{n}}}' for n in names)
    main = MAIN % {"pairs": pairs, "sizes": ", ".join(f"{{{n}, {m}}}" for n, m in SIZES), "extent": EXTENT}
    source = folder / "nests.cpp"
    source.write_text(includes + DEFINES + "".join(theirs + ours) + main)
    toolchain, kind = find_toolchain(), RuntimeKind.PLAIN
    flags = [*toolchain.cflags(kind), "-O1", "-w", "-DUNSEQ_CUTOFF=0", str(source), *toolchain.libs(kind)]
    subprocess.run([str(toolchain.compiler), *flags, "-o", str(folder / "nests")], check=True)
    run = subprocess.run([str(folder / "nests")], capture_output=True, text=True, timeout=300,
                         env={"PARLAY_NUM_THREADS": "3"})  # fmt: skip
    return len(names), "" if run.stdout.endswith("0 wrong\n") and run.returncode == 0 else run.stdout + run.stderr


DEFINES = "#define UNSEQ_BLOCK (UNSEQ_CUTOFF > 0 ? 2048 : 1)\n"


def outside_includes(text: str) -> str:
    """The text without its preprocessor lines."""
    return "\n".join(line for line in text.splitlines() if not line.startswith("#"))


@pytest.mark.parametrize("seed", [0, *(pytest.param(s, marks=pytest.mark.slow) for s in range(1, 84))])
def test_translated_nests_compute_the_same(seed: int, tmp_path: Path) -> None:
    rng = random.Random(seed)
    texts = {f"f{k}": nest(rng, f"f{k}") for k in range(60)}
    count, different = wrong_ones(tmp_path, texts)
    print(f"{count} of {len(texts)} translated")
    first = different.split(":")[0]
    assert not different, f"{different}\n{texts.get(first, '')}"
    assert count >= len(texts) // 5


@pytest.mark.parametrize("seed", [0, *(pytest.param(s, marks=pytest.mark.slow) for s in range(1, 40))])
@pytest.mark.parametrize("kind", [mixture, scratch], ids=["in-parts", "scratch"])
def test_transformed_loops_compute_the_same(kind: Callable[..., str], seed: int, tmp_path: Path) -> None:
    rng = random.Random(seed)
    texts = {f"f{k}": kind(rng, f"f{k}") for k in range(60)}
    count, different = wrong_ones(tmp_path, texts)
    print(f"{count} of {len(texts)} translated")
    first = different.split(":")[0]
    assert not different, f"{different}\n{texts.get(first, '')}"
    assert count >= len(texts) // 5


@pytest.mark.parametrize("seed", [0, *(pytest.param(s, marks=pytest.mark.slow) for s in range(1, 10))])
def test_a_planted_dependence_is_no_independent_loop(seed: int) -> None:
    """Each loop reads what its iteration before wrote, in a way that no role explains."""
    rng = random.Random(seed)
    for k in range(30):
        other = "".join(f"    {line}\n" for line in body(rng, False))
        read = rng.choice(["a[i + 3]", "a[i + 3] * a[i + 3]", "a[i + 2] ^ a[i + 3]"])
        planted = f"    a[i + 4] = ({read}) * (a[i + 4] | 1u) % 1000003u;\n"
        text = f"{HEAD.format('f')}\n{{\n  for (int i = 1; i < n; i++) {{\n{other}{planted}  }}\n}}\n"
        unit = SourceUnit(Path("f.c"), Language.C, text.encode())
        loop = analyze(lower(unit, "f")).loops[0]
        assert not loop.parallel or loop.kind != "map", f"{k}\n{text}"
