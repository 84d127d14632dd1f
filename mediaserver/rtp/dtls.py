"""The keys of SRTP by DTLS (:rfc:`5764`): one handshake as a machine over OpenSSL's memory buffers.

Datagrams and `now` in; datagrams to send, keys or a failure out. Whom we talk to is proven by the fingerprint
that signalling brought, and by nothing else. It must never touch a socket: what may be sent, and to whom, is
`mediaserver.rtp.permission`'s to say. OpenSSL keeps the time of repetitions itself.
"""

from __future__ import annotations

import datetime
import hashlib
import hmac
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from OpenSSL import SSL

from mediaserver.media.encryption import DtlsPeer, MasterKey, SrtpKeys, SrtpSuite
from mediaserver.media.time import SECOND_NS

PATIENCE_NS = 30 * SECOND_NS
"""A handshake that takes longer has failed. Who wants it sooner ends the call itself: a browser on a busy
machine took more than ten seconds."""
MOST_DATAGRAMS = 64
"""Of the other side's in one handshake; it needs two or three, and as many again for each that is lost."""
MTU = 1_200
IS_DTLS = range(20, 64)
"""The first octet of its datagrams, where RTP and STUN come to the same port (:rfc:`7983`)."""

_PROFILES: Final = {
    "SRTP_AEAD_AES_256_GCM": SrtpSuite.AEAD_AES_256_GCM,
    "SRTP_AEAD_AES_128_GCM": SrtpSuite.AEAD_AES_128_GCM,
    "SRTP_AES128_CM_SHA1_80": SrtpSuite.AES_CM_128_HMAC_SHA1_80,
    "SRTP_AES128_CM_SHA1_32": SrtpSuite.AES_CM_128_HMAC_SHA1_32,
}
_LABEL = b"EXTRACTOR-dtls_srtp"
_RECORD_HEADER = 13
_LIFETIME = datetime.timedelta(days=3_650)
_DTLS_1_2 = 0xFEFD


class DtlsIdentity:
    """The certificate that this process shows, made anew at each start; nobody trusts it but by its
    fingerprint."""

    def __init__(self) -> None:
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "voiceforge")])
        begin = datetime.datetime.now(datetime.UTC) - datetime.timedelta(days=1)
        certificate = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(begin)
            .not_valid_after(begin + _LIFETIME)
            .sign(key, hashes.SHA256())
        )
        self.fingerprint = hashlib.sha256(certificate.public_bytes(Encoding.DER)).digest()
        """SHA-256."""
        context = SSL.Context(SSL.DTLS_METHOD)
        context.set_min_proto_version(_DTLS_1_2)
        context.use_certificate(certificate)
        context.use_privatekey(key)
        context.set_verify(SSL.VERIFY_PEER | SSL.VERIFY_FAIL_IF_NO_PEER_CERT, _by_fingerprint_alone)
        context.set_tlsext_use_srtp(":".join(_PROFILES).encode())
        context.set_options(SSL.OP_NO_QUERY_MTU | SSL.OP_NO_RENEGOTIATION)
        context.set_session_cache_mode(SSL.SESS_CACHE_OFF)
        self._context = context

    def connection(self) -> SSL.Connection:
        made = SSL.Connection(self._context, None)
        made.set_ciphertext_mtu(MTU)
        return made


