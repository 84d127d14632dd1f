"""Where a call that came by a trunk comes from: who it is asserted to be (:rfc:`3325`), from whom it was
diverted (Diversion, :rfc:`5806`; History-Info, :rfc:`7044`), and the headers that the operator wants told.

Only trunks are asked: what strangers write into these headers is believed by nobody. Pure and bounded, and
it never raises: what cannot be read is as if it were not there.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from sip.messages.grammar import ParseError, unquote
from sip.messages.headers import NameAddr
from sip.messages.message import Request
from sip.messages.uri import Uri, escape_user
from sip.trunks.callers import ANONYMOUS, LONGEST_VALUE, MOST_HEADERS, UUI, names
from sip.trunks.identity import MOST_ASSERTED, identity_headers
from sip.trunks.numbers import is_number, number_in, rewritten
from sip.trunks.spec import TrunkSpec

MOST_DIVERSIONS = 10
_CLEAR = frozenset({"", "none"})
"""Values of Privacy that hide nobody."""


@dataclass(frozen=True, slots=True)
class Origin:
    """A call as the trunk tells of it."""

    from_uri: str
    """Who calls, numbers in E.164; anonymous where the caller wants that."""
    dialled: str
    """Whom it wants, as user@host, the number in E.164; empty when it names no one."""
    about: dict[str, Any]
    """For the agent and the call's row, JSON-ready."""


def origin_of(request: Request, spec: TrunkSpec) -> Origin:
    """What an INVITE of this trunk says."""
    private = any(word not in _CLEAR for word in _privacy(request))
    said: dict[str, Any] = {"trunk": spec.name}
    who = [each for each in _addresses(request, "P-Asserted-Identity", MOST_ASSERTED) if _party(each, spec)]
    asserted = [_party(each, spec) for each in who]
    if private:
        said["private"] = True
    if asserted and not private:
        said["asserted"] = asserted
    if diversions := [_diversion(each, spec) for each in _addresses(request, "Diversion")]:
        said["diversion"] = diversions
    if not private and (identity := identity_headers(request)):
        said["identity"] = identity
    if history := [_history(each, spec) for each in _addresses(request, "History-Info")]:
        said["history"] = history
    if spec.uui and (uui := _value(request.get(UUI))):
        said["uui"] = uui
    if told := _told(request, spec):
        said["headers"] = told
    from_uri = ANONYMOUS if private else _as_uri((*who, request.from_)[0], spec, request.from_.uri.host)
    return Origin(from_uri, _dialled(request, spec), {"sip": said})


def _privacy(request: Request) -> list[str]:
    # "history" and "critical" alone hide nobody: they are about other things (RFC 7044, RFC 3323 4.2).
    words = [word.strip().lower() for value in request.get_all("Privacy") for word in value.split(";")]
    return [word for word in words if word in ("id", "user", "header", "session")]


def _addresses(request: Request, name: str, most: int = MOST_DIVERSIONS) -> list[NameAddr]:
    found: list[NameAddr] = []
    try:
        values = request.get_all(name)[:most]
    except ParseError:
        return found
    for value in values:
        with suppress(ParseError):
            found.append(NameAddr.parse(value))
    return found


def _party(address: NameAddr, spec: TrunkSpec) -> str:
    """A number in E.164, or the address; empty for what names no one."""
    uri = address.uri
    if uri.scheme == "tel":
        return rewritten(spec.receive, uri.opaque.partition(";")[0])[:LONGEST_VALUE]
    user = number_in(uri.unescaped_user or "") if uri.is_sip else ""
    if not user:
        return ""
    return rewritten(spec.receive, user) if is_number(user) else f"{user}@{uri.address}"[:LONGEST_VALUE]


def _as_uri(caller: NameAddr, spec: TrunkSpec, domain: str) -> str:
    party = _party(caller, spec)
    if not is_number(party):
        return str(caller.uri)[:LONGEST_VALUE]
    return str(Uri("sip", escape_user(party), host=caller.uri.host or domain or "unknown.invalid"))


def _diversion(address: NameAddr, spec: TrunkSpec) -> dict[str, str]:
    """Who sent the call on, and why: the latest comes first (:rfc:`5806` section 3)."""
    said = {"from": _party(address, spec)}
    if reason := address.params.get("reason"):
        said["reason"] = unquote(reason)[:LONGEST_VALUE]
    return said


def _history(address: NameAddr, spec: TrunkSpec) -> dict[str, str]:
    """One step of the call's way, in the order of its index; the cause is in the address's own headers."""
    said = {"to": _party(address, spec)}
    if index := address.params.get("index"):
        said["index"] = index[:LONGEST_VALUE]
    if address.uri.headers and "cause%3d" in address.uri.headers.lower():
        cause = address.uri.headers.lower().partition("cause%3d")[2][:3]
        if cause.isdigit():
            said["cause"] = cause
    return said


def _told(request: Request, spec: TrunkSpec) -> dict[str, str]:
    told: dict[str, str] = {}
    for name, value in request.headers:
        if len(told) < MOST_HEADERS and name not in told and names(spec.headers_in, name):
            if text := _value(value):
                told[name] = text
    return told


def _value(text: str | None) -> str:
    """A header's value as text that may be shown and kept."""
    kept = (text or "")[:LONGEST_VALUE].encode("utf-8", "replace").decode()
    return "".join(c if c.isprintable() else " " for c in kept).strip()


def _dialled(request: Request, spec: TrunkSpec) -> str:
    """The Request-URI names the number, or our registration: then To has the number."""
    uri = request.uri
    user = uri.unescaped_user or ""
    to = request.to.uri
    if user in (spec.quirks.contact_user or spec.username, spec.username) and to.is_sip and to.unescaped_user:
        user = to.unescaped_user
    elif not user and to.scheme == "tel":
        user = to.opaque.partition(";")[0]
    user = number_in(user)
    if not user:
        return ""
    return f"{rewritten(spec.receive, user) if is_number(user) else user}@{uri.address.lower()}"
