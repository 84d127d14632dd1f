"""The headers by which calls are transferred: Refer-To, Refer-Sub, Referred-By (:rfc:`3515`, :rfc:`4488`,
:rfc:`3892`), Replaces (:rfc:`3891`), and what a NOTIFY says of it: Event, Subscription-State, a sipfrag.

Each class is a frozen value; `parse` and `str` are inverses, but for what is not taken. What a stranger puts
behind the question mark of an address becomes no header of ours: Replaces alone is read, and made anew.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import quote, unquote_to_bytes

from mediaserver.wire_text import ENCODING, ERRORS
from sip.messages.grammar import ParseError, is_token, parse_number, parse_params
from sip.messages.headers import MAX_SECONDS, NameAddr
from sip.messages.message import Message
from sip.messages.reasons import reason_phrase
from sip.messages.uri import Uri

REPLACES = "replaces"
""":rfc:`3891`."""
NO_REFER_SUB = "norefersub"
""":rfc:`4488`."""
SIPFRAG = "message/sipfrag"
""":rfc:`3420`."""
LONGEST_FRAGMENT = 4096
"""Bytes of a sipfrag that are looked at: its first line is all that counts."""
LONGEST_ADDRESS = 300
"""Characters of a Referred-By that are handed on."""
_CALL_ID = re.compile(r"[A-Za-z0-9\-.!%*_+`'~()<>:\\\"/\[\]?{}@]{1,255}")
_STATUS_LINE = re.compile(rb"SIP/2\.0[ \t]+([1-6][0-9][0-9])(?:[ \t]+([^\r\n]*))?(?:\r?\n|$)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Replaces:
    """The dialog that a new call is to take the place of, as its other side, who reads this, has it."""

    call_id: str
    to_tag: str
    """The reader's own. Empty: of an RFC 2543 peer, which has none; written as 0 (section 6.1)."""
    from_tag: str
    early_only: bool = False

    @classmethod
    def parse(cls, text: str) -> Replaces:
        """Raises ParseError."""
        call_id, semicolon, rest = text.partition(";")
        call_id = call_id.strip(" \t")
        if _CALL_ID.fullmatch(call_id) is None:
            raise ParseError("Replaces names no Call-ID")
        params = parse_params(semicolon + rest)
        to_tag, from_tag = params.get("to-tag"), params.get("from-tag")
        if not to_tag or not from_tag or not (is_token(to_tag) and is_token(from_tag)):
            raise ParseError("Replaces has not both tags")
        return cls(call_id, _tag(to_tag), _tag(from_tag), "early-only" in params)

    @classmethod
    def of(cls, message: Message) -> Replaces | None:
        """What a message says. Raises ParseError: more than one, or what cannot be read."""
        values = message.raw_values("replaces")
        if not values:
            return None
        if len(values) > 1 or message.raw_values("join"):
            raise ParseError("a call replaces or joins one dialog")  # RFC 3891 section 3
        return cls.parse(values[0])

    def __str__(self) -> str:
        early = ";early-only" if self.early_only else ""
        return f"{self.call_id};to-tag={self.to_tag or '0'};from-tag={self.from_tag or '0'}{early}"


def _tag(text: str) -> str:
    return "" if text == "0" else text


@dataclass(frozen=True, slots=True)
class ReferTo:
    """Whom the sender of a REFER wants called."""

    uri: Uri
    """Without the headers in it."""
    replaces: Replaces | None = None
    """Attended: the one who is called talks to the sender already, in this dialog."""

    @classmethod
    def of(cls, message: Message) -> ReferTo:
        """Raises ParseError: 400 for none, two, or what cannot be read; 416 for an address that nobody
        calls; 603 for another request than a call."""
        values = message.raw_values("refer-to")
        if len(values) != 1:
            raise ParseError("a REFER has one Refer-To")
        return cls.parse(values[0])

    @classmethod
    def parse(cls, text: str) -> ReferTo:
        """Raises ParseError as `of`."""
        uri = NameAddr.parse(text).uri
        if not uri.is_sip and uri.scheme != "tel":
            raise ParseError("Refer-To names no address that can be called", 416)
        if (uri.params.get("method") or "INVITE") != "INVITE":
            raise ParseError("Refer-To wants another request than INVITE", 603)
        return cls(uri.without_headers(), _replaces_in(uri.headers))

    def __str__(self) -> str:
        uri = str(self.uri)
        return f"<{uri}?Replaces={quote(str(self.replaces), safe='')}>" if self.replaces else f"<{uri}>"


