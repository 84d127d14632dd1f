"""The objects that PJSIP calls back: the account that is called, each call, each call's audio port.

All run on PJSIP's thread (see `stack`) but the audio port, which its media thread calls; each hands over what
it is told and returns. What PJSIP does by itself and an operator has not allowed is refused here: REFER and
Replaces by whoever knows a dialog, redirects, subscriptions.
"""

from __future__ import annotations

import ctypes
import logging
from collections.abc import Callable
from typing import Any

import numpy as np
import pjsua2 as pj

from mediaserver.media.time import FRAME_MS, FRAME_SAMPLES, SAMPLE_RATE
from sip.pjsua2.frames import FrameQueue

log = logging.getLogger(__name__)

FORBIDDEN = 403
FRAME_BYTES = 2 * FRAME_SAMPLES
STATES = {
    pj.PJSIP_INV_STATE_EARLY: "early",
    pj.PJSIP_INV_STATE_CONFIRMED: "up",
    pj.PJSIP_INV_STATE_DISCONNECTED: "over",
}


def frame_bytes(vector: Any) -> bytes:
    """The content of a ByteVector. The bindings give it out octet by octet, which takes half a millisecond a
    frame; a std::vector begins with the address of its first element."""
    first = ctypes.c_void_p.from_address(int(vector.this)).value
    return ctypes.string_at(first, len(vector)) if first else b""


def frame_bytes_slowly(vector: Any) -> bytes:
    """The same where a std::vector is laid out in another way."""
    return bytes(vector)


def _fastest() -> Callable[[Any], bytes]:
    known = bytes(range(256))
    vector = pj.ByteVector(known)
    return frame_bytes if int(vector.this) and frame_bytes(vector) == known else frame_bytes_slowly


class AudioPort(pj.AudioMediaPort):
    """A call's audio as PJSIP's conference bridge sees it: 16 kHz mono, 20 ms, one queue each way."""

    def __init__(self, name: str, heard: FrameQueue, said: FrameQueue) -> None:
        super().__init__()
        self._heard, self._said = heard, said
        self._bytes_of = _fastest()
        shape = pj.MediaFormatAudio()
        shape.init(pj.PJMEDIA_FORMAT_PCM, SAMPLE_RATE, 1, FRAME_MS * 1_000, 16)
        self.createPort(name, shape)

    def onFrameReceived(self, frame: Any) -> None:  # noqa: N802 - PJSIP's name
        octets = self._bytes_of(frame.buf) if frame.type == pj.PJMEDIA_FRAME_TYPE_AUDIO else b""
        if len(octets) == FRAME_BYTES:
            self._heard.put(np.frombuffer(octets, np.int16))

    def onFrameRequested(self, frame: Any) -> None:  # noqa: N802
        said = self._said.take()
        if said is None:
            frame.type = pj.PJMEDIA_FRAME_TYPE_NONE
            return
        frame.type = pj.PJMEDIA_FRAME_TYPE_AUDIO
        frame.buf = pj.ByteVector(said.tobytes())
        frame.size = FRAME_BYTES


class PjCall(pj.Call):
    """One call of PJSIP's. `told(event, *values)` is called on its thread: "early", "up" and "over" with the
    last status and its reason, "media" with the codec and whether the other side holds us, "digit" with the
    key and its ms. `ended`: it is over, and may be let go once the callback has returned."""

    def __init__(self, account: Any, number: int, told: Callable[..., None]) -> None:
        super().__init__(account, number)
        self._told = told
        self.ended = False
        self._heard, self._said = FrameQueue(), FrameQueue()
        self.port: AudioPort | None = None
        self.stream: int | None = None
        """Which of its media is the audio; None until there is some."""

    def use(self, heard: FrameQueue, said: FrameQueue) -> None:
        """Where its audio goes and comes from; before it is answered."""
        self._heard, self._said = heard, said

    def onCallState(self, prm: Any) -> None:  # noqa: N802
        info = self.getInfo()
        if (state := STATES.get(info.state)) is not None:
            self.ended = state == "over"
            self._told(state, int(info.lastStatusCode), str(info.lastReason))

    def onCallMediaState(self, prm: Any) -> None:  # noqa: N802
        info = self.getInfo()
        for media in info.media:
            if media.type != pj.PJMEDIA_TYPE_AUDIO:
                continue
            held = media.status in (pj.PJSUA_CALL_MEDIA_REMOTE_HOLD, pj.PJSUA_CALL_MEDIA_LOCAL_HOLD)
            if held or media.status == pj.PJSUA_CALL_MEDIA_ACTIVE:
                self._connect(media.index)
                self.stream = int(media.index)
                self._told("media", str(self.getStreamInfo(media.index).codecName), held)
                return

    def _connect(self, index: int) -> None:
        """To the audio of the call, which is a new one after each re-INVITE."""
        if self.port is None:
            self.port = AudioPort(f"call{self.getId()}", self._heard, self._said)
        audio = self.getAudioMedia(index)
        audio.startTransmit(self.port)
        self.port.startTransmit(audio)

    def onDtmfDigit(self, prm: Any) -> None:  # noqa: N802
        self._told("digit", str(prm.digit), int(prm.duration))

    def onCallTransferRequest(self, prm: Any) -> None:  # noqa: N802
        prm.statusCode = FORBIDDEN

    def onCallReplaceRequest(self, prm: Any) -> None:  # noqa: N802
        prm.statusCode = FORBIDDEN

    def onCallRedirected(self, prm: Any) -> int:  # noqa: N802
        return int(pj.PJSIP_REDIRECT_STOP)


class PjAccount(pj.Account):
    """Whoever is called on this server. `invited(number, message, source)`: an INVITE came; who takes it
    makes its PjCall before it returns."""

    def __init__(self, invited: Callable[[int, str, str], None]) -> None:
        super().__init__()
        self._invited = invited

    def onIncomingCall(self, prm: Any) -> None:  # noqa: N802
        self._invited(int(prm.callId), str(prm.rdata.wholeMsg), str(prm.rdata.srcAddress))

    def onIncomingSubscribe(self, prm: Any) -> None:  # noqa: N802
        prm.code = FORBIDDEN
