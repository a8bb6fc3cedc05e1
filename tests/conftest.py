"""Every test imports ``unseq`` from this checkout; see ``tests/lib/checkout.py`` for why."""

import os

import pytest

import checkout

checkout.bind()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="write what the code says now into the golden files")


@pytest.fixture
def update_golden(request: pytest.FixtureRequest) -> bool:
    """Whether to rewrite golden files; never where nobody reads the change."""
    wanted = bool(request.config.getoption("--update-golden"))
    if wanted and os.environ.get("CI"):
        pytest.fail("--update-golden is for people, not for CI")
    return wanted