def _replaces_in(headers: str) -> Replaces | None:
    """The one header of an address that is taken. Raises ParseError."""
    found = [value for name, _, value in _pairs(headers) if name.lower() == REPLACES]
    if len(found) > 1:
        raise ParseError("Refer-To has more than one Replaces")
    return Replaces.parse(unquote_to_bytes(found[0]).decode(ENCODING, ERRORS)) if found else None


def _pairs(headers: str) -> list[tuple[str, str, str]]:
    return [each.partition("=") for each in headers.split("&")] if headers else []


def referred_by(message: Message) -> str:
    """Who sends somebody to us, as Referred-By names it, to be handed on: an address and nothing more. Empty
    when nothing is said, or nothing that can be read."""
    values = message.raw_values("referred-by")
    try:
        uri = NameAddr.parse(values[0]).uri if len(values) == 1 else None
    except ParseError:
        return ""
    text = str(uri.without_headers()) if uri is not None and uri.is_sip else ""
    return text if len(text) <= LONGEST_ADDRESS and text.isascii() and text.isprintable() else ""


def wants_no_notices(message: Message) -> bool:
    """Whether who sent a REFER, or answered one, wants no subscription for it (:rfc:`4488` section 4)."""
    return (message.get("Refer-Sub") or "").partition(";")[0].strip(" \t").lower() == "false"


@dataclass(frozen=True, slots=True)
class SipEvent:
    """What a NOTIFY is about (:rfc:`6665` section 8.2.1)."""

    package: str
    """In lower case."""
    id: str | None = None

    @classmethod
    def parse(cls, text: str) -> SipEvent:
        """Raises ParseError."""
        package, semicolon, rest = text.partition(";")
        package = package.strip(" \t").lower()
        if not is_token(package):
            raise ParseError("Event names no package")
        return cls(package, parse_params(semicolon + rest).get("id"))

    @classmethod
    def of(cls, message: Message) -> SipEvent | None:
        """None where nothing is said, or nothing that can be read."""
        try:
            return cls.parse(message.required("event"))
        except ParseError:
            return None

    def __str__(self) -> str:
        return self.package if self.id is None else f"{self.package};id={self.id}"


@dataclass(frozen=True, slots=True)
class SubscriptionState:
    """Whether more will be told (:rfc:`6665` section 8.2.3)."""

    state: str
    """"active", "pending", "terminated", or another; in lower case."""
    expires: int | None = None
    """Seconds."""
    reason: str | None = None

    @classmethod
    def parse(cls, text: str) -> SubscriptionState:
        """Raises ParseError."""
        state, semicolon, rest = text.partition(";")
        state = state.strip(" \t").lower()
        if not is_token(state):
            raise ParseError("Subscription-State says nothing")
        params = parse_params(semicolon + rest)
        expires = params.get("expires")
        seconds = None if expires is None else parse_number(expires, "expires", MAX_SECONDS, clamp=True)
        return cls(state, seconds, params.get("reason"))

    @classmethod
    def of(cls, message: Message) -> SubscriptionState | None:
        """None where nothing is said, or nothing that can be read."""
        try:
            return cls.parse(message.required("subscription-state"))
        except ParseError:
            return None

    def __str__(self) -> str:
        expires = "" if self.expires is None else f";expires={self.expires}"
        return self.state + expires + ("" if self.reason is None else f";reason={self.reason}")

    @property
    def over(self) -> bool:
        return self.state == "terminated"


def fragment(status: int, reason: str = "") -> bytes:
    """The body of a NOTIFY that says how a call stands: its last status line, and no more of it but why.
    `reason`: a value of Reason; empty: none."""
    said = f"Reason: {reason}\r\n" if reason else ""
    return f"SIP/2.0 {status} {reason_phrase(status)}\r\n{said}".encode(ENCODING, ERRORS)


def status_of(body: bytes) -> int | None:
    """The status that a sipfrag tells of; None when there is none."""
    line = _STATUS_LINE.match(body[:LONGEST_FRAGMENT])
    return int(line[1]) if line is not None else None
