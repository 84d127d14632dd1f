"""Whether a call's audio is encrypted, and by which keys: what our offers say of it, what offers are
answered, and what answers to ours are taken.

It knows what was agreed on last, and no more. It must never answer less than its policy asks for, and never
write a key where signalling can be read by others, unless the operator says so.
"""

from __future__ import annotations

from typing import NamedTuple

from mediaserver.media.encryption import DtlsPeer, Encrypting, MasterKey, SrtpKeys
from mediaserver.sdp.crypto import OFFERED, CryptoLine, crypto_lines, new_key
from mediaserver.sdp.description import Media, NoCommonCodec, SessionDescription
from mediaserver.sdp.dtls import Fingerprint, Setup, attributes, fingerprints, our_part, setup_of
from mediaserver.sdp.policy import Encryption

PLAIN_PROFILES = ("RTP/AVP", "RTP/AVPF")
SDES_PROFILES = ("RTP/SAVP", "RTP/SAVPF")
DTLS_PROFILES = ("UDP/TLS/RTP/SAVP", "UDP/TLS/RTP/SAVPF")
SECURE_PROFILES = SDES_PROFILES + DTLS_PROFILES
PROFILES = PLAIN_PROFILES + SECURE_PROFILES


class EncryptionMismatch(NoCommonCodec):
    """One side asks for encryption that the other does not offer. The text is ours throughout: it may be sent
    to anybody."""


class SecuredAnswer(NamedTuple):
    """What the answer to an offer says."""

    how: Encrypting | None
    """None: nothing is encrypted."""
    attributes: tuple[str, ...] = ()
    """Of our stream."""


