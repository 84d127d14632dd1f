"""The measuring caller's SRTP and SRTCP (:rfc:`3711`, :rfc:`7714`), from AES, HMAC and GCM themselves.

The server's is libsrtp's; this one is written anew, so that each checks the other. It must never be imported
by the server, and is made to be read: it costs some ten times as much.
"""

from __future__ import annotations

import hashlib
import hmac

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from mediaserver.errors import PeerError
from mediaserver.media.encryption import MasterKey, SrtpKeys

_RTP_LABELS, _RTCP_LABELS = (0, 1, 2), (3, 4, 5)
"""Of key derivation: for encryption, authentication and salt (section 4.3.2)."""
_ENCRYPTED = 1 << 31
_WINDOW = 1 << 15


class SrtpError(PeerError):
    """A packet is not by the holder of the key."""


def _key_stream(key: bytes, counter: int, data: bytes) -> bytes:
    """AES in counter mode (section 4.1.1)."""
    encryptor = Cipher(algorithms.AES(key), modes.CTR(counter.to_bytes(16, "big"))).encryptor()
    return encryptor.update(data)


def derived(master: MasterKey, label: int, octets: int) -> bytes:
    """A session key; the key derivation rate is 0 (section 4.3)."""
    split = master.suite.key_octets
    key, salt = master.material[:split], master.material[split:].ljust(14, b"\0")
    return _key_stream(key, (int.from_bytes(salt, "big") ^ label << 48) << 16, bytes(octets))


class _Half:
    """RTP or RTCP, of one direction."""

    def __init__(self, master: MasterKey, labels: tuple[int, int, int], tag: int) -> None:
        suite = master.suite
        self.aead, self.tag = suite.aead, tag
        self.key = derived(master, labels[0], suite.key_octets)
        self.auth = derived(master, labels[1], 20)
        self.salt = derived(master, labels[2], suite.salt_octets)

    def crypt(self, ssrc: int, index: int, data: bytes) -> bytes:
        salt = int.from_bytes(self.salt, "big")
        return _key_stream(self.key, salt << 16 ^ ssrc << 64 ^ index << 16, data)

    def sign(self, data: bytes) -> bytes:
        return hmac.digest(self.auth, data, hashlib.sha1)[: self.tag]

    def nonce(self, ssrc: int, index: int) -> bytes:
        """Of GCM (:rfc:`7714`, sections 8.1 and 9.1)."""
        return (int.from_bytes(self.salt, "big") ^ ssrc << 48 ^ index).to_bytes(12, "big")


class SrtpDirection:
    """What one side sends, by one master key. For the one who sends it or for the one who gets it."""

    def __init__(self, master: MasterKey) -> None:
        suite = master.suite
        self._mki = master.mki
        self._rtp = _Half(master, _RTP_LABELS, suite.tag_octets)
        self._rtcp = _Half(master, _RTCP_LABELS, 16 if suite.aead else 10)
        self._rollovers: dict[int, tuple[int, int]] = {}
        """By SSRC: how often the numbers wrapped, and the highest since."""
        self._reports = 0

    def protect(self, packet: bytes) -> bytes:
        """An RTP packet, encrypted."""
        header, ssrc, sequence, half = _header_of(packet), _word(packet, 8), _number(packet), self._rtp
        index = self._index(ssrc, sequence)
        self._count(ssrc, index)
        if half.aead:
            body = AESGCM(half.key).encrypt(half.nonce(ssrc, index), packet[header:], packet[:header])
            return packet[:header] + body + self._mki
        body = packet[:header] + half.crypt(ssrc, index, packet[header:])
        return body + self._mki + half.sign(body + (index >> 16).to_bytes(4, "big"))

    def unprotect(self, data: bytes) -> bytes:
        """The RTP packet in a datagram. Raises SrtpError. Packets that come twice are the caller's to see."""
        half = self._rtp
        tail = half.tag + len(self._mki)
        if len(data) < 12 + tail or _header_of(data) > len(data) - tail:
            raise SrtpError("too short")
        header, ssrc = _header_of(data), _word(data, 8)
        index = self._index(ssrc, _number(data))
        if half.aead:
            body = data[header : len(data) - len(self._mki)]
            try:
                plain = AESGCM(half.key).decrypt(half.nonce(ssrc, index), body, data[:header])
            except InvalidTag:
                raise SrtpError("not authentic") from None
        else:
            body, tag = data[:-tail], data[-half.tag :]
            if not hmac.compare_digest(tag, half.sign(body + (index >> 16).to_bytes(4, "big"))):
                raise SrtpError("not authentic")
            plain = half.crypt(ssrc, index, body[header:])
        self._count(ssrc, index)
        return data[:header] + plain

    def protect_rtcp(self, packet: bytes) -> bytes:
        """A compound RTCP packet, encrypted."""
        half, ssrc, index = self._rtcp, _word(packet, 4), self._reports
        self._reports += 1
        word = (_ENCRYPTED | index).to_bytes(4, "big")
        if half.aead:
            nonce = half.nonce(ssrc, index)
            return (
                packet[:8] + AESGCM(half.key).encrypt(nonce, packet[8:], packet[:8] + word) + word + self._mki
            )
        body = packet[:8] + half.crypt(ssrc, index, packet[8:]) + word
        return body + self._mki + half.sign(body)

    def unprotect_rtcp(self, data: bytes) -> bytes:
        """The compound RTCP packet in a datagram. Raises SrtpError."""
        half, mki = self._rtcp, len(self._mki)
        if len(data) < 12 + half.tag + mki:
            raise SrtpError("too short")
        ssrc = _word(data, 4)
        if half.aead:
            body = data[: len(data) - mki]
            word = body[-4:]
            nonce = half.nonce(ssrc, _word(word, 0) & ~_ENCRYPTED)
            try:
                return data[:8] + AESGCM(half.key).decrypt(nonce, body[8:-4], data[:8] + word)
            except InvalidTag:
                raise SrtpError("not authentic") from None
        body = data[: -half.tag - mki]
        if not hmac.compare_digest(data[-half.tag :], half.sign(body)):
            raise SrtpError("not authentic")
        return data[:8] + half.crypt(ssrc, _word(body[-4:], 0) & ~_ENCRYPTED, body[8:-4])

    def _index(self, ssrc: int, sequence: int) -> int:
        """Of a packet, by the number nearest to the highest so far (section 3.3.1)."""
        rollover, highest = self._rollovers.get(ssrc, (0, sequence))
        if highest < _WINDOW < sequence - highest + 1 and rollover:
            rollover -= 1
        elif highest >= _WINDOW and sequence < highest - _WINDOW:
            rollover += 1
        return rollover << 16 | sequence

    def _count(self, ssrc: int, index: int) -> None:
        rollover, highest = self._rollovers.get(ssrc, (0, 0))
        if index >= rollover << 16 | highest:
            self._rollovers[ssrc] = index >> 16, index & 0xFFFF


class CallerSecurity:
    """Both directions of one call."""

    def __init__(self, keys: SrtpKeys) -> None:
        self.keys = keys
        self.ours, self.theirs = SrtpDirection(keys.ours), SrtpDirection(keys.theirs)


def _header_of(packet: bytes) -> int:
    """Octets of the header, with CSRCs and extension."""
    length = 12 + 4 * (packet[0] & 15)
    if packet[0] & 0x10:
        length += 4 + 4 * int.from_bytes(packet[length + 2 : length + 4], "big")
    return length


def _word(data: bytes, at: int) -> int:
    return int.from_bytes(data[at : at + 4], "big")


def _number(packet: bytes) -> int:
    return int.from_bytes(packet[2:4], "big")
