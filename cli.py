"""The command line: click commands that read options, call ``api`` and show what comes back. It only wires.

What a command needs is imported when the command runs, so that ``unseq --help`` stays immediate. Results go to standard
output, everything else to standard error. Exit codes: 0 done; 1 refused or failed; 2 bad usage or input; 3 a tool is
missing; 130 interrupted.
"""

from __future__ import annotations

import atexit
import gc
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

SOURCE = click.argument("source", type=click.Path(path_type=Path))
FUNCTIONS = click.option(
    "--function", "functions", multiple=True, metavar="NAME", help="Only this function; may be repeated."
)
ASSUME = click.option(
    "--assume",
    type=click.Choice(["noalias"]),
    multiple=True,
    help="What you promise: different pointers do not overlap.",
)
INSTANTIATE = click.option(
    "--instantiate", multiple=True, metavar="T=TYPE", help="The type that a template parameter stands for."
)
PARLAYLIB = click.option(
    "--parlaylib",
    type=click.Path(path_type=Path, file_okay=False),
    envvar="PARLAYLIB_ROOT",
    help="A checkout of upstream ParlayLib to compile against, instead of the embedded headers.",
)
JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON instead of text.")
SARIF = click.option("--sarif", "as_sarif", is_flag=True, help="Print SARIF 2.1.0, for editors and code scanning.")
INPUTS = click.option(
    "--inputs", type=click.Path(path_type=Path), metavar="FILE.py",
    help="Further test inputs: a function that yields tuples of arguments.",
)  # fmt: skip
FLOATING = click.option(
    "--fp", type=click.Choice(["strict", "reassoc"]), default="reassoc", show_default=True,
    help="Whether floating-point operations may be regrouped.",
)  # fmt: skip
SEED = click.option("--seed", type=click.IntRange(0), default=0, show_default=True, help="Seed of the test inputs.")


def _effort(default: str) -> Callable[[Any], Any]:
    levels, words = click.Choice(["quick", "normal", "thorough"]), "How much testing each function gets."
    return click.option("--effort", type=levels, default=default, show_default=True, help=words)


def _version(context: click.Context, _: click.Parameter, wanted: bool) -> None:
    if wanted:
        from unseq.backends.inventory import unseq_version

        click.echo(f"unseq {unseq_version()}")
        context.exit()


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option("--version", is_flag=True, is_eager=True, expose_value=False, callback=_version, help="Show the version.")
def unseq() -> None:
    """Sequential C and C++ functions into parallel ones, with the evidence.

    \b
    unseq explain sensor.c                              what each loop is, and why
    unseq translate sensor.c --function smooth -o out   make it parallel, and judge the result
    unseq check mine.cpp --against sensor.c --function smooth   judge parallel code that you have
    """


@unseq.command()
@SOURCE
@FUNCTIONS
@click.option("--target", type=click.Choice(["parlay", "cuda", "c"]), default="parlay", show_default=True,
              help="What to emit; c: sequential functions of a .cu file's kernels.")
@click.option(
    "-o", "output", type=click.Path(path_type=Path), default=Path("unseq-out"), show_default=True, metavar="DIR",
    help="Where the results go.",
)  # fmt: skip
@INPUTS
@FLOATING
@click.option(
    "--require", type=click.Choice(["proved", "guarded", "tested"]), default="tested", show_default=True,
    help="The weakest claim to accept.",
)  # fmt: skip
@ASSUME
@click.option("--only-faster", is_flag=True, help="Keep the original where nothing is gained on this machine.")
@INSTANTIATE
@PARLAYLIB
@_effort("normal")
@click.option(
    "--search", type=click.IntRange(0, 100), default=0, show_default=True, metavar="N",
    help="Judge and time up to N variants of each plan as well, and keep the best.",
)  # fmt: skip
@click.option(
    "--jobs", type=click.IntRange(1, 64), default=1, show_default=True, metavar="N",
    help="How many functions are judged at once; times are always taken alone.",
)  # fmt: skip
@SEED
@JSON
@click.pass_context
def translate(
    context: click.Context, /, source: Path, functions: tuple[str, ...], output: Path, as_json: bool,
    instantiate: tuple[str, ...], **options: Any,
) -> None:  # fmt: skip
    """Make functions parallel, and judge the result.

    SOURCE is a C or C++ file, or a folder of them.

    \b
    Example: unseq translate sensor.c --function smooth -o out
    """
    from unseq import api
    from unseq.evaluate.explain import template_arguments
    from unseq.evaluate.report import terminal
    from unseq.evaluate.report.progress import Progress

    options = {**options, "arguments": template_arguments(instantiate)}
    with Progress(terminal.console(stderr=True), shown=not as_json) as progress:
        done = api.translate(source, functions, output, progress=progress, **options)
    if as_json:
        _print_json(done.envelope)
    else:
        console = terminal.console()
        terminal.show(console, *terminal.result(done.records, done.files, done.seconds, console.width))
    context.exit(done.exit_code)


