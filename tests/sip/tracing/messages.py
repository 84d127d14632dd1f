"""Messages as they are traced, for tests of what is kept and shown."""

from __future__ import annotations

from uuid import UUID

from sip.tracing.traced import TracedMessage

SDP = "v=0\r\nm=audio 40000 RTP/AVP 0\r\n"


def said(
    t: float,
    line: str = "INVITE sip:demo@192.0.2.1 SIP/2.0",
    *,
    sent: bool = False,
    host: str = "192.0.2.7",
    call_id: str = "one",
    cseq: str = "1 INVITE",
    body: str = "",
    call: UUID | None = None,
) -> TracedMessage:
    data = f"{line}\r\nCall-ID: {call_id}\r\nCSeq: {cseq}\r\n\r\n{body}".encode()
    return TracedMessage(1_000 + t, t, sent, "UDP", ("192.0.2.1", 5060), (host, 5060), data, call)
