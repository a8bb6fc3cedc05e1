"""From plans to a whole ParlayLib file: one small file a form."""

from unseq.backends.parlay.emit.file import Emitted, emit
from unseq.backends.parlay.emit.sites import ForkSite

__all__ = ["Emitted", "ForkSite", "emit"]
