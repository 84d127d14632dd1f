"""What a registrar's answer to our REGISTER means (:rfc:`3261` 10.2, :rfc:`3608`, :rfc:`3327`). Pure.

It must never raise: whatever a registrar sends is granted, refused or failed, with a line that says how to
mend it.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass

from sip.messages.grammar import ParseError, parse_number
from sip.messages.headers import NameAddr
from sip.messages.message import Response
from sip.messages.reasons import reason_phrase
from sip.messages.uri import Uri
from sip.trunks.failover import retry_after

MOST_ROUTES = 10
SHORTEST_S, LONGEST_S = 1, 86_400
"""What we believe to have been granted."""


class Outcome(enum.Enum):
    GRANTED = enum.auto()
    TOO_BRIEF = enum.auto()
    """423: it wants us to ask for more time."""
    PASSWORD_REFUSED = enum.auto()
    REFUSED = enum.auto()
    """Somebody has to mend something first."""
    FAILED = enum.auto()
    """It may do better soon; or no answer came at all."""


@dataclass(frozen=True, slots=True)
class RegistrarAnswer:
    outcome: Outcome
    why: str = ""
    """In words; empty when granted."""
    granted_s: int = 0
    wanted_s: int = 0
    """Of TOO_BRIEF: the least that it takes."""
    wait_s: float = 0.0
    """It wants to be left alone for so long."""
    routes: tuple[str, ...] = ()
    """Service-Route, as Route values."""


def silent(why: str) -> RegistrarAnswer:
    """No answer came."""
    return RegistrarAnswer(Outcome.FAILED, why)


def read_answer(response: Response, contact: Uri, asked_s: int, user: str) -> RegistrarAnswer:
    """`response`: final. `contact`: ours in the request, for which `asked_s` seconds were asked. `user`: who
    we are there."""
    status = response.status
    said = f"{status} {response.reason or reason_phrase(status)}"
    if status < 300:
        return _granted(response, contact, asked_s)
    match status:
        case 401 | 407:
            why = (
                f"the registrar refuses our user name and password ({said}): correct username, "
                "auth_username, password or realm"
            )
            return RegistrarAnswer(Outcome.PASSWORD_REFUSED, why)
        case 423:
            return _too_brief(response, said)
        case 403:
            why = (
                f"the registrar does not let {user} register ({said}): ask its operator, or correct username "
                "and password"
            )
        case 404:
            why = f"the registrar does not know {user} ({said}): correct username or from_domain"
        case _ if status < 400:
            why = (
                f"the registrar says that we are to go elsewhere ({said}); that is not followed: correct "
                "host or outbound_proxy"
            )
        case _ if status >= 500 or status in (408, 480):
            why = f"the registrar is out of order ({said})"
            return RegistrarAnswer(Outcome.FAILED, why, wait_s=retry_after(response.headers))
        case _:
            why = f"the registrar refuses us ({said})"
    return RegistrarAnswer(Outcome.REFUSED, why, wait_s=retry_after(response.headers))


def _granted(response: Response, contact: Uri, asked_s: int) -> RegistrarAnswer:
    try:
        listed = response.contacts
        ours = _ours(listed, contact)
        if ours is None and listed:
            why = f"the registrar took our REGISTER and lists {listed[0].uri} in the place of our Contact"
            return RegistrarAnswer(Outcome.REFUSED, why)
        seconds = ours.expires if ours is not None else None
        if seconds is None:
            seconds = response.expires
        if seconds is None:
            seconds = asked_s
    except ParseError as error:
        return RegistrarAnswer(Outcome.REFUSED, f"the registrar's answer cannot be read: {error}")
    if seconds == 0 and asked_s:
        return RegistrarAnswer(Outcome.REFUSED, "the registrar took our REGISTER and granted no time")
    granted = min(LONGEST_S, max(SHORTEST_S, seconds))
    return RegistrarAnswer(Outcome.GRANTED, granted_s=granted, routes=_service_routes(response))


def _ours(listed: list[NameAddr], contact: Uri) -> NameAddr | None:
    """Our binding among all of the account (10.2.4). One that names our user is ours when it is alone: some
    registrars write what they saw of us in the place of what we said."""
    for each in listed:
        if each.uri.same_as(contact):
            return each
    for each in listed:  # a registrar may add parameters that we did not send, and drop some
        if (each.uri.user, each.uri.host, each.uri.port) == (contact.user, contact.host, contact.port):
            return each
    alone = listed[0] if len(listed) == 1 else None
    return alone if alone is not None and alone.uri.unescaped_user == contact.unescaped_user else None


def _too_brief(response: Response, said: str) -> RegistrarAnswer:
    try:
        wanted = parse_number(response.get("min-expires") or "", "Min-Expires", LONGEST_S)
    except ParseError:
        return RegistrarAnswer(
            Outcome.REFUSED, f"the registrar wants a longer registration and does not say how long ({said})"
        )
    why = f"the registrar wants registrations of {wanted} s at least ({said})"
    return RegistrarAnswer(Outcome.TOO_BRIEF, why, wanted_s=wanted)


def _service_routes(response: Response) -> tuple[str, ...]:
    """Those that can be followed, nearest first; none when one of them cannot be read, since a way with a
    hole in it leads nowhere."""
    try:
        found = [NameAddr.parse(value) for value in response.get_all("service-route")[:MOST_ROUTES]]
    except ParseError:
        return ()
    if any(not each.uri.is_sip or not each.uri.is_loose_router for each in found):
        return ()
    return tuple(str(each) for each in found)