@unseq.command()
@SOURCE
@FUNCTIONS
@ASSUME
@INSTANTIATE
@JSON
@click.option("--all", "in_full", is_flag=True, help="Show every loop, also where there are many functions.")
@SARIF
def explain(
    source: Path, functions: tuple[str, ...], assume: tuple[str, ...], instantiate: tuple[str, ...],
    as_json: bool, in_full: bool, as_sarif: bool,
) -> None:  # fmt: skip
    """Show of every loop what it is, parallel or why not, and what would unlock it.

    Of many functions it shows an overview first.

    \b
    Example: unseq explain sensor.c
    """
    import time

    from unseq.evaluate import explain as explaining

    if as_json and as_sarif:
        raise click.UsageError("--json or --sarif, not both")
    started = time.monotonic()
    facts = explaining.analysed(source, functions, explaining.template_arguments(instantiate), frozenset(assume))
    if as_sarif:
        from unseq.backends.inventory import unseq_version
        from unseq.evaluate.report.sarif import sarif

        _print_json(sarif(facts, Path.cwd(), unseq_version()))
        return
    found = [explaining.explained(function) for function in facts]
    if as_json:
        _print_json(explaining.envelope(found))
        return
    from unseq.evaluate.report import terminal
    from unseq.evaluate.report.explanation import explanation
    from unseq.evaluate.report.overview import MANY, overview

    show = explanation if in_full or len(found) <= MANY else overview
    terminal.show(terminal.console(), show(found, time.monotonic() - started))


@unseq.command()
@SOURCE
@click.option(
    "--against", type=click.Path(path_type=Path), required=True, metavar="ORIGINAL",
    help="The file with the sequential function.",
)  # fmt: skip
@click.option("--function", "name", required=True, metavar="NAME", help="The function, of the same name in both files.")
@click.option("--kernel", metavar="KERNEL", help="A kernel of SOURCE, which has no host function around it.")
@INPUTS
@FLOATING
@_effort("normal")
@PARLAYLIB
@SEED
@JSON
@SARIF
@click.pass_context
def check(
    context: click.Context, /, source: Path, against: Path, name: str, as_json: bool, as_sarif: bool, **options: Any
) -> None:
    """Judge parallel code, whoever wrote it, against the sequential original.

    SOURCE is a C, C++ (ParlayLib, std::execution, OpenMP, threads) or CUDA file, whose kernels run on the CPU.

    \b
    Example: unseq check mine.cpp --against sensor.c --function histogram
    """
    from unseq import api
    from unseq.evaluate.report import terminal
    from unseq.evaluate.report.progress import Progress

    if as_json and as_sarif:
        raise click.UsageError("--json or --sarif, not both")
    with Progress(terminal.console(stderr=True), shown=not (as_json or as_sarif)) as progress:
        record = api.check(source, against, name, progress=progress, **options)
    if as_json:
        from unseq.evaluate.report.record import envelope

        _print_json(envelope((record,)))
    elif as_sarif:
        from unseq.backends.inventory import unseq_version
        from unseq.evaluate.report.findings import findings

        _print_json(findings(record, Path.cwd(), unseq_version()))
    else:
        from unseq.evaluate.report.checked import checked

        terminal.show(terminal.console(), checked(record))
    context.exit(0 if record.verdict == "Pass" else 1)


@unseq.command()
@click.argument("name", metavar="SET", type=click.Choice(["kernels", "pareval", "recurrences"]))
@click.option("--only", metavar="GLOB", help="Only problems whose name matches.")
@click.option("--target", type=click.Choice(["parlay", "cuda"]), default="parlay", show_default=True,
              help="What to emit.")  # fmt: skip
@click.option(
    "--translator", type=click.Choice(["rules"]), default="rules", show_default=True, help="Who writes the answers."
)
@_effort("quick")
@SEED
@click.option(
    "--vary",
    type=click.IntRange(0),
    metavar="SEED",
    help="Rename and reshape each source first, keeping its meaning; another mix for each seed.",
)
@click.option("--timing/--no-timing", default=True, help="Whether to measure; much faster without.")
@click.option(
    "--resume", type=click.Path(path_type=Path, file_okay=False), metavar="DIR",
    help="Keep each result in DIR, and take those that are there.",
)  # fmt: skip
@click.option("--gpu", is_flag=True, help="With --target cuda: run what passed on a GPU, and time it there.")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE.json",
              help="With --gpu: also write what --json prints.")  # fmt: skip
