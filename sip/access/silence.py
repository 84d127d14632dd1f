"""Silence towards those who have no standing here (`sip.strangers = "silent"`): scanners find nothing at all.

A phone that comes from a new address has proven nothing yet and has to be asked for its password, or it could
never register. So who names one of our extensions is asked, and everybody else gets nothing; who names a few
that do not exist gets nothing any more, whomever it names. It must never be silent to a trunk, to a network
that needs no proof, nor to where a right password came from. Pure; it keeps a number for each of so many
addresses.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

from mediaserver.addresses import site_of
from mediaserver.printable import printable
from mediaserver.seldom import Seldom
from sip.access.gate import Gate, Sender
from sip.messages.grammar import ParseError
from sip.messages.message import Request

log = logging.getLogger(__name__)

NAMING = ("REGISTER", "INVITE")
"""Methods of whoever wants to be asked who it is."""
NAMES = 3
"""That do not exist; a mistyped phone is mended by then."""
SILENT_S = 600.0
MOST_KEPT = 4096
"""Addresses (IPv6: /64); the one that was heard of longest ago is forgotten first."""
SCANNERS = (
    "friendly-scanner", "friendly-request", "sipvicious", "sundayddr", "sipcli", "sip-scan", "sipscan",
    "vaxsipuseragent", "pplsip", "iwar", "sivus", "smap", "sipptk", "gulp", "siparmyknife",
)  # fmt: skip
"""Beginnings of User-Agent in lower case; who bears one is no phone."""
SAID_EVERY_S = 600.0


def _unnoted() -> None:
    return None


class StrangersSilence:
    """One for a server."""

    def __init__(self, gate: Gate, note: Callable[[], None] = _unnoted) -> None:
        """`note`: told of each request that gets no answer."""
        self._gate = gate
        self._note = note
        self._strays: dict[str, tuple[int, float]] = {}
        """How many names of nobody's came from there, and until when that counts."""
        self._said = Seldom(SAID_EVERY_S)

    def mute(self, host: str, now: float) -> bool:
        """Whether nothing is said to a host that it did not earn: no answer to what cannot be read."""
        return not self._gate.has_standing(host, now)

    def ignores(self, request: Request, source: Sender, now: float) -> bool:
        """Whether a request outside of all calls gets no answer at all."""
        host = source.host
        if self._gate.knows(request, source, now):
            return False
        site, names_us = site_of(host), self._names_us(request)
        strays, until = self._strays.get(site, (0, 0.0))
        if now >= until:
            strays = 0
        if strays < NAMES and names_us and not _scans(request):
            return False
        if (request.method in NAMING and not names_us) or _scans(request):
            self._stray(site, min(strays + 1, NAMES), now)
        self._note()
        if (unsaid := self._said.due(now)) is not None:
            more = f" (and {unsaid} more such requests since the last such line)" if unsaid else ""
            log.info("a %s from %s gets no answer%s: sip.strangers is silent", printable(request.method[:20]),
                     host, more)  # fmt: skip
        return True

    def _names_us(self, request: Request) -> bool:
        """Whether it is the request of a phone of ours, by its own word: what it registers, or who calls."""
        if request.method not in NAMING:
            return False
        try:
            named = request.to if request.method == "REGISTER" else request.from_
            user = named.uri.unescaped_user
        except ParseError:
            return False
        return user is not None and self._gate.endpoints.of_user(user) is not None

    def _stray(self, site: str, strays: int, now: float) -> None:
        self._strays.pop(site, None)
        if len(self._strays) >= MOST_KEPT:
            del self._strays[next(iter(self._strays))]
        self._strays[site] = strays, now + SILENT_S


def _scans(request: Request) -> bool:
    agent = (request.get("User-Agent") or "").strip().lower()
    return agent.startswith(SCANNERS)
