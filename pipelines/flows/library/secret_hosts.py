"""The host that a flow's secret is for, as requests are compared with it."""

from __future__ import annotations

from mediaserver.errors import ConfigError
from mediaserver.fetching.hosts import canonical_host
from mediaserver.host_port import bracketed, split_port


def canonical_secret_host(host: str) -> str:
    """With its port, where it has one. Raises ConfigError."""
    try:
        name, port = split_port(host.strip())
        found = bracketed(canonical_host(f"[{name}]" if ":" in name else name))
    except ValueError as error:
        said = str(error) if "/" not in host else f"{host!r:.100} is more than a host"
        raise ConfigError(f"{said}: give a host such as api.example.com, without scheme and path") from None
    return found if port is None else f"{found}:{port}"
