"""Binds the import name ``unseq`` to this checkout.

The repository root is the package and has no ``__init__.py``. An editable install may point at another checkout, so
tests and the developers' command line bind the name themselves, before anything is imported.
"""

import sys
from importlib.machinery import ModuleSpec
from importlib.util import module_from_spec
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def bind() -> None:
    """Makes ``import unseq.x`` read this checkout, whatever is installed. Does nothing the second time."""
    known = sys.modules.get("unseq")
    if known is not None and [str(ROOT)] == list(known.__path__):
        return
    spec = ModuleSpec("unseq", loader=None, is_package=True)
    spec.submodule_search_locations = [str(ROOT)]
    for name in [name for name in sys.modules if name == "unseq" or name.startswith("unseq.")]:
        del sys.modules[name]
    sys.modules["unseq"] = module_from_spec(spec)
