"""Seeing what ran: `pynn.trace()` and what it leaves; `record.py` says what that consists of."""

from __future__ import annotations

from .numbers import Numbers as Numbers
from .record import Backward as Backward
from .record import Event as Event
from .record import Value as Value
from .trace import Trace, trace

__all__ = ["Trace", "trace"]
