"""Whether we may listen where we should, in words that say how to mend it.

Keeps no socket open.
"""

from __future__ import annotations

import errno
import socket

from mediaserver.errors import PortInUseError, StartupError
from mediaserver.host_port import host_port


def try_port(host: str, port: int, tcp: bool) -> None:
    """Bind for a moment, so that a taken port is told before anything slow has begun; `Transport.start`
    still says so itself. Raises PortInUseError or StartupError."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    for transport, kind in (("UDP", socket.SOCK_DGRAM), ("TCP", socket.SOCK_STREAM)):
        if transport == "TCP" and not tcp:
            continue
        with socket.socket(family, kind) as probe:
            if transport == "TCP":
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as the server itself does
            try:
                probe.bind((host, port))
            except OSError as error:
                raise startup_error(error, host, port, transport) from error


def startup_error(error: OSError, host: str, port: int, transport: str) -> StartupError:
    """What the operator should read about a failed bind."""
    where = f"{transport} {host_port(host, port)}"
    if error.errno == errno.EADDRINUSE:
        return PortInUseError(
            f"SIP port {where} is in use by another process; stop that one (see `ss -lnp | grep {port}`) "
            "or choose another port for SIP"
        )
    if error.errno == errno.EACCES:
        return StartupError(f"not allowed to listen on {where}; choose a port above 1023 for SIP")
    return StartupError(f"cannot listen for SIP on {where}: {error.strerror}; check the configured address")
