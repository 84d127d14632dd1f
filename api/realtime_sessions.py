"""`GET /v1/realtime`: a conversation as OpenAI's Realtime clients have it."""

from __future__ import annotations

from aiohttp import web
from pydantic import Field

from api.access.access import KeyRefused
from api.access.asker import asker
from api.access.scopes import Scope
from api.context import CONTEXT
from api.gateway.close_codes import GatewayRefusal
from api.guard import told_refusal
from api.plain_text import OneLine
from api.realtime.refusals import SessionRefused
from api.realtime.socket import serve
from api.routing.models import RequestModel
from api.routing.problems import Problem, started
from api.routing.table import ApiRoutes
from mediaserver.errors import VoiceForgeError

routes = ApiRoutes("openai")


class RealtimeQuery(RequestModel):
    model: OneLine = Field(
        min_length=1,
        max_length=200,
        description="An agent's name, or a language model's of `GET /v1/models`.",
    )


@routes.get("/v1/realtime", scope=Scope.SESSIONS, websocket=True, errors=(400, 404, 429, 503))
async def realtime(request: web.Request, query: RealtimeQuery) -> web.StreamResponse:
    """A conversation by OpenAI's Realtime protocol: events as JSON over a WebSocket.

    With a language model, or an agent of kind llm, the client gives the instructions and runs the functions;
    an agent that is a flow or code goes by its own lights. See docs/realtime.md for the events."""
    hub, who = started(request.app[CONTEXT].realtime), asker(request)
    try:
        spec = hub.agent_for(query.model, who)
        hub.check(spec, who)
    except SessionRefused as refused:
        raise Problem(refused.status, refused.code, str(refused)) from None
    except KeyRefused as refused:
        raise told_refusal(refused) from None
    except GatewayRefusal as refused:
        raise Problem(429, "too_many_sessions", str(refused)) from None
    except VoiceForgeError as error:
        raise Problem(503, "unavailable", str(error)) from None
    return await serve(request, hub, spec, who)
