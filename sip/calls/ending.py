"""How an ending is said in SIP and read from it: status codes and the Reason header (RFC 3326)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from mediaserver.media.leg import Termination, Why
from mediaserver.wire_text import readable
from sip.calls.dialog import Headers
from sip.messages.message import Message


@dataclass(frozen=True, slots=True)
class Refusal:
    """What an INVITE is refused with."""

    status: int
    reason: str | None = None
    headers: Headers = ()


_REFUSAL = {
    Why.BUSY: 486,
    Why.NOT_FOUND: 404,
    Why.REJECTED: 603,
    Why.NO_ANSWER: 480,
    Why.SHUTDOWN: 503,
    Why.UNACCEPTABLE: 488,
    Why.INSECURE: 488,
    Why.CANCELLED: 487,
    Why.FAILED: 500,
}
_CAUSE = {
    Why.HANGUP: 16,
    Why.COMPLETED: 16,
    Why.BUSY: 17,
    Why.NO_ANSWER: 19,
    Why.REJECTED: 21,
    Why.NOT_FOUND: 1,
    Why.UNACCEPTABLE: 88,
    Why.INSECURE: 88,
    Why.MEDIA_TIMEOUT: 41,
    Why.LOST: 18,
    Why.TIME_LIMIT: 102,
    Why.NO_AUDIO_WANTED: 102,
    Why.SHUTDOWN: 41,
    Why.FAILED: 41,
}
_NORMAL_UNSPECIFIED = 31
LONGEST_WORDS = 300
"""Of a Reason or Warning, in characters."""
_TEXT = re.compile(r';\s*text\s*=\s*"([^"\\]{1,200})"', re.IGNORECASE)

_WHY = {
    404: Why.NOT_FOUND,
    604: Why.NOT_FOUND,
    486: Why.BUSY,
    600: Why.BUSY,
    408: Why.NO_ANSWER,
    480: Why.NO_ANSWER,
    487: Why.CANCELLED,
    403: Why.REJECTED,
    603: Why.REJECTED,
    488: Why.UNACCEPTABLE,
    606: Why.UNACCEPTABLE,
    503: Why.UNREACHABLE,
}


def refusal_code(why: Termination) -> int:
    """The status that refuses an unanswered call; the code of `why` when it is one. A redirect that led
    nowhere is not handed on: whom it names was not for the caller to know."""
    if why.code is not None and 400 <= why.code < 700:
        return why.code
    return _REFUSAL.get(why.why, 480)


def why_of(status: int) -> Why:
    """What a final status means to a caller."""
    return _WHY.get(status, Why.FAILED)


def reason_header(why: Termination) -> str:
    """A Reason value: the Q.850 cause, and the words."""
    if (why.why, why.code) == (Why.COMPLETED, 200):
        return 'SIP;cause=200;text="Call completed elsewhere"'  # no missed call (RFC 3326 section 2)
    text = str(why).replace("\\", "").replace('"', "'")
    return f'Q.850;cause={_CAUSE.get(why.why, _NORMAL_UNSPECIFIED)};text="{text}"'


def failure_reason(status: int, words: str) -> str:
    """A Reason value: a status of SIP, and why it is so."""
    return f'SIP;cause={status};text="{_quotable(words)}"'


def _quotable(words: str) -> str:
    return readable(words[:LONGEST_WORDS]).replace("\\", "").replace('"', "'")


def warning(words: str) -> str:
    """A Warning value (:rfc:`3261` section 20.43): what is wrong, for whoever wrote it."""
    return f'399 voiceforge "{_quotable(words)}"'


def reason_text(message: Message) -> str:
    """What a peer's Reason header says for people; empty when it says nothing."""
    value = message.get("Reason")
    if value is None:
        return ""
    text = _TEXT.search(value)
    return text[1] if text else value[:100]
