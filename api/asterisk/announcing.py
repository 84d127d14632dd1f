"""`POST /api/telephony/asterisk/calls`: a dialplan announces a call that comes by AudioSocket."""

from __future__ import annotations

from urllib.parse import parse_qsl

from aiohttp import hdrs, web

from api.asterisk.admitting import AsteriskCall, caller_of, desk_of, read_call, wanted_by
from api.context import CONTEXT
from api.routing.binding import read
from api.routing.problems import Problem
from api.routing.table import ApiRoutes
from mediaserver.errors import CapacityError

routes = ApiRoutes("asterisk", "Calls of an existing Asterisk.")

FORM = "application/x-www-form-urlencoded"
PLAIN = "text/plain"
MOST_OCTETS = 4 << 10
RETRY_S = "5"


@routes.post(
    "/api/telephony/asterisk/calls", scope=None, status=201, body_limit=MOST_OCTETS, consumes=(FORM,),
    reads=AsteriskCall, produces=(PLAIN,), errors=(401, 403, 404, 409, 422, 503),
)  # fmt: skip
async def announce_call(request: web.Request) -> web.StreamResponse:
    """Announce a call that comes by AudioSocket: who calls, and whom. Its UUID, as plain text.

    For `AudioSocket(${CURL(…)},HOST:PORT)` in a dialplan (docs/asterisk.md). The UUID holds for one
    connection within 30 s."""
    who = caller_of(request)
    desk = desk_of(request.app[CONTEXT])
    if not desk.audiosocket:
        raise Problem(
            503, "switched_off", "This server listens for no AudioSocket: set asterisk.audiosocket_port."
        )
    if request.content_type != FORM:
        raise Problem(415, "unsupported_media_type", f"Send this with Content-Type: {FORM}.", [FORM])
    try:
        text = (await read(request, MOST_OCTETS)).decode()
        fields = dict(parse_qsl(text, keep_blank_values=True, strict_parsing=bool(text), max_num_fields=20))
    except ValueError:
        raise Problem(400, "bad_request", "The body is no form: to=500&caller=0301234567.") from None
    wanted = await wanted_by(request, who, read_call(fields))
    try:
        id = desk.door.expected.announce(wanted, desk.now())
    except CapacityError as error:
        raise Problem(503, "unavailable", f"{error}.", headers={hdrs.RETRY_AFTER: RETRY_S}) from None
    return web.Response(status=201, text=str(id), content_type=PLAIN)
