"""What Exotel can be asked for, as far as it is built here."""

from __future__ import annotations

from providers.provider import Capability

CAPABILITIES = frozenset((Capability.PLACE, Capability.RECEIVE, Capability.COST))
