"""Our side of a session as its description has it over the time of a call (RFC 3264 section 8)."""

from __future__ import annotations

from collections.abc import Sequence

from mediaserver.sdp.codecs import USUAL_OPUS, OpusWish
from mediaserver.sdp.ice import IceSide
from mediaserver.sdp.layout import Layout
from mediaserver.sdp.negotiation import CODECS, DEFAULT_PTIME_MS, Negotiated, accept, answer, offer
from mediaserver.sdp.policy import CodecOrder
from mediaserver.sdp.securing import Securing


class SdpSession:
    """Our side of one session: keeps its id and its media lines, raises the version of o= only when something
    else changed."""

    def __init__(self, session_id: int, securing: Securing | None = None, ice: IceSide | None = None) -> None:
        self.session_id = session_id
        self._securing = securing or Securing()
        self._ice = ice or IceSide()
        self.version = 1
        self._last: bytes | None = None
        self._layout: Layout | None = None
        self._agreed: Negotiated | None = None
        """Both None until both sides agreed on something."""

    def offer(
        self,
        host: str,
        port: int,
        *,
        codecs: Sequence[str] = CODECS,
        te: int | None = 101,
        ptime: int = DEFAULT_PTIME_MS,
        direction: str = "sendrecv",
        comfort_noise: bool = False,
        bundled: bool = False,
        opus: OpusWish = USUAL_OPUS,
    ) -> bytes:
        """As the function `offer`."""

        def describe(version: int) -> bytes:
            return offer(
                host,
                port,
                codecs=codecs,
                te=te,
                ptime=ptime,
                direction=direction,
                session_id=self.session_id,
                version=version,
                layout=self._layout,
                securing=self._securing,
                ice=self._ice,
                comfort_noise=comfort_noise,
                bundled=bundled,
                opus=opus,
            )

        if self._last is not None and describe(self.version) != self._last:
            self.version += 1
        self._last = describe(self.version)
        return self._last

    def answer(
        self,
        offer_sdp: bytes | str,
        host: str,
        port: int,
        *,
        codecs: Sequence[str] = CODECS,
        te: bool = True,
        ptime: int = DEFAULT_PTIME_MS,
        direction: str = "sendrecv",
        peer: str | None = None,
        order: CodecOrder = CodecOrder.THEIRS,
        comfort_noise: bool = False,
        opus: OpusWish = USUAL_OPUS,
    ) -> tuple[bytes, Negotiated]:
        """As the function `answer`."""

        def describe(version: int) -> tuple[bytes, Negotiated]:
            return answer(
                offer_sdp,
                host,
                port,
                codecs=codecs,
                te=te,
                ptime=ptime,
                direction=direction,
                session_id=self.session_id,
                version=version,
                peer=peer,
                last=self._agreed,
                securing=self._securing,
                ice=self._ice,
                order=order,
                comfort_noise=comfort_noise,
                opus=opus,
            )

        text, agreed = describe(self.version)
        if self._last is not None and text != self._last:
            self.version += 1
            text, agreed = describe(self.version)
        self._last, self._agreed = text, agreed
        self._layout = Layout.of_answer(text, offer_sdp, codecs, te) or self._layout
        return text, agreed

    def accept(self, answer_sdp: bytes | str, our_offer: bytes | str, peer: str | None = None) -> Negotiated:
        """As the function `accept`."""
        agreed = accept(answer_sdp, our_offer, peer, self._securing, self._ice)
        self._agreed, self._layout = agreed, Layout.of_offer(our_offer)
        return agreed