@PARLAYLIB
@JSON
def bench(
    name: str, as_json: bool, target: str, translator: str, gpu: bool, out: Path | None, **options: Any
) -> None:
    """Translate and judge a set of problems: kernels (18 in 3 forms), pareval (60) or recurrences (116).

    Speedups are against the sequential reference and, apart from it, against the best sequential algorithm.
    With --vary the sources get other names, loop forms, temporaries, orders of statements and helper functions; a
    variation that does not give its original's results on every test input is no verdict (Inconclusive).

    \b
    Example: unseq bench kernels --only 'scan*'
    Example: unseq bench pareval --vary 1 --no-timing
    Example: unseq bench kernels --target cuda --gpu --out gpu.json
    """
    import time

    from unseq import api
    from unseq.evaluate.report import terminal
    from unseq.evaluate.report.progress import Progress

    if (gpu and target != "cuda") or (out is not None and not gpu):
        raise click.UsageError("--gpu goes with --target cuda, --out with --gpu")
    if gpu and (options["vary"] is not None or options["resume"] is not None):
        raise click.UsageError("--gpu goes without --vary and --resume")
    started = time.monotonic()
    with Progress(terminal.console(stderr=True), shown=not as_json) as progress:
        if gpu:
            chosen = {option: options[option] for option in ("only", "effort", "seed")}
            on_gpu, found = api.bench_gpu(name, output=out, progress=progress, **chosen)
        else:
            rows, found = api.bench(name, target=target, progress=progress, **options)
    if as_json:
        _print_json(found)
        return
    seconds = time.monotonic() - started
    if gpu:
        from unseq.evaluate.report.gpu import gpu_table

        terminal.show(terminal.console(), gpu_table(on_gpu, found, seconds))
        return
    from unseq.evaluate.report import bench as table

    terminal.show(terminal.console(), table.bench(rows, found["metrics"], seconds))


@unseq.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("-o", "output", type=click.Path(path_type=Path), help="The HTML file to write [FOLDER/report.html].")
def report(folder: Path, output: Path | None) -> None:
    """Make the HTML report of a folder that `unseq translate` wrote.

    \b
    Example: unseq report out
    """
    from unseq import api

    click.echo(api.report(folder, output))


@unseq.command()
@click.option("--cflags", is_flag=True, help="Flags of the compile step.")
@click.option("--libs", is_flag=True, help="Flags of the link step.")
@PARLAYLIB
def config(cflags: bool, libs: bool, parlaylib: Path | None) -> None:
    """Print the flags that compile and link emitted code by hand.

    \b
    Example: g++ $(unseq config --cflags) out/sensor.parlay.cpp main.cpp $(unseq config --libs)
    """
    if not cflags and not libs:
        raise click.UsageError("say which flags: --cflags, --libs or both")
    from unseq import api

    click.echo(api.config(cflags=cflags, libs=libs, parlaylib=parlaylib))


@unseq.command()
@JSON
@PARLAYLIB
@click.pass_context
def doctor(context: click.Context, as_json: bool, parlaylib: Path | None) -> None:
    """Show what is installed, what is missing, and how to get it.

    \b
    Example: unseq doctor
    """
    from unseq import api

    items = api.doctor(parlaylib)
    if as_json:
        _print_json({"version": 1, "items": [{name: getattr(item, name) for name in item.__slots__} for item in items]})
    else:
        from unseq.evaluate.report import terminal
        from unseq.evaluate.report.inventory import inventory_table

        terminal.show(terminal.console(), inventory_table(items))
    context.exit(3 if any(item.state == "missing" for item in items) else 0)


def _print_json(value: dict[str, Any]) -> None:
    import json

    click.echo(json.dumps(value, indent=2, ensure_ascii=False))


def main() -> int:
    """Runs a command line and returns its exit code; the one place where errors become lines for people."""
    gc.set_threshold(200_000)  # what an analysis makes is many small objects without cycles
    atexit.register(gc.freeze)  # nor are any looked for when the process ends
    try:
        code = unseq.main(standalone_mode=False, prog_name="unseq")
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (click.Abort, KeyboardInterrupt) as error:
        # click makes an Abort of an interrupt; what was delivered all the same stands in the interrupt itself
        told = str(error.__cause__ or error)
        click.echo(f"unseq: interrupted{told and f'; {told}'}", err=True)
        return 130
    except BrokenPipeError:
        # the reader of our output has left; nobody is there to be told
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:  # noqa: BLE001 - the last resort: a defect of ours is said in a line, not dumped
        return _told(error)
    return code if isinstance(code, int) else 0


def _told(error: Exception) -> int:
    """Says what went wrong in one line and returns the exit code for it."""
    from unseq.backends.parlay.toolchain import ToolMissing
    from unseq.frontend.source import InputError

    if isinstance(error, InputError | ToolMissing):
        click.echo(f"unseq: {error}", err=True)
        return 2 if isinstance(error, InputError) else 3
    if os.environ.get("UNSEQ_TRACEBACK"):
        raise error
    click.echo(
        f"unseq: internal error ({type(error).__name__}: {error}); this is a defect of unseq, please report it "
        "with what UNSEQ_TRACEBACK=1 prints",
        err=True,
    )
    return 1
