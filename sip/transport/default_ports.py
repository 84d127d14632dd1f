"""The ports of SIP where none is named (RFC 3261 18.1.1, 19.1.2)."""

from __future__ import annotations

DEFAULT_PORT = 5060
"""By UDP and TCP."""
TLS_PORT = 5061


def default_port(transport: str) -> int:
    """Of a URI or a Via that names none. `transport`: UDP, TCP or TLS."""
    return TLS_PORT if transport == "TLS" else DEFAULT_PORT
