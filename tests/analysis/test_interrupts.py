"""An interrupt reaches us also while a solver works: it must not become an answer of the solver."""

import os
import signal
import threading
import time
from collections.abc import Iterator

import pytest

from unseq.frontend.analysis.algebra import laws
from unseq.frontend.ir.nodes import Binary, Overflow, Ref, Symbol
from unseq.frontend.ir.types import Int


@pytest.fixture
def interrupted() -> Iterator[None]:
    """An interrupt comes soon. One of a test run in the background is ignored unless it is asked for."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    timer = threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGINT))
    timer.start()
    yield
    timer.cancel()
    signal.signal(signal.SIGINT, before)


def test_an_interrupt_while_laws_are_decided_is_raised(interrupted: None) -> None:
    word = Int(64, False)
    left, right = (Ref(Symbol(name, word, uid), word) for uid, name in enumerate(("left", "right")))
    product = Binary("*", left, right, word, Overflow.WRAP)
    value = Binary("*", product, Binary("+", product, right, word, Overflow.WRAP), word, Overflow.WRAP)
    with pytest.raises(KeyboardInterrupt):
        laws(left.symbol, right.symbol, value, word)  # takes the solver longer than the interrupt
        time.sleep(60)
