"""One end of a TLS connection without a socket: octets of the wire in, text out, and octets to be sent.

Sans-I/O, around OpenSSL's memory buffers, so that whoever drives it decides when its arithmetic is done. It
must never let text through before the other side is known to be who it has to be.
"""

from __future__ import annotations

import contextlib
import ssl

from sip.transport.identities import described, is_for
from sip.transport.tls_trouble import TlsError, words_of

RECORD = 16_384
"""Bytes of text in a record at most (:rfc:`8446` 5.1)."""


class TlsChannel:
    """Until `ready` only `take`, `step` and `outgoing` may be called."""

    __slots__ = ("_domain", "_in", "_out", "_tls", "ended", "ready")

    def __init__(self, context: ssl.SSLContext, domain: str | None = None) -> None:
        """`domain`: whom we call, and the other side's certificate has to be for (a name or an address);
        None: the other side called us. Raises TlsError for what is no name."""
        self._in, self._out = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._domain = domain
        try:
            self._tls = context.wrap_bio(
                self._in, self._out, server_side=domain is None, server_hostname=domain
            )
        except ValueError as error:
            raise TlsError(f"{domain!r} is no name that a certificate could be for") from error
        self.ready = False
        """The handshake is done."""
        self.ended = False
        """The other side sends no more."""

    def take(self, data: bytes) -> None:
        """Octets that came. No arithmetic is done with them yet."""
        self._in.write(data)

    def step(self) -> bool:
        """Do as much of the handshake as can be done; whether it is done. Raises TlsError when it cannot be,
        or when somebody else is there than whom we called (:rfc:`5922` 7.3)."""
        try:
            self._tls.do_handshake()
        except ssl.SSLWantReadError:
            return False
        except ssl.SSLError as error:
            raise TlsError(self._words_of(error)) from error
        if self._domain is not None:
            certificate = self._tls.getpeercert() or {}
            if not is_for(certificate, self._domain):
                raise TlsError(
                    f"its certificate is for {described(certificate)} and not for {self._domain}: check the "
                    "address, or have it replaced there"
                )
        self.ready = True
        return True

    @property
    def certified(self) -> bool:
        """The other side has shown a certificate that we trust."""
        return bool(self._tls.getpeercert())

    def read(self) -> bytes:
        """Text, of a record at most; empty when no whole record is there. Raises TlsError when what came is
        nothing that the other side sent."""
        try:
            text = self._tls.read(RECORD)
        except ssl.SSLWantReadError:
            return b""
        except ssl.SSLError as error:
            self.ended = True
            raise TlsError(self._words_of(error)) from error
        self.ended = not text  # its goodbye
        return text

    def write(self, text: bytes) -> None:
        """Text for the other side. Raises TlsError when no more can be sent."""
        try:
            self._tls.write(text)
        except ssl.SSLError as error:
            raise TlsError(self._words_of(error)) from error

    def outgoing(self) -> bytes:
        """Octets to be sent now."""
        return self._out.read()

    def close(self) -> None:
        """Say goodbye: the last octets are in `outgoing`."""
        with contextlib.suppress(ssl.SSLError):
            self._tls.unwrap()

    def _words_of(self, error: ssl.SSLError) -> str:
        return words_of(error) if self._domain is not None else words_of(error, "sip.tls_client_ca")
