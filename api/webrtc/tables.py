"""The routes of `/api/webrtc` together."""

from __future__ import annotations

from api.routing.table import ApiRoutes
from api.webrtc import calling, ice_servers, phone, tokens

WEBRTC: tuple[ApiRoutes, ...] = (
    calling.routes,
    ice_servers.routes,
    tokens.routes,
    phone.routes,
)
