"""Puts results into the user's folder: whole files or none.

Knows files: every text is written beside its place and renamed into it. Knows nothing of what the texts say.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from unseq.frontend.source import InputError


@contextmanager
def output_folder(path: Path) -> Iterator[Path]:
    """Makes the folder before any work starts, and takes it away again if nothing came to lie in it.

    Raises ``InputError`` when it cannot be made or written to."""
    made = [parent for parent in (path, *path.parents) if not parent.exists()]
    try:
        path.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=path):
            pass
    except OSError as error:
        raise InputError(f"{path}: cannot be written to ({error.strerror}); give another folder with -o") from error
    try:
        yield path
    finally:
        for folder in made:
            with contextlib.suppress(OSError):
                folder.rmdir()


def write_all(texts: Mapping[Path, str]) -> None:
    """Writes every text completely, then renames all into place; what fails before that leaves nothing behind.

    Raises ``InputError`` when the folder does not take them."""
    staged: list[tuple[str, Path]] = []
    try:
        for path, text in texts.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
            staged.append((temporary, path))
            with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
                file.write(text)
            os.chmod(temporary, 0o666 & ~_umask())
        while staged:
            temporary, path = staged[0]
            os.replace(temporary, path)
            staged.pop(0)
    except OSError as error:
        raise InputError(f"{error.filename or path}: cannot be written ({error.strerror})") from error
    finally:
        for temporary, _ in staged:
            with contextlib.suppress(OSError):
                os.unlink(temporary)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
