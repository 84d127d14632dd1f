"""How a response finds its way back (RFC 3261 18.2, RFC 3581): to where the request came from, whatever its
sender wrote into its Via. Pure.
"""

from __future__ import annotations

from sip.messages.header_list import canonical_name
from sip.messages.headers import Via
from sip.messages.message import Request, Response
from sip.transactions.budget import FACTOR
from sip.transport.connection import Source
from sip.transport.default_ports import DEFAULT_PORT

_INVENTED = frozenset(("received", "maddr"))
"""Where a sender might have us send what others are to get."""
_OPTIONAL = (
    "server",
    "user-agent",
    "accept-language",
    "accept-encoding",
    "accept",
    "supported",
    "allow",
    "reason",
    "timestamp",
    "retry-after",
)
"""What a response can do without, the least useful first."""


def stamped(request: Request, source: Source, forced: bool = False) -> Request:
    """The request with what we saw of its sender in its top Via: `received` and, where it is asked for,
    `rport` (`forced`: as if it was). Whatever stood there is the sender's invention, and `maddr` too."""
    via = request.via
    params = {name: value for name, value in via.params.items() if name not in _INVENTED}
    if "rport" in params or forced:
        params["rport"] = str(source.port)
    if "rport" in params or via.address != source.host:
        params["received"] = source.host
    if params != via.params:
        request.set_top_via(Via(via.transport, via.host, via.port, params, via.protocol))
    return request


def port_of(response: Response) -> int:
    """The port that a response goes to by UDP, when its request was `stamped`."""
    via = response.via
    return via.rport or via.port or DEFAULT_PORT


def fitted(response: Response, request_size: int) -> bytes | None:
    """The response, in so few bytes that it is no weapon: at most three times its request. It loses what it
    can do without; None when even that is too much."""
    limit = FACTOR * request_size
    data = bytes(response)
    if len(data) <= limit:
        return data
    for name in _OPTIONAL:
        if any(canonical_name(header) == name for header, _ in response.headers):
            response.remove(name)
            data = bytes(response)
            if len(data) <= limit:
                return data
    return None
