"""`GET /api/webrtc/ice-servers`: what a browser gives to its RTCPeerConnection."""

from __future__ import annotations

from aiohttp import web
from pydantic import Field

from api.context import CONTEXT
from api.routing.models import ResponseModel
from api.routing.table import ApiRoutes
from api.webrtc.admitting import caller_of, desk_of

routes = ApiRoutes("webrtc")


class IceServerShown(ResponseModel):
    """As `RTCIceServer` of browsers."""

    urls: list[str]
    username: str | None = Field(None, description="Of a TURN relay; it says until when it holds.")
    credential: str | None = None


class IceServersShown(ResponseModel):
    """For one browser."""

    ice_servers: list[IceServerShown] = Field(description="Empty: none are needed, or none are set up.")
    expires_in_s: int | None = Field(description="When to ask again; null: they hold.")


@routes.get("/api/webrtc/ice-servers", scope=None, errors=(401, 403))
async def ice_servers(request: web.Request) -> IceServersShown:
    """STUN and TURN servers for a browser that is going to call, with credentials that hold for a while.

    Whoever may call may ask."""
    desk, let_in = desk_of(request.app[CONTEXT]), caller_of(request)
    found = desk.ice_servers(let_in.name)
    return IceServersShown(
        ice_servers=[
            IceServerShown(
                urls=list(each.urls), username=each.username or None, credential=each.credential or None
            )
            for each in found
        ],
        expires_in_s=desk.settings.turn_ttl_s if any(each.username for each in found) else None,
    )
