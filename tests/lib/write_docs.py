"""Writes the pages that are made from the code: ``make docs``."""

import sys
from collections.abc import Callable
from pathlib import Path

import checkout

checkout.bind()

import exploits_page  # noqa: E402 - the package has to be bound to this checkout first
import patterns_page  # noqa: E402 - as above
import reasons_page  # noqa: E402 - as above

DOCS = checkout.ROOT / "docs"
PAGES: dict[Path, Callable[[], str]] = {
    DOCS / "reasons.md": reasons_page.page,
    DOCS / "patterns.md": patterns_page.page,
    DOCS / "exploits.md": exploits_page.page,
}

if __name__ == "__main__":
    for path, page in PAGES.items():
        path.write_text(page(), encoding="utf-8")
        sys.stdout.write(f"{path.relative_to(checkout.ROOT)}\n")
