"""The messages that callers have left, to be listened to."""

from __future__ import annotations

from pathlib import Path as FilePath
from typing import Annotated
from uuid import UUID

from aiohttp import web
from pydantic import Field

from api.access.scopes import Scope
from api.context import CONTEXT
from api.file_answers import file_answer
from api.routing.problems import Problem
from api.routing.table import ApiRoutes
from api.telephony.finding import CALL, row_of
from mediaserver.storage import messages as stored

WAV = "audio/wav"

routes = ApiRoutes("calls")


@routes.get(f"{CALL}/messages/{{index}}", scope=Scope.CALLS_READ, produces=(WAV,), errors=(412, 416))
async def message(
    request: web.Request, id: UUID, index: Annotated[int, Field(ge=0, lt=1_000_000)]
) -> web.StreamResponse:
    """The sound of a message that the caller left: WAV, 16-bit mono at 16 kHz.

    Parts of it by `Range` (RFC 9110, 14)."""
    await row_of(request, id)
    context = request.app[CONTEXT]
    path = await stored.path_of(context.database, id, index)
    if path is None:
        raise Problem(404, "not_found", "There is no such message.")
    name = f"{id}-message-{index}.wav"
    return await file_answer(request, FilePath(path), context.settings.recordings, WAV, name)
