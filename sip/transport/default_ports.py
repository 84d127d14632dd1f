"""The ports of SIP where none is named (RFC 3261 18.1.1, 19.1.2)."""

from __future__ import annotations

DEFAULT_PORT = 5060
"""By UDP and TCP."""
TLS_PORT = 5061


_OTHERS = {"TLS": TLS_PORT, "WS": 80, "WSS": 443}
"""Those of WebSocket: RFC 7118 5.2.3."""


def default_port(transport: str) -> int:
    """Of a URI or a Via that names none. `transport`: UDP, TCP, TLS, WS or WSS."""
    return _OTHERS.get(transport, DEFAULT_PORT)
