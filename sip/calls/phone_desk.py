"""The phones that may register here, for whoever shows them or lends one: names, and who is there now."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from dataclasses import dataclass

from mediaserver.calls.phone_names import is_page_name
from sip.access.lent import LentPhones
from sip.calls.registrar import Registrar
from sip.messages.headers import WEB_SOCKETS


@dataclass(frozen=True, slots=True)
class PhoneSeen:
    """One extension."""

    name: str
    phones: int
    """That can be reached now: telephones, and tabs of browsers."""
    browsers: int
    """Of these, tabs."""


class PhoneDesk:
    """Of one server."""

    def __init__(self, lent: LentPhones, registrar: Registrar, configured: Collection[str]) -> None:
        """`configured`: the extensions of the settings."""
        self.lent = lent
        self._registrar = registrar
        self._configured = frozenset(configured)

    def is_configured(self, name: str) -> bool:
        return name in self._configured

    def is_free_name(self, name: str) -> bool:
        """Whether pages may have it, as far as its spelling goes."""
        return is_page_name(name) and name not in self._configured

    def seen(self) -> list[PhoneSeen]:
        """All of them, by name."""
        now, found = asyncio.get_running_loop().time(), []
        for name in sorted(self._configured | set(self.lent.extensions())):
            flows = [each.received for each in self._registrar.lookup(name, now)]
            there = [flow for flow in flows if flow is not None and not flow.lost]
            pages = sum(flow.transport in WEB_SOCKETS for flow in there)
            found.append(PhoneSeen(name, len(there), pages))
        return found
