"""The CANCEL of a request of ours (RFC 3261 section 9.1)."""

from __future__ import annotations

from sip.calls.dialog import Headers
from sip.messages.message import MOST_HOPS, Request


def cancel_of(invite: Request, headers: Headers = ()) -> Request:
    """To be sent with the Via of the INVITE, where that went, and not before a response to it came."""
    lines = [("Max-Forwards", str(MOST_HOPS))]
    lines += [("Route", value) for value in invite.get_all("Route")]
    lines += [
        ("From", str(invite.from_)),
        ("To", str(invite.to)),
        ("Call-ID", invite.call_id),
        ("CSeq", f"{invite.cseq.number} CANCEL"),
        *headers,
    ]
    return Request("CANCEL", invite.uri, lines)
