"""Profiling: where a model's time goes, and what this machine could do at best."""

from __future__ import annotations

from .peak import Peak as Peak
from .peak import measured_peak
from .profile import LayerProfile as LayerProfile
from .profile import Profile, profile
from .profile import Work as Work

__all__ = ["Profile", "measured_peak", "profile"]
