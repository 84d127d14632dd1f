"""Host and port as they stand together in a URI, a log line or a setting (:rfc:`3986` 3.2.2)."""

from __future__ import annotations


def bracketed(host: str) -> str:
    """The host as it stands before a port: IPv6 addresses get their brackets."""
    return f"[{host}]" if ":" in host and not host.startswith("[") else host


def host_port(host: str, port: int | str) -> str:
    """`127.0.0.1:5060`, `[::1]:5060`. The port may be a range in words."""
    return f"{bracketed(host)}:{port}"
