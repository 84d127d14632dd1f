"""`/api/webrtc`: browsers call by an offer and hang up by a DELETE (WHIP, :rfc:`9725`), begin ICE anew when
their network changes, and ask what the server knows of their call.

Each address of a call has a name that nobody can guess, and is there for whoever began it alone.
"""

from __future__ import annotations

from typing import Literal
from uuid import UUID

from aiohttp import hdrs, web
from pydantic import Field

from api.access.origin import passed_on
from api.context import CONTEXT
from api.routing.binding import read
from api.routing.models import ResponseModel
from api.routing.problems import Problem
from api.routing.table import ApiRoutes
from api.webrtc.admitting import CallerLetIn, OfferQuery, caller_of, desk_of, wanted_by
from mediaserver.errors import CallError, CapacityError
from mediaserver.sdp.description import SdpError
from webrtc import fragments, offers
from webrtc.door import BrowserCall, WebRtcDoor
from webrtc.offers import BadOffer

routes = ApiRoutes("webrtc", "Calls from browsers.")

OFFER = "/api/webrtc/offer"
CALL = "/api/webrtc/calls/{id}"
SDP = "application/sdp"
FRAGMENT = "application/trickle-ice-sdpfrag"
CALL_ID, CALL_TICKET = "X-Call-Id", "X-Call-Ticket"
"""With the call's id and this its page follows what happens in it: `/api/telephony/calls/{id}/events`."""
RETRY_S = "5"


class BrowserCallShown(ResponseModel):
    """What the server knows of a browser's call; what it heard, not what the browser did."""

    call_id: UUID | None
    state: Literal["connecting", "connected"]
    codec: str
    encryption: str | None
    packets: int
    lost: int
    loss_pct: float
    jitter_ms: float
    rtt_ms: float | None
    mos: float | None = Field(description="Listening quality, 1 to 4.5; null: nothing was heard yet.")
    concealed: int = Field(description="Frames of 20 ms that were made up, in whole or in part.")
    recovered: int = Field(description="Lost packets that were made good by forward error correction.")
    remote_loss_pct: float | None = Field(description="Of our packets, as the browser reports.")
    remote_jitter_ms: float | None


@routes.post(
    OFFER, scope=None, status=201, body_limit=offers.MOST_OCTETS, consumes=(SDP,), produces=(SDP,),
    errors=(401, 403, 404, 409, 503),
)  # fmt: skip
async def offer(request: web.Request, query: OfferQuery) -> web.StreamResponse:
    """Call somebody from a browser: send an SDP offer, and get the answer.

    The headers of the answer have the address of the call (`Location`: DELETE hangs up), the servers that
    help its browser (`Link`), and the call's id with a ticket for its events (`X-Call-Id`,
    `X-Call-Ticket`)."""
    context = request.app[CONTEXT]
    desk, let_in = desk_of(context), caller_of(request)
    try:
        offered = desk.door.read(await _sent(request, SDP, offers.MOST_OCTETS))
    except (BadOffer, SdpError) as error:
        raise Problem(400, "bad_offer", _sentence(error)) from None
    source = request.remote or ""
    here = desk.door.hosts.is_here(source) and not passed_on(request)
    if desk.door.hosts.only_here and not here:
        raise Problem(
            503,
            "audio_unreachable",
            "Audio of this server can be reached from its own machine alone: set rtp.host, or sip.host, to "
            "an address of its network.",
        )
    wanted = await wanted_by(request, let_in, query)
    try:
        call = await desk.door.take(offered, let_in.caller, source, wanted)
    except (BadOffer, SdpError) as error:
        raise Problem(400, "bad_offer", _sentence(error)) from None
    except CapacityError as error:
        raise Problem(503, "unavailable", _sentence(error), headers={hdrs.RETRY_AFTER: RETRY_S}) from None
    except CallError as error:
        raise _refused(error) from None
    headers: dict[str, str] = {hdrs.LOCATION: CALL.format(id=call.id), hdrs.ETAG: call.etag}
    if call.call_id is not None:
        headers[CALL_ID] = str(call.call_id)
        headers[CALL_TICKET] = context.access.tickets.of(call.call_id)
    if links := ", ".join(server.link for server in desk.ice_servers(let_in.name)):
        headers[hdrs.LINK] = links
    return web.Response(status=201, body=call.answer, content_type=SDP, headers=headers)