class Securing:
    """The encryption side of one call's offers and answers. `agreed` is to be set when they hold."""

    def __init__(
        self,
        encryption: Encryption = Encryption.OFF,
        *,
        sdes: bool = False,
        fingerprint: Fingerprint | None = None,
    ) -> None:
        """`sdes`: keys may stand in SDP, since others cannot read it. `fingerprint`: of our certificate;
        None: there is no DTLS."""
        self._fingerprint = fingerprint
        self._encryption = encryption
        self._sdes = sdes
        self._offered: list[MasterKey] = []
        """In our first offer, however often that is written."""
        self._answered: SrtpKeys | None = None
        """What an offer was answered last: asked again, it is answered the same."""
        self.agreed: Encrypting | None = None
        """What holds now."""

    def offer(self, media: Media, *, again: bool) -> None:
        """Put our side into a stream that is going to be offered. `again`: it was agreed on before, and the
        keys that are used go on. Raises EncryptionMismatch when there is no way to offer what must be."""
        if again:
            if isinstance(self.agreed, DtlsPeer):
                self._offer_dtls(media, our_part(self.agreed))
                return
            keys = [] if self.agreed is None else [self.agreed.ours]
        elif self._encryption is Encryption.OFF:
            return
        elif not self._sdes:
            if self._encryption is Encryption.REQUIRED:
                if self._fingerprint is None:
                    raise EncryptionMismatch(
                        "audio must be encrypted (SRTP) here, and the keys would be readable on the way: "
                        "take TLS for SIP, or set sip.srtp_without_tls"
                    )
                media.proto = DTLS_PROFILES[media.proto.endswith("F")]
                self._offer_dtls(media, Setup.ACTPASS)
            return
        else:
            self._offered = keys = self._offered or [new_key(suite) for suite in OFFERED]
            # As many as can answer an offer that leaves the choice to them (RFC 8643): RTP/SAVP beside
            # RTP/AVP, or in its place, is refused by those who do not know it.
            media.proto = "RTP/SAVP" if self._encryption is Encryption.REQUIRED else "RTP/AVP"
        lines = [CryptoLine(tag, key) for tag, key in enumerate(keys, 1)]
        media.lines += [("a", str(line)) for line in lines]

    def answer(self, session: SessionDescription, media: Media) -> SecuredAnswer:
        """What the answer to a stream of an offer says. Raises EncryptionMismatch when it cannot be taken."""
        asked, wants = media.proto.upper() in SECURE_PROFILES, self._encryption
        by_dtls = media.proto.upper() in DTLS_PROFILES
        line = None if by_dtls else next(crypto_lines(media), None)
        if wants is Encryption.OFF:
            if asked:
                raise EncryptionMismatch("encrypted audio (SRTP) is asked for, which is switched off here")
            return SecuredAnswer(None)
        if line is None or not self._sdes:
            if (peer := self._peer_of(session, media)) is not None and self._fingerprint is not None:
                return SecuredAnswer(peer, attributes(self._fingerprint, our_part(peer)))
        if line is not None and not self._sdes:
            if asked or wants is Encryption.REQUIRED:
                raise EncryptionMismatch(
                    "the keys of SRTP were readable on the way: take TLS for SIP, or set sip.srtp_without_tls"
                )
            line = None
        if line is not None:
            keys = self._keys_for(line)
            return SecuredAnswer(keys, (str(CryptoLine(line.tag, keys.ours)),))
        if asked:
            raise EncryptionMismatch(
                "encrypted audio (SRTP) is asked for without an a=crypto line that can be used here "
                "(AES_CM_128_HMAC_SHA1_80 or AEAD_AES_256_GCM, one key, no session parameters), or an "
                "a=fingerprint of SHA-256 or better with a=setup"
            )
        if wants is Encryption.REQUIRED:
            raise EncryptionMismatch("audio must be encrypted (SRTP) here, and none of that kind is offered")
        if any(self._could_be(session, other) for other in session.media):
            raise EncryptionMismatch("another stream of this offer is encrypted")
        return SecuredAnswer(None)

    def accept(self, session: SessionDescription, ours: Media, theirs: Media) -> Encrypting | None:
        """What the answer (`session`, `theirs`) to our stream means. Raises EncryptionMismatch when it is
        less than we want."""
        if "fingerprint" in ours.attributes():
            return self._accept_dtls(session, ours, theirs)
        offered = {line.tag: line.key for line in crypto_lines(ours)}
        for line in crypto_lines(theirs):
            key = offered.get(line.tag)
            if key is not None and key.suite is line.key.suite and key.material != line.key.material:
                return SrtpKeys(key, line.key)
        if self._encryption is Encryption.REQUIRED or ours.proto.upper() in SDES_PROFILES:
            raise EncryptionMismatch("audio must be encrypted (SRTP) here, and the answer has no key for it")
        ours_told = {key.material for key in offered.values()}  # some send back all that they do not know
        foreign = any(line.key.material not in ours_told for line in crypto_lines(theirs))
        if theirs.proto.upper() in SDES_PROFILES or (offered and foreign):
            raise EncryptionMismatch("the answer is encrypted (SRTP) without a key that was asked for")
        return None

    def _keys_for(self, line: CryptoLine) -> SrtpKeys:
        """The same as before when they bring the same key; else another one of ours, too: it may be somebody
        else who has theirs now."""
        for known in (self.agreed, self._answered):
            if isinstance(known, SrtpKeys) and known.theirs == line.key:
                return known
        self._answered = SrtpKeys(new_key(line.key.suite), line.key)
        return self._answered

    def _offer_dtls(self, media: Media, setup: Setup) -> None:
        assert self._fingerprint is not None  # nothing was agreed on without one
        media.lines += [("a", each) for each in (*attributes(self._fingerprint, setup), "rtcp-mux")]

    def _peer_of(self, session: SessionDescription, media: Media) -> DtlsPeer | None:
        """Who is to be shaken hands with, by an offer. Where the choice is ours they begin: behind a NAT they
        can reach us, and not the other way round; and an offer alone makes us send nothing."""
        known, setup = fingerprints(session, media), setup_of(session, media)
        if not known or setup is None:
            return None
        before = self.agreed
        if setup is Setup.ACTPASS and isinstance(before, DtlsPeer) and before.fingerprints == known:
            return before
        return DtlsPeer(setup is not Setup.PASSIVE, known)

    def _accept_dtls(self, session: SessionDescription, ours: Media, theirs: Media) -> DtlsPeer:
        known, setup = fingerprints(session, theirs), setup_of(session, theirs)
        offered = setup_of(SessionDescription(), ours)
        plain = ours.proto.upper() in PLAIN_PROFILES  # their choice, when they offered (RFC 8643)
        if not known or not (plain or theirs.proto.upper() in SECURE_PROFILES):
            raise EncryptionMismatch("audio must be encrypted (SRTP) here, and the answer has no fingerprint")
        if setup is None or setup is offered is not Setup.ACTPASS:
            raise EncryptionMismatch("the answer leaves open who begins the DTLS handshake")
        active = offered is Setup.PASSIVE or (offered is Setup.ACTPASS and setup is not Setup.PASSIVE)
        return DtlsPeer(active, known)

    def _could_be(self, session: SessionDescription, media: Media) -> bool:
        """Whether another stream could be taken, and encrypted."""
        if media.kind != "audio" or not media.port or media.proto.upper() not in SECURE_PROFILES:
            return False
        if self._sdes and next(crypto_lines(media), None) is not None:
            return True
        return self._fingerprint is not None and self._peer_of(session, media) is not None
