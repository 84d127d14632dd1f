"""The sockets that we listen on: one for each family of addresses, so that nobody's address is another
family's in disguise (`::ffff:192.0.2.1`), and words for what is wrong when they cannot be had.
"""

from __future__ import annotations

import errno
import socket
from contextlib import ExitStack

from mediaserver.errors import PortInUseError, StartupError
from mediaserver.host_port import host_port
from mediaserver.rtp.families import ANY_IPV4, ANY_IPV6
from mediaserver.rtp.ports import SO_TIMESTAMPNS
from sip.transport.undelivered import ask_for_errors

BACKLOG = 512
SOCKET_BUFFER = 4 << 20


def places(host: str) -> list[tuple[socket.AddressFamily, str]]:
    """Family and address of each socket for a configured host: `::` means IPv4 as well."""
    if host == ANY_IPV6:
        return [(socket.AF_INET6, ANY_IPV6), (socket.AF_INET, ANY_IPV4)]
    return [(socket.AF_INET6 if ":" in host else socket.AF_INET, host or ANY_IPV4)]


def open_sockets(
    host: str, port: int, tcp: bool, attempts: int = 8
) -> tuple[list[socket.socket], list[socket.socket]]:
    """Bound sockets for UDP and for TCP (those listen), all on one port. With `port` 0 the system chooses; a
    port that it gives us for one of them and not for the others is given back, `attempts` times. Raises
    PortInUseError or StartupError."""
    while True:
        attempts -= 1
        with ExitStack() as undo:
            try:
                datagrams, streams = _open(host, port, tcp, undo)
            except PortInUseError:
                if port != 0 or not attempts:
                    raise
                continue
            undo.pop_all()
            return datagrams, streams


def open_tls_sockets(host: str, port: int) -> list[socket.socket]:
    """Sockets that listen for TLS, all on one port. Raises PortInUseError or StartupError."""
    made: list[socket.socket] = []
    with ExitStack() as undo:
        for family, address in places(host):
            made.append(_bound(family, socket.SOCK_STREAM, address, port, undo, "TLS"))
            port = made[0].getsockname()[1]
        undo.pop_all()
    return made


def try_port(host: str, port: int, tcp: bool, tls_port: int | None = None) -> None:
    """Bind for a moment, so that a taken port is told before anything slow has begun; `Transport.start`
    still says so itself. Raises PortInUseError or StartupError."""
    secure = open_tls_sockets(host, tls_port) if tls_port is not None else []
    for sockets in (secure, *open_sockets(host, port, tcp)):
        for each in sockets:
            each.close()


def _open(
    host: str, port: int, tcp: bool, undo: ExitStack
) -> tuple[list[socket.socket], list[socket.socket]]:
    datagrams: list[socket.socket] = []
    streams: list[socket.socket] = []
    for family, address in places(host):
        made = _bound(family, socket.SOCK_DGRAM, address, port, undo)
        datagrams.append(made)
        port = made.getsockname()[1]
        if tcp:
            streams.append(_bound(family, socket.SOCK_STREAM, address, port, undo))
    return datagrams, streams


def _bound(
    family: int, kind: int, address: str, port: int, undo: ExitStack, transport: str = ""
) -> socket.socket:
    transport = transport or ("TCP" if kind == socket.SOCK_STREAM else "UDP")
    try:
        made = undo.enter_context(socket.socket(family, kind))
        made.setblocking(False)
        if family == socket.AF_INET6:
            made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        if kind == socket.SOCK_STREAM:
            made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        else:
            made.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
            ask_for_errors(made)
            for option in (socket.SO_RCVBUF, socket.SO_SNDBUF):
                made.setsockopt(socket.SOL_SOCKET, option, SOCKET_BUFFER)
        made.bind((address, port))
        if kind == socket.SOCK_STREAM:
            made.listen(BACKLOG)
    except OSError as error:
        raise startup_error(error, address, port, transport) from error
    return made


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
    if error.errno == errno.EAFNOSUPPORT:
        return StartupError(f"cannot listen for SIP on {where}: this machine has no IPv6; use 0.0.0.0")
    return StartupError(f"cannot listen for SIP on {where}: {error.strerror}; check the configured address")
