"""A CMakeLists.txt that builds emitted files by hand, outside of unseq.

Knows CMake and where ParlayLib may come from: a checkout named by PARLAYLIB_ROOT, its installed package, or the headers
and the runtime that come with unseq (``unseq config``). Does not know how a file was made.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

_HEAD = """\
# Builds the parallel versions: cmake -B build && cmake --build build
cmake_minimum_required(VERSION 3.16)
project(parallel LANGUAGES CXX)

if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release)
endif()
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
find_package(Threads REQUIRED)

# ParlayLib: a checkout of it, its installed package, or what comes with unseq.
add_library(parlaylib INTERFACE)
target_link_libraries(parlaylib INTERFACE Threads::Threads)
set(PARLAYLIB_ROOT "$ENV{PARLAYLIB_ROOT}" CACHE PATH "a checkout of ParlayLib")
if(NOT PARLAYLIB_ROOT)
  find_package(Parlay CONFIG QUIET)
endif()
if(PARLAYLIB_ROOT)
  target_include_directories(parlaylib INTERFACE "${PARLAYLIB_ROOT}/include")
  message(STATUS "ParlayLib: ${PARLAYLIB_ROOT}")
elseif(Parlay_FOUND)
  target_link_libraries(parlaylib INTERFACE Parlay::parlay)
  message(STATUS "ParlayLib: ${Parlay_DIR}")
else()
  find_program(UNSEQ unseq HINTS @HINT@)
  if(NOT UNSEQ)
    message(FATAL_ERROR "no ParlayLib: set PARLAYLIB_ROOT to a checkout of it, or put unseq on the PATH")
  endif()
  foreach(part cflags libs)
    execute_process(COMMAND "${UNSEQ}" config --${part} OUTPUT_VARIABLE flags
                    OUTPUT_STRIP_TRAILING_WHITESPACE RESULT_VARIABLE failed)
    if(failed)
      message(FATAL_ERROR "${UNSEQ} config --${part} failed")
    endif()
    separate_arguments(${part} UNIX_COMMAND "${flags}")
  endforeach()
  list(FILTER cflags EXCLUDE REGEX "^-(O.|std=)")
  target_compile_options(parlaylib INTERFACE ${cflags})
  target_link_libraries(parlaylib INTERFACE ${libs})
  message(STATUS "ParlayLib: the headers that come with ${UNSEQ}")
endif()
"""


@dataclass(frozen=True, slots=True)
class Source:
    """One emitted file: its path from the CMakeLists.txt, the original's folder (for its own headers), and whether it
    has a ``main``."""

    path: Path
    headers: Path
    is_program: bool


def cmakelists(sources: Sequence[Source], unseq: Path) -> str:
    """The text of the file. ``unseq``: the folder of the command that made the sources, looked into first."""
    text = _HEAD.replace("@HINT@", _quoted(unseq))
    taken = {"parlaylib", "all", "clean", "install", "test", "help"}
    for source in sources:
        name = _target(source.path, taken)
        kind = "add_executable(" if source.is_program else "add_library("
        static = "" if source.is_program else " STATIC"
        text += f"\n{kind}{name}{static} {_quoted(source.path)})\n"
        text += f"target_include_directories({name} PRIVATE {_quoted(source.headers)})\n"
        text += f"target_link_libraries({name} PRIVATE parlaylib)\n"
    return text


def _quoted(path: Path) -> str:
    escaped = re.sub(r'([\\"$;])', r"\\\1", path.as_posix())
    return f'"{escaped}"'


def _target(path: Path, taken: set[str]) -> str:
    """A target name that nobody has yet, from the file's name."""
    stem = re.sub(r"[^A-Za-z0-9_.+-]", "_", path.name.removesuffix(".parlay.cpp")) or "parallel"
    name, number = stem, 1
    while name in taken:
        number += 1
        name = f"{stem}_{number}"
    taken.add(name)
    return name
