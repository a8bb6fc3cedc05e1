"""Every test imports ``unseq`` from this checkout; see ``tests/lib/checkout.py`` for why."""

import checkout

checkout.bind()
