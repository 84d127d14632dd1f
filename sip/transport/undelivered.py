"""What the network says of datagrams that it could not deliver: ICMP, read from a socket's error queue.

The kernel hands over only what quotes a datagram from our port; that the quote is of something that we sent
is for whoever reads it to check. Reads and asks sockets; it must never decide what an error means.
"""

from __future__ import annotations

import errno
import re
import socket
import struct
from collections.abc import Iterator

_IP_RECVERR, _IPV6_RECVERR = 11, 25
"""Linux; Python 3.11 has no names for them."""
_ERROR = struct.Struct("=IBBBBII")
"""struct sock_extended_err: errno, origin, type, code, padding, info, data."""
_ERROR_SPACE = socket.CMSG_SPACE(_ERROR.size + 28)
"""With the address of whoever reports it."""
_FROM_NETWORK = (2, 3)
"""Origins: ICMP and ICMPv6."""
_NOBODY_THERE = frozenset((errno.ECONNREFUSED, errno.EHOSTUNREACH))
QUOTE = 600
"""Bytes of a quote that are read: start line and first Via of a request."""
AT_ONCE = 64
"""Errors read in one go."""
_OURS = re.compile(
    rb"([A-Z]{1,20}) [^\r\n]{1,400} SIP/2\.0\r\nVia: [^\r\n]{1,200};branch=(z9hG4bK[0-9a-f]{20})\b"
)


def ask_for_errors(sock: socket.socket) -> None:
    """Before `undelivered` can be asked of a UDP socket."""
    if sock.family == socket.AF_INET6:
        sock.setsockopt(socket.IPPROTO_IPV6, _IPV6_RECVERR, 1)
    else:
        sock.setsockopt(socket.IPPROTO_IP, _IP_RECVERR, 1)


def undelivered(sock: socket.socket) -> Iterator[bytes]:
    """The beginnings of datagrams from our port for which nobody was there, as far as they are quoted. What
    else the network complains of is read, too, and left out."""
    for _ in range(AT_ONCE):
        try:
            quote, extra, _, _ = sock.recvmsg(QUOTE, _ERROR_SPACE, socket.MSG_ERRQUEUE)
        except OSError:
            return
        for level, kind, data in extra:
            if (level, kind) not in ((socket.IPPROTO_IP, _IP_RECVERR), (socket.IPPROTO_IPV6, _IPV6_RECVERR)):
                continue
            if len(data) >= _ERROR.size:
                number, origin, *_ = _ERROR.unpack_from(data)
                if origin in _FROM_NETWORK and number in _NOBODY_THERE:
                    yield quote


def request_quoted(quote: bytes) -> tuple[str, str] | None:
    """Branch and method of the request of ours that a quote begins with; None when it shows none. Nobody
    guesses a branch, so whoever quotes it saw the request."""
    match = _OURS.match(quote)
    return (match[2].decode(), match[1].decode()) if match else None
