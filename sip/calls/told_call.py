"""Which call this is, for a page that shows more of it than SIP tells: the id by which the API knows it.

It opens nothing: whoever reads of the call there needs the right to. Telephones are not told.
"""

from __future__ import annotations

from mediaserver import logs
from sip.messages.headers import WEB_SOCKETS

CALL_HEADER = "X-VoiceForge-Call"


def told_call(transport: str) -> list[tuple[str, str]]:
    """A header of our INVITE and of our answers to one; none where it goes to no page, or the running code
    works for no call."""
    call_id = logs.calling() if transport in WEB_SOCKETS else None
    return [] if call_id is None else [(CALL_HEADER, str(call_id))]
