"""What Twilio is told to do with a call: TwiML. Pure; every text is escaped, whatever is in it.

There is never a verb behind `<Connect>` or `<Dial>`: a trailing `<Pause>` or `<Hangup>` is what cuts calls
that were handed over. What is to follow is asked for, by `action`. (Twilio, "TwiML for Programmable Voice".)
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal
from urllib.parse import parse_qsl, urlsplit, urlunsplit
from xml.sax.saxutils import escape, quoteattr

CONTENT_TYPE = "text/xml"
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""XML 1.0 has no way to write these."""
_NUMBER = re.compile(r"\+?[0-9]{2,20}")


def response(*verbs: str) -> bytes:
    return f'<?xml version="1.0" encoding="UTF-8"?><Response>{"".join(verbs)}</Response>'.encode()


def connect(
    media: str,
    parameters: Mapping[str, str],
    *,
    action: str = "",
    told: str = "",
    more: Mapping[str, str] | None = None,
) -> str:
    """A media stream both ways. `media`: wss://…; what stands in its query goes along as parameters, since
    Twilio calls the address without it. `action`: asked what to do once the stream is over. `told`: hears of
    the stream's own faults. `more`: attributes that only some providers have."""
    parts = urlsplit(media)
    url = urlunsplit(parts._replace(query="", fragment=""))
    given = dict(parse_qsl(parts.query, keep_blank_values=True)) | dict(parameters)
    inner = "".join(_element("Parameter", {"name": name, "value": value}) for name, value in given.items())
    heard = _callback(told, "statusCallback", "statusCallbackMethod")
    stream = _element("Stream", {"url": url, **heard, **(more or {})}, inner)
    return _element("Connect", _callback(action, "action", "method"), stream)


def say(text: str, *, language: str = "", voice: str = "") -> str:
    return _element("Say", _given(language=language, voice=voice), escape(_clean(text)))


def play(url: str) -> str:
    """A recording of the operator's."""
    return _element("Play", {}, escape(_clean(url)))


def dial(to: str, *, caller: str = "", timeout_s: int = 0, action: str = "", answered: str = "") -> str:
    """Connects the call with a number or a SIP address. It rings for the caller until that is answered.
    `answered`: told when it is. Raises ValueError for what is neither."""
    told = _callback(answered, "statusCallback", "statusCallbackMethod")
    told |= {"statusCallbackEvent": "answered"} if told else {}
    if to.lower().startswith(("sip:", "sips:")):
        noun = _element("Sip", told, escape(_clean(to)))
    elif _NUMBER.fullmatch(to):
        noun = _element("Number", told, escape(to))
    else:
        raise ValueError(f"{_clean(to)!r} is no number and no SIP address")
    options = {"answerOnBridge": "true"} | _given(callerId=caller, timeout=str(timeout_s or ""))
    return _element("Dial", options | _callback(action, "action", "method"), noun)


def record(told: str, *, action: str, longest_s: int) -> str:
    """Takes a message after a tone; `told` hears of the recording. `action`: asked what to do next: without
    one Twilio would begin this document anew."""
    options = {"maxLength": str(longest_s), "playBeep": "true", "timeout": "10"}
    options |= _callback(action, "action", "method")
    return _element(
        "Record", options | _callback(told, "recordingStatusCallback", "recordingStatusCallbackMethod")
    )


def reject(reason: Literal["busy", "rejected"]) -> str:
    """Only as the first answer to a call in: it is not taken, and costs nothing."""
    return _element("Reject", {"reason": reason})


def hang_up() -> str:
    return _element("Hangup", {})


def _callback(url: str, name: str, method: str) -> dict[str, str]:
    return {name: url, method: "POST"} if url else {}


def _given(**attributes: str) -> dict[str, str]:
    return {name: value for name, value in attributes.items() if value}


def _element(name: str, attributes: Mapping[str, str], inner: str = "") -> str:
    head = "".join(f" {key}={quoteattr(_clean(value))}" for key, value in attributes.items())
    return f"<{name}{head}>{inner}</{name}>" if inner else f"<{name}{head}/>"


def _clean(text: str) -> str:
    return _NOT_XML.sub("", text)