@routes.get(CALL, scope=None, errors=(401, 404))
async def browser_call(request: web.Request, id: str) -> BrowserCallShown:
    """What the server knows of a browser's call that is up."""
    call = _call(request, id, caller_of(request, ended=True))
    stats = call.leg.stats()
    known = {name: stats.detail.get(name) for name in ("encryption", "remote_loss_pct", "remote_jitter_ms")}
    return BrowserCallShown(
        call_id=call.call_id,
        state="connected" if call.leg.connected else "connecting",
        codec=call.leg.codec,
        packets=stats.packets,
        lost=stats.lost,
        loss_pct=stats.loss_pct,
        jitter_ms=stats.jitter_ms,
        rtt_ms=stats.rtt_ms,
        mos=stats.mos,
        concealed=stats.detail.get("concealed", 0),
        recovered=stats.detail.get("recovered", 0),
        **known,
    )


@routes.patch(
    CALL, scope=None, body_limit=fragments.MOST_OCTETS, consumes=(FRAGMENT,), produces=(FRAGMENT,),
    errors=(401, 404, 412),
)  # fmt: skip
async def restart_ice(request: web.Request, id: str) -> web.StreamResponse:
    """Go on with a call by another network: send the browser's new ice-ufrag and ice-pwd, and get ours.

    With `If-Match: *`, as RFC 9725, section 4.3.3, has it. Candidates alone (204) need not be sent."""
    call = _call(request, id, caller_of(request, ended=True))
    matches = request.headers.get(hdrs.IF_MATCH, "*")
    if matches != "*" and call.etag not in (each.strip() for each in matches.split(",")):
        raise Problem(
            412, "precondition_failed", "ICE has begun anew since: send If-Match: * for a restart.",
            headers={hdrs.ETAG: call.etag},
        )  # fmt: skip
    fragment = await _sent(request, FRAGMENT, fragments.MOST_OCTETS)
    try:
        theirs = fragments.credentials_in(fragment)
        if matches != "*" and call.ice is not None and call.ice.theirs == theirs:
            return web.Response(status=204)  # more candidates: we learn them by their checks
        ours = _door(request).restart(call, fragment)
    except BadOffer as error:
        raise Problem(400, "bad_offer", _sentence(error)) from None
    except CallError:
        raise _gone() from None
    return web.Response(status=200, body=ours, content_type=FRAGMENT, headers={hdrs.ETAG: call.etag})


@routes.delete(CALL, scope=None, errors=(401, 404))
async def end_browser_call(request: web.Request, id: str) -> web.StreamResponse:
    """Hang up."""
    _door(request).end(_call(request, id, caller_of(request, ended=True)))
    return web.Response(status=200)


def _door(request: web.Request) -> WebRtcDoor:
    return desk_of(request.app[CONTEXT]).door


def _call(request: web.Request, id: str, let_in: CallerLetIn) -> BrowserCall:
    """Raises Problem."""
    call = _door(request).get(id, let_in.caller)
    if call is None:
        raise _gone()
    return call


def _gone() -> Problem:
    return Problem(404, "not_found", "There is no such call, or it is over: begin a new one.")


async def _sent(request: web.Request, kind: str, limit: int) -> bytes:
    """Raises Problem."""
    if request.content_type != kind:
        raise Problem(415, "unsupported_media_type", f"Send this with Content-Type: {kind}.", [kind])
    return await read(request, limit)


def _refused(error: CallError) -> Problem:
    """Whoever is called does not answer, as SIP's codes say why."""
    said = _sentence(error)
    match error.code:
        case 404 | 484 | 604:
            return Problem(404, "no_such_address", said)
        case 403:
            return Problem(403, "forbidden", said)
        case 400:
            return Problem(400, "bad_request", said)
        case 503 | 500:
            return Problem(503, "unavailable", said, headers={hdrs.RETRY_AFTER: RETRY_S})
        case _:
            return Problem(409, "refused", said)


def _sentence(error: BaseException) -> str:
    text = " ".join(str(error).split())
    return f"{text[:1].upper()}{text[1:]}{'' if text.endswith('.') else '.'}"
