"""Host and port as they stand together in a URI, a log line or a setting (:rfc:`3986` 3.2.2)."""

from __future__ import annotations


def bracketed(host: str) -> str:
    """The host as it stands before a port: IPv6 addresses get their brackets."""
    return f"[{host}]" if ":" in host and not host.startswith("[") else host


def split_port(text: str) -> tuple[str, int | None]:
    """The other way round: `192.0.2.1`, `192.0.2.1:53`, `2001:db8::1`, `[2001:db8::1]:53`; no brackets are
    left. Raises ValueError for what is no port."""
    if text.startswith("["):
        host, end, rest = text[1:].partition("]")
        if not end or rest and not rest.startswith(":"):
            raise ValueError(f"no port behind {host}")
        return host, int(rest[1:]) if rest else None
    host, colon, port = text.rpartition(":")
    if not colon or ":" in host:
        return text, None
    return host, int(port)


def host_port(host: str, port: int | str) -> str:
    """`127.0.0.1:5060`, `[::1]:5060`. The port may be a range in words."""
    return f"{bracketed(host)}:{port}"
