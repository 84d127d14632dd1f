"""As whom we call by a trunk: From, P-Asserted-Identity (:rfc:`3325`) and Privacy (:rfc:`3323`); and what a
call gives along in headers: those of the operator's choice, and User-to-User (:rfc:`7433`).

Pure. What a call is to give along comes from whoever places it, maybe from a caller by way of an agent: only
what the trunk names is sent, and nothing that could break a message apart.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mediaserver.glob import fits
from sip.messages.grammar import ParseError, is_token
from sip.messages.uri import Uri, escape_user
from sip.trunks.numbers import is_number, rewritten
from sip.trunks.passport import is_passport
from sip.trunks.spec import IDENTITY, TrunkSpec

ANONYMOUS = "sip:anonymous@anonymous.invalid"
""":rfc:`3323` section 4.1.1.3."""
UUI = "User-to-User"
MOST_HEADERS = 20
LONGEST_VALUE = 500
MOST_IDENTITIES = 3

Header = tuple[str, str]


@dataclass(frozen=True, slots=True)
class CallerSaid:
    """Who calls, as the INVITE says it."""

    from_uri: str
    headers: tuple[Header, ...] = ()


def caller_on(spec: TrunkSpec, caller: str, *, private: bool = False) -> CallerSaid:
    """`caller`: a SIP address, a number, a name, or nothing. `private`: it is not to be shown to the
    called."""
    user, hidden = _user(caller)
    number = rewritten(spec.dial, _chosen(spec, user))
    params: dict[str, str | None] = {"user": "phone"} if spec.user_phone and is_number(number) else {}
    ours = str(Uri("sip", escape_user(number), host=spec.domain, params=params))
    asserted = (("P-Asserted-Identity", f"<{ours}>"),) if spec.caller.asserts else ()
    mode = spec.caller.privacy
    if mode == "always" or (mode == "pass" and (private or hidden)):
        return CallerSaid(ANONYMOUS, (*asserted, ("Privacy", "id")))
    return CallerSaid(ours, asserted)


def number_on(spec: TrunkSpec, caller: str, about: Mapping[str, Any]) -> tuple[str, bool]:
    """Who is shown, in E.164 as far as it is known so; and whether that number is ours, and a caller's of
    ours. `about`: the call. One that came in by a trunk and is sent on may name a number of ours as well as
    any other."""
    user = _user(caller)[0]
    number = _chosen(spec, user)
    if spec.caller.mode != "fixed" and number == user and _came_by_trunk(about):
        return number, False
    ours = number in (spec.caller.number, spec.username) or spec.caller.mode == "allowed"
    return number, ours


def given_along(spec: TrunkSpec, about: Mapping[str, Any]) -> list[Header]:
    """The headers of a call by this trunk, from what the call is about: `{"sip": {"headers": {...}, "uui":
    "..."}}`."""
    said = about.get("sip")
    if not isinstance(said, Mapping):
        return []
    headers: list[Header] = []
    given = said.get("headers")
    for name, value in given.items() if isinstance(given, Mapping) else ():
        if len(headers) < MOST_HEADERS and _may_give(spec, str(name)) and _sendable(value):
            headers.append((str(name), value))
    identity = said.get("identity")
    if spec.identity_out and isinstance(identity, (list, tuple)) and not is_private(about):
        headers += [("Identity", value) for value in identity[:MOST_IDENTITIES] if is_passport(value)]
    if spec.uui and _sendable(said.get("uui")):
        headers.append((UUI, str(said["uui"])))
    return headers


def _may_give(spec: TrunkSpec, name: str) -> bool:
    """Whether the trunk takes a header of that name: one that a pattern allows, and that is one."""
    return is_token(name) and name.lower() not in IDENTITY and names(spec.headers_out, name)


def _came_by_trunk(about: Mapping[str, Any]) -> bool:
    """See `sip.trunks.origin`."""
    said = about.get("sip")
    return isinstance(said, Mapping) and "trunk" in said


def is_private(about: Mapping[str, Any]) -> bool:
    """Whether who is behind a call wants to be hidden from whom it goes to."""
    said = about.get("sip")
    return isinstance(said, Mapping) and said.get("private") is True


def names(patterns: tuple[str, ...], header: str) -> bool:
    """Whether a header is one of these; a pattern that ends in `*` is all that begin so."""
    lower = header.lower()
    return any(
        lower.startswith(each[:-1].lower()) if each.endswith("*") else lower == each.lower()
        for each in patterns
    )


def _chosen(spec: TrunkSpec, user: str) -> str:
    rules = spec.caller
    own = user if is_number(user) else ""
    if rules.mode == "fixed" or (
        rules.mode == "allowed" and not any(fits(each, own) for each in rules.allowed if own)
    ):
        own = ""
    return own or rules.number or spec.username or spec.name


def _user(caller: str) -> tuple[str, bool]:
    """Whom a caller's address names, and whether that is nobody on purpose."""
    try:
        uri = Uri.parse(caller)
    except ParseError:
        return caller.partition("@")[0].replace(" ", ""), False
    if uri.scheme == "tel":
        return uri.opaque.partition(";")[0], False
    hidden = uri.host.lower().endswith("anonymous.invalid") or (uri.user or "").lower() == "anonymous"
    return ("", True) if hidden else (uri.unescaped_user or "", False)


def _sendable(value: object) -> bool:
    return (
        isinstance(value, str) and 0 < len(value) <= LONGEST_VALUE and value.isascii() and value.isprintable()
    )
