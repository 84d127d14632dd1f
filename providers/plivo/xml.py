"""What Plivo is told to do with a call: Plivo XML. Pure; whatever is in a text, it is escaped."""

from __future__ import annotations

from xml.sax.saxutils import escape, quoteattr

from mediaserver.media.leg import Why
from mediaserver.media.stream_format import StreamFormat
from providers.provider import Connect, Decision, Divert, Refuse
from providers.streams.plivo import content_type

CONTENT_TYPE = "application/xml"


def xml_of(decision: Decision, audio: StreamFormat) -> bytes:
    match decision:
        case Connect():
            attributes = {
                "bidirectional": "true",
                # Else the call is over as soon as the stream is open: nothing comes behind it.
                "keepCallAlive": "true",
                "contentType": content_type(audio),
            }
            verb = _element("Stream", attributes, decision.doors.media)
        case Refuse():
            busy = decision.why.why is Why.BUSY or decision.why.code in (486, 600)
            verb = _element("Hangup", {"reason": "busy" if busy else "rejected"})
        case Divert() if decision.to:
            dial = {"callerId": decision.caller} if decision.caller else {}
            verb = _element("Dial", dial, inner=_element("Number", {}, decision.to))
        case Divert() if decision.text:
            verb = _element("Speak", {}, decision.text) + _element("Hangup", {})
        case _:
            verb = _element("Hangup", {})
    return f'<?xml version="1.0" encoding="UTF-8"?><Response>{verb}</Response>'.encode()


def _element(name: str, attributes: dict[str, str], text: str = "", inner: str = "") -> str:
    told = "".join(f" {each}={quoteattr(_clean(value))}" for each, value in attributes.items())
    return f"<{name}{told}>{escape(_clean(text))}{inner}</{name}>"


def _clean(text: str) -> str:
    """Without what XML 1.0 cannot hold."""
    return "".join(each for each in text if each in "\t\n" or each >= " " and each not in "\ufffe\uffff")
