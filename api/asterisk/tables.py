"""The routes for an existing Asterisk together."""

from __future__ import annotations

from api.asterisk import announcing, media_socket
from api.routing.table import ApiRoutes

ASTERISK: tuple[ApiRoutes, ...] = (announcing.routes, media_socket.routes)
