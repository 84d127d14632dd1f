"""What a request must pass before anyone looks at what it wants (RFC 3261 8.2, in its order).

Pure: a request in, the response that refuses it out. It must never send or keep state.
"""

from __future__ import annotations

from collections.abc import Sequence

from mediaserver.addresses import is_address, may_send_to
from sip.calls.core import SUPPORTED
from sip.calls.session_timer import TimerPolicy
from sip.calls.session_timer import refused as too_short
from sip.messages.extensions import PATH
from sip.messages.message import Request, Response
from sip.messages.multipart import description_of

STRICT = TimerPolicy()
KNOWN_METHODS = frozenset({"SUBSCRIBE", "MESSAGE", "PRACK", "PUBLISH", "REGISTER"})
"""Methods we know of and do not do: 405. What we never heard of gets 501."""
_SDP_RANGES = frozenset({"application/sdp", "application/*", "*/*"})


def refusal(request: Request, allow: str, accept: str, timers: TimerPolicy = STRICT) -> Response | None:
    """The response to a request that we cannot serve, None when we can."""
    allowed = [("Allow", allow)]
    if request.method not in allow.split(", "):
        return request.response(405 if request.method in KNOWN_METHODS else 501, headers=allowed)
    if request.uri.scheme not in ("sip", "sips"):
        return request.response(416)
    known = (*SUPPORTED, PATH) if request.method == "REGISTER" else SUPPORTED
    if unsupported := [name for name in request.get_all("Require") if name.lower() not in known]:
        return request.response(420, headers=[("Unsupported", ", ".join(unsupported))])
    if request.method == "INVITE" and request.to.tag is None and not can_be_reached(request):
        return request.response(400, "No Usable Contact")  # every request of ours in the call would go there
    if request.method in ("INVITE", "UPDATE"):
        return too_short(request, timers) or session_refusal(request, accept)
    return None


def can_be_reached(request: Request) -> bool:
    """Whether the caller names a place for our requests (RFC 3261 8.1.1.8), as far as that can be told from
    the name alone."""
    contacts = request.contacts
    if not contacts or not (uri := contacts[0].uri).is_sip:
        return False
    return not is_address(uri.address) or may_send_to(uri.address)


def session_refusal(request: Request, accept: str) -> Response | None:
    """For a request that carries a session description: 415 and 406."""
    if request.body and (description_of(request) is None or not _plain(request.get_all("Content-Encoding"))):
        return request.response(415, headers=[("Accept", accept), ("Accept-Encoding", "identity")])
    accepted = request.get_all("Accept")
    if accepted and not any(_media_range(value) in _SDP_RANGES for value in accepted):
        return request.response(406)
    return None


def _plain(encodings: Sequence[str]) -> bool:
    return all(encoding.strip().lower() == "identity" for encoding in encodings)


def _media_range(value: str) -> str:
    return value.partition(";")[0].replace(" ", "").lower()
