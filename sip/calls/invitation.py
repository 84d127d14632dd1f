"""An incoming call as whoever decides about it sees it: who calls whom, from where, and the leg to answer."""

from __future__ import annotations

import re
from typing import Protocol

from mediaserver.calls.about import NOTHING, About
from mediaserver.media.leg import EndedBy, Leg, Termination
from sip.access.endpoints import Admitted
from sip.calls.ending import why_of
from sip.calls.leg import SipLeg
from sip.messages.grammar import ParseError
from sip.messages.headers import NameAddr
from sip.messages.message import MOST_HOPS, Request
from sip.messages.uri import Uri, escape_user
from sip.transport.connection import Source

TRANSCRIPT_PURPOSE = "transcript"
"""`purpose` in the Call-Info header (:rfc:`3261` 20.9) that hands a caller its transcript."""

_NUMBER = re.compile(r"\+?[0-9]{2,20}")


class Answering(Protocol):
    """What an invitation asks of its session beyond what the leg does."""

    def add_answer_header(self, name: str, value: str) -> None:
        """One more header of the 200 to come."""

    def refuse(self, status: int, reason: str | None, *, why: Termination) -> None:
        """Send an error response and end."""


def came_directly(request: Request, source: Source) -> bool:
    """Whether whoever made a request sent it to us itself, as far as it shows: one Via, which names the
    address that it came from, and no proxy that wants to stay on the way (:rfc:`3261` 16.6)."""
    sent_by = request.via.host.strip("[]").lower()
    return len(request.vias) == 1 and sent_by == source.host and not request.record_routes


class SipInvitation:
    """Implements mediaserver.calls.protocols.Invitation. Answer its leg, let it ring, hang it up or `reject`;
    the caller may cancel at any moment before the answer, which ends the leg."""

    def __init__(
        self,
        request: Request,
        source: Source,
        leg: SipLeg,
        session: Answering,
        caller: Admitted,
        replaces: SipLeg | None = None,
    ) -> None:
        """`caller`: who it is, proven. `replaces`: whose place it is to take."""
        self.request = request
        self.source = source
        """Where the INVITE came from: transport, host, port."""
        self.leg = leg
        self.dialled = dialled_in(request)
        self.from_uri = who_calls(request, caller)
        self.to_uri = str(request.to.uri)
        self.source_host = source.host
        hops = request.max_forwards
        self.hops_left = MOST_HOPS if hops is None else hops
        self.caller = caller
        self.reach = caller.reach
        self.payer = payer_of(caller)
        self.shown_as = preferred(request, caller)
        self.about: About = NOTHING
        self.replaces: Leg | None = replaces
        self._session = session

    def announce(self, url: str) -> None:
        """Tell the caller in the 200 where it may read the call's transcript. Before the answer.

        Whoever holds the address may read: it goes to a caller that sent the INVITE itself, to no proxy,
        which would carry it on to a caller elsewhere.
        """
        if not came_directly(self.request, self.source):
            return
        self._session.add_answer_header("Call-Info", f"<{url}>;purpose={TRANSCRIPT_PURPOSE}")

    def reject(self, code: int, reason: str | None = None) -> None:
        """Refuse the call with a status of 300 to 699."""
        why = Termination(EndedBy.SERVER, why_of(code), code, reason or "")
        self._session.refuse(code, reason, why=why)


def payer_of(caller: Admitted) -> str:
    kind = "inbound" if caller.kind == "trunk" else caller.kind
    return f"{kind}:{caller.name}" if caller.name else kind


def dialled_in(request: Request) -> str:
    """Whom the Request-URI names, as user@host; empty when it names no one."""
    user = request.uri.unescaped_user
    return f"{user}@{request.uri.address.lower()}" if user else ""


def preferred(request: Request, caller: Admitted) -> str:
    """The number in P-Preferred-Identity (:rfc:`3325` 9.2) of a phone that may dial out; empty: it names
    none."""
    value = request.get("P-Preferred-Identity") if caller.reach.dials_out else None
    try:
        user = "" if value is None else NameAddr.parse(value).uri.unescaped_user or ""
    except ParseError:
        return ""
    return user if _NUMBER.fullmatch(user) else ""


def who_calls(request: Request, caller: Admitted) -> str:
    """Who calls, for people and agents. A trunk tells the number of whom it calls for; an extension is
    itself, whatever it writes."""
    claimed = request.from_.uri
    if caller.kind != "extension" or claimed.unescaped_user == caller.name:
        return str(claimed)
    return str(Uri("sip", escape_user(caller.name), host=request.uri.host))
