"""Whether the offer of an INVITE can be answered at all: asked before anything is opened or kept for it.

It must never send: a refusal is returned, and is the same for the same request.
"""

from __future__ import annotations

import logging

from mediaserver.sdp.ice import Ice, IceSide
from mediaserver.sdp.negotiation import NoCommonCodec, SdpError, answer
from mediaserver.sdp.policy import MediaPolicy
from mediaserver.sdp.securing import EncryptionMismatch
from sip.calls.core import Core
from sip.calls.ending import warning
from sip.messages.headers import WEB_SOCKETS
from sip.messages.message import Request, Response
from sip.messages.multipart import description_of
from sip.transport.connection import Source

log = logging.getLogger(__name__)


def refused_for_its_offer(
    core: Core, request: Request, wanted: MediaPolicy | None, source: Source
) -> Response | None:
    """What an INVITE is refused with; None: it has no offer, or one that we can answer. `wanted`: the policy
    of whoever sent it; None: the server's."""
    offered = description_of(request)
    if not offered:
        return None
    by_page = source.transport in WEB_SOCKETS
    policy = core.policy_for(wanted, source.transport)
    securing = core.securing(policy, source.transport)
    ice = IceSide(Ice.ANSWER, strict=True) if by_page else None
    try:
        answer(
            offered, "127.0.0.1", 4, codecs=policy.codecs, peer=source.host, securing=securing, ice=ice
        )  # fmt: skip
    except SdpError as error:
        status = 488 if isinstance(error, NoCommonCodec) else 400
        response = request.response(status)
        # A page reads what it is sent, and its socket reaches nobody else. To all others words would be
        # more than they sent, but for those that a telephone's owner needs.
        if by_page or isinstance(error, EncryptionMismatch):
            log.warning("a call from %s was refused (%d): %s", source.host, status, error)
            response.add("Warning", warning(str(error)))
        return response
    return None