class DtlsMachine:
    """One handshake, and what follows it when its last datagram was lost."""

    def __init__(self, identity: DtlsIdentity, peer: DtlsPeer, now: int) -> None:
        """`peer`: what signalling said of the other side. Begins with `begin` where that is ours to do."""
        self.peer = peer
        self.keys: SrtpKeys | None = None
        """Once it is done."""
        self.failure: str | None = None
        """Why there will be none, in words; None: there is no reason yet."""
        self.closed = False
        """The other side has said that it sends no more (close_notify), by the keys of the handshake."""
        self._connection = identity.connection()
        self._give_up_at = now + PATIENCE_NS
        self._repeat_at: int | None = None
        self._datagrams = 0
        if peer.active:
            self._connection.set_accept_state()
        else:
            self._connection.set_connect_state()

    @property
    def over(self) -> bool:
        return self.keys is not None or self.failure is not None

    @property
    def begun(self) -> bool:
        return self._repeat_at is not None or self.over

    def begin(self, now: int) -> list[bytes]:
        """Send the first flight. For the side that begins."""
        return self._go_on(now)

    def received(self, datagram: bytes, now: int) -> list[bytes]:
        """One of theirs; what is to be sent because of it. Never raises."""
        self._datagrams += 1
        if self.failure is not None or self._datagrams > MOST_DATAGRAMS:
            return []
        self._connection.bio_write(datagram)
        if self.keys is None:
            return self._go_on(now)
        try:
            self._connection.recv(1)  # a repeated flight: ours was lost, and is sent again
        except SSL.ZeroReturnError:
            self.closed = True
        except SSL.Error:
            pass
        return self._written()

    def close(self) -> list[bytes]:
        """Say that nothing more is going to be sent (close_notify). Nothing before there are keys."""
        if self.keys is None or self.closed:
            return []
        self.closed = True
        try:
            self._connection.shutdown()
        except SSL.Error:
            return []
        return self._written()

    def due(self, now: int) -> list[bytes]:
        """A deadline may have passed: what is to be sent again."""
        if self.over:
            return []
        if now >= self._give_up_at:
            self.failure = "the handshake was not finished in time"
            return []
        if self._repeat_at is None or now < self._repeat_at:
            return []
        try:
            self._connection.DTLSv1_handle_timeout()
        except SSL.Error:
            self.failure = "nothing came back"
            return []
        sent = self._written()
        self._schedule(now)
        return sent

    def wait_anew(self, now: int) -> None:
        """Patience begins when something may be sent."""
        self._give_up_at = now + PATIENCE_NS

    def _go_on(self, now: int) -> list[bytes]:
        try:
            self._connection.do_handshake()
        except SSL.WantReadError:
            pass
        except SSL.Error as error:
            self.failure = f"the handshake failed ({_reason(error)})"
        else:
            self._finished()
        sent = self._written()
        self._schedule(now)
        return sent

    def _schedule(self, now: int) -> None:
        wait_s = self._connection.DTLSv1_get_timeout()
        self._repeat_at = now + int((1.0 if wait_s is None else wait_s) * SECOND_NS)

    def _finished(self) -> None:
        if not self._is_whom_signalling_named():
            self.failure = "the certificate is not the one whose fingerprint signalling brought"
            return
        suite = _PROFILES.get(self._connection.get_selected_srtp_profile().decode())
        if suite is None:
            self.failure = "no suite of SRTP in common"
            return
        key, salt = suite.key_octets, suite.salt_octets
        material = self._connection.export_keying_material(_LABEL, 2 * (key + salt))
        client = MasterKey(suite, material[:key] + material[2 * key : 2 * key + salt])
        server = MasterKey(suite, material[key : 2 * key] + material[2 * key + salt :])
        ours, theirs = (server, client) if self.peer.active else (client, server)
        self.keys = SrtpKeys(ours, theirs, "DTLS")

    def _is_whom_signalling_named(self) -> bool:
        certificate = self._connection.get_peer_certificate(as_cryptography=True)
        if certificate is None:
            return False
        shown = certificate.public_bytes(Encoding.DER)
        # All are compared, each in constant time.
        named = self.peer.fingerprints
        return any([hmac.compare_digest(hashlib.new(name, shown).digest(), each) for name, each in named])

    def _written(self) -> list[bytes]:
        """What OpenSSL wants to send, as datagrams of whole records."""
        written = b""
        while True:
            try:
                written += self._connection.bio_read(65_536)
            except SSL.Error:
                break
        datagrams: list[bytes] = []
        while len(written) >= _RECORD_HEADER:
            size = _RECORD_HEADER + int.from_bytes(written[11:13], "big")
            record, written = written[:size], written[size:]
            if datagrams and len(datagrams[-1]) + len(record) <= MTU:
                datagrams[-1] += record
            else:
                datagrams.append(record)
        return datagrams


def _by_fingerprint_alone(*_: object) -> bool:
    """Certificates are self-made: whose they are is looked at when the handshake is done."""
    return True


def _reason(error: SSL.Error) -> str:
    """In OpenSSL's words."""
    if error.args and isinstance(error.args[0], list) and error.args[0]:
        return str(error.args[0][0][-1])
    return "closed"
