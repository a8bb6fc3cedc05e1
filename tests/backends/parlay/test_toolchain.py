"""The toolchain: found or missed with one clear line, runtimes built once and never half."""

from __future__ import annotations

import multiprocessing
import os
from pathlib import Path

import pytest

from unseq.backends.parlay import toolchain
from unseq.backends.parlay.toolchain import RuntimeKind, ToolMissing, find_toolchain


def _fake_compiler(folder: Path, body: str) -> Path:
    compiler = folder / "fake-g++"
    compiler.write_text(f"#!/bin/sh\n{body}\n")
    compiler.chmod(0o755)
    return compiler


def test_no_compiler_on_the_path(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("CXX", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ToolMissing, match="install g\\+\\+"):
        find_toolchain()


def test_the_compiler_that_cxx_names_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CXX", "no-such-compiler")
    with pytest.raises(ToolMissing, match="no-such-compiler"):
        find_toolchain()


def test_a_compiler_that_fails(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CXX", str(_fake_compiler(tmp_path, "echo broken >&2; exit 1")))
    with pytest.raises(ToolMissing, match="broken"):
        find_toolchain()


def test_a_folder_that_is_no_parlaylib(tmp_path: Path) -> None:
    with pytest.raises(ToolMissing, match="no ParlayLib"):
        find_toolchain(tmp_path)


def test_upstream_headers_come_first_when_asked_for(tmp_path: Path) -> None:
    header = tmp_path / "include" / "parlay" / "primitives.h"
    header.parent.mkdir(parents=True)
    header.touch()
    upstream = find_toolchain(tmp_path)
    assert f"-I{tmp_path / 'include'}" in upstream.cflags(RuntimeKind.PLAIN)
    assert upstream.runtime_files(RuntimeKind.PLAIN) == ()


def test_a_build_that_fails_leaves_nothing_behind(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("UNSEQ_CACHE", str(tmp_path / "cache"))
    body = 'case "$1" in --version) echo "fake 1.0";; *) echo "cannot: -O2" >&2; exit 1;; esac'
    monkeypatch.setenv("CXX", str(_fake_compiler(tmp_path, body)))
    with pytest.raises(ToolMissing, match="cannot build the runtime"):
        find_toolchain().runtime(RuntimeKind.RACE)
    assert [path.suffix for path in (tmp_path / "cache" / "runtimes").iterdir()] == [".lock"]


def test_a_cache_folder_that_cannot_be_written(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("UNSEQ_CACHE", str(tmp_path / "file"))
    with pytest.raises(ToolMissing, match="set UNSEQ_CACHE"):
        find_toolchain().runtime(RuntimeKind.RACE)


def _built(_: int) -> tuple[str, int]:
    runtime = find_toolchain().runtime(RuntimeKind.PLAIN)
    return str(runtime), runtime.stat().st_ino


def test_processes_that_want_a_runtime_at_once_build_it_once(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    counter = tmp_path / "built"
    real = find_toolchain().compiler
    # "Builds" by writing a file, after a pause in which the others ask as well.
    body = f"""case "$1" in --version) exec {real} --version;; esac
echo x >> {counter}
sleep 0.3
while [ "$1" != -o ]; do shift; done
echo library > "$2" """
    monkeypatch.setenv("CXX", str(_fake_compiler(tmp_path, body)))
    monkeypatch.setenv("UNSEQ_CACHE", str(tmp_path / "cache"))
    with multiprocessing.get_context("fork").Pool(3) as pool:
        found = pool.map(_built, range(3), chunksize=1)
    assert len(set(found)) == 1
    assert counter.read_text() == "x\n"


def test_the_key_follows_compiler_flags_and_sources(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    found = find_toolchain()
    recipes = toolchain._RECIPES
    keys = {toolchain._key(found, recipe) for recipe in (recipes[RuntimeKind.PLAIN], recipes[RuntimeKind.ASAN])}
    assert len(keys) == 2
    monkeypatch.setattr(toolchain, "NATIVE", tmp_path)
    (tmp_path / "runtime").mkdir()
    before = toolchain._key(found, recipes[RuntimeKind.RACE])
    (tmp_path / "runtime" / "new.cpp").write_text("int x;")
    assert toolchain._key(found, recipes[RuntimeKind.RACE]) != before


def test_runtime_files_are_complete(tmp_path: Path) -> None:
    names = [path.name for path in find_toolchain().runtime_files(RuntimeKind.PLAIN)]
    assert names == [toolchain.LIBRARY_NAME, "libtbb.so.12"]
    assert [path.name for path in find_toolchain().runtime_files(RuntimeKind.RACE)] == [toolchain.LIBRARY_NAME]
    assert all(os.access(path, os.R_OK) for path in find_toolchain().runtime_files(RuntimeKind.PLAIN))
