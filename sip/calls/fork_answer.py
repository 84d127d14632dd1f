"""One fork's 2xx to an INVITE of ours: its dialog, the ACK, and what it says of audio (RFC 3261 13.2.2.4)."""

from __future__ import annotations

from dataclasses import dataclass

from mediaserver.sdp.negotiation import SdpError
from sip.calls.dialog import Dialog, Headers
from sip.calls.early_dialog import EarlyAudio, EarlyDialog
from sip.calls.session import InviteSession
from sip.messages.message import Request, Response
from sip.messages.multipart import description_of


@dataclass(frozen=True, slots=True)
class ForkAnswer:
    """Made once; its ACK is sent again when the 2xx is repeated."""

    response: Response
    dialog: Dialog
    ack: Request
    unfit: SdpError | None
    """What is wrong with its description."""

    @classmethod
    def of(
        cls,
        session: InviteSession,
        dialog: Dialog,
        response: Response,
        early: EarlyDialog | None,
        offer: bytes,
        auth: Headers,
    ) -> ForkAnswer:
        """Take the description of a 2xx, whose dialog may have been an `early` one. `offer`: that of our
        INVITE; empty: theirs comes, and the ACK answers it. One that is not to become the call changes
        nothing in it."""
        body, unfit = b"", None
        if early is not None:
            dialog.continues(early.dialog)
        if session.machine.unanswered:
            try:
                body = _described(session, response, early, offer)
            except SdpError as error:
                unfit = error
        lines = [*auth, ("Content-Type", "application/sdp")] if body else auth
        return cls(response, dialog, dialog.ack(response.cseq.number, lines, body), unfit)


def _described(session: InviteSession, response: Response, early: EarlyDialog | None, offer: bytes) -> bytes:
    """Our answer, where the 2xx offers. Raises SdpError."""
    media, described = session.media, description_of(response) or b""
    if early is not None and early.audio is not EarlyAudio.NONE:
        if not described or (early.audio is EarlyAudio.AGREED and not offer):
            media.confirm(early.agreed_on)  # all was said before, and maybe by another fork since
            return b""
    if offer:
        media.accept(described, offer)
        return b""
    return media.answer(described)
