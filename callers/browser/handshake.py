"""The measuring caller's half of DTLS-SRTP (:rfc:`5764`): datagrams in and out, over OpenSSL's buffers."""

from __future__ import annotations

import datetime
import hashlib
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from OpenSSL import SSL

from mediaserver.errors import CallError
from mediaserver.media.encryption import DtlsPeer, MasterKey, SrtpKeys, SrtpSuite

_SUITES: Final = {
    "SRTP_AEAD_AES_256_GCM": SrtpSuite.AEAD_AES_256_GCM,
    "SRTP_AEAD_AES_128_GCM": SrtpSuite.AEAD_AES_128_GCM,
    "SRTP_AES128_CM_SHA1_80": SrtpSuite.AES_CM_128_HMAC_SHA1_80,
}
_MTU = 1_200
_RECORD = 13
"""Octets of a record's header; its last two are the length."""


class Handshake:
    """One, with a certificate made for it."""

    def __init__(self) -> None:
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "caller")])
        now = datetime.datetime.now(datetime.UTC)
        day = datetime.timedelta(days=1)
        made = (
            x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
            .not_valid_before(now - day)
            .not_valid_after(now + 30 * day)
            .sign(key, hashes.SHA256())
        )
        self.fingerprint = ("sha256", hashlib.sha256(made.public_bytes(Encoding.DER)).digest())
        context = SSL.Context(SSL.DTLS_METHOD)
        context.use_certificate(made)
        context.use_privatekey(key)
        context.set_verify(SSL.VERIFY_PEER | SSL.VERIFY_FAIL_IF_NO_PEER_CERT, lambda *_: True)
        context.set_tlsext_use_srtp(":".join(_SUITES).encode())
        context.set_options(SSL.OP_NO_QUERY_MTU)
        self._connection = SSL.Connection(context, None)
        self._connection.set_ciphertext_mtu(_MTU)
        self._peer = DtlsPeer(False, ())
        self.keys: SrtpKeys | None = None
        """Once it is done."""
        self.closed = False
        """The far end has said that it sends no more."""

    def begin(self, peer: DtlsPeer) -> list[bytes]:
        """With whom. Returns our first flight; empty where they begin. Raises CallError, as the others do."""
        self._peer = peer
        if peer.active:
            self._connection.set_accept_state()
        else:
            self._connection.set_connect_state()
        return self._go_on()

    def received(self, datagram: bytes) -> list[bytes]:
        """One of theirs; what is to be sent because of it."""
        self._connection.bio_write(datagram)
        if self.keys is None:
            return self._go_on()
        try:
            self._connection.recv(1)
        except SSL.ZeroReturnError:
            self.closed = True
        except SSL.Error:
            pass
        return self._written()

    def again(self) -> list[bytes]:
        """Our last flight, if its time is over without an answer."""
        try:
            self._connection.DTLSv1_handle_timeout()
        except SSL.Error:
            raise CallError("nothing came back to our DTLS handshake") from None
        return self._written()

    def close(self) -> list[bytes]:
        """We send no more."""
        try:
            self._connection.shutdown()
        except SSL.Error:
            return []
        return self._written()

    def _go_on(self) -> list[bytes]:
        try:
            self._connection.do_handshake()
        except SSL.WantReadError:
            pass
        except SSL.Error as error:
            raise CallError(f"the DTLS handshake failed: {error}") from None
        else:
            self.keys = self._agreed()
        return self._written()

    def _agreed(self) -> SrtpKeys:
        shown = self._connection.get_peer_certificate(as_cryptography=True)
        octets = shown.public_bytes(Encoding.DER) if shown is not None else b""
        if not any(hashlib.new(kind, octets).digest() == digest for kind, digest in self._peer.fingerprints):
            raise CallError("the far end's certificate is not the one that its answer names")
        suite = _SUITES.get(self._connection.get_selected_srtp_profile().decode())
        if suite is None:
            raise CallError("the far end has no suite of SRTP in common with us")
        key, salt = suite.key_octets, suite.salt_octets
        made = self._connection.export_keying_material(b"EXTRACTOR-dtls_srtp", 2 * (key + salt))
        client = MasterKey(suite, made[:key] + made[2 * key : 2 * key + salt])
        server = MasterKey(suite, made[key : 2 * key] + made[2 * key + salt :])
        return SrtpKeys(*((server, client) if self._peer.active else (client, server)), "DTLS")

    def _written(self) -> list[bytes]:
        """What OpenSSL wants to send: a datagram for each record, so that none is too long."""
        written, datagrams = b"", []
        while True:
            try:
                written += self._connection.bio_read(65_536)
            except SSL.Error:
                break
        while len(written) >= _RECORD:
            size = _RECORD + int.from_bytes(written[11:13], "big")
            datagrams.append(written[:size])
            written = written[size:]
        return datagrams
