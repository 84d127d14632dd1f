"""The recording of a call: to be listened to when the call is over, and begun, paused and stopped before."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path as FilePath
from uuid import UUID

import asyncpg
from aiohttp import web
from pydantic import Field

from api.access.scopes import Scope
from api.context import CONTEXT
from api.file_answers import file_answer
from api.growing_answers import growing_answer
from api.routing.models import RequestModel, ResponseModel
from api.routing.problems import Problem
from api.routing.table import ApiRoutes
from api.telephony.acting import acting, not_elsewhere
from api.telephony.finding import CALL, as_it_is, live_call, row_of
from mediaserver.calls.recorder import RecordingState, path_of
from mediaserver.calls.recording_step import RecordingStep
from mediaserver.storage import recordings
from mediaserver.storage.sql import Row

WAV = "audio/wav"
WHOLE_S = 3.0
"""After the end of a call its recording is stored by then."""
AGAIN_S = 0.1
"""Between two looks for it."""

routes = ApiRoutes("calls")


class RecordWanted(RequestModel):
    """What is to become of the recording."""

    step: RecordingStep = Field(
        description="`start`: begin one, or go on after a stop; `stop`; `pause`: silence is recorded until "
        "`resume`."
    )


class RecordingStateShown(ResponseModel):
    """What the recording does from now on."""

    state: RecordingState


@routes.get(f"{CALL}/recording", scope=Scope.CALLS_READ, produces=(WAV,), errors=(409, 412, 416, 421))
async def recording(request: web.Request, id: UUID) -> web.StreamResponse:
    """The recording of a call: WAV, 16-bit stereo at 16 kHz, the caller left, the agent right.

    Of a call that is up it is what was written down so far, whole in itself and with the header
    `X-Recording: so-far`; of one that is over parts may be asked for by `Range` (RFC 9110, 14)."""
    row = await row_of(request, id)
    context = request.app[CONTEXT]
    if (call := live_call(request, id)) is not None and call.termination is None:
        path = path_of(context.settings.recordings, call.id, call.started)
        return await growing_answer(request, path, f"{id}.wav")
    if as_it_is(context.switchboard, row)["live"]:
        await not_elsewhere(request, id)
        raise Problem(409, "call_is_up", "The recording can be had when the call is over.")
    made = await _made(context.database, id, row.get("ended_at"))
    if made is None:
        raise Problem(404, "not_found", "The call was not recorded.")
    return await file_answer(request, FilePath(made["path"]), context.settings.recordings, WAV, f"{id}.wav")


async def _made(pool: asyncpg.Pool, call_id: UUID, ended_at: datetime | None) -> Row | None:
    """The row of a recording. Whoever asks as the call ends waits until its file is whole, and the rows of
    the call are written. `ended_at`: as far as that is."""
    over_s = 0.0 if ended_at is None else (datetime.now(UTC) - ended_at).total_seconds()
    while True:
        made = await recordings.of_call(pool, call_id)
        if made is not None or over_s > WHOLE_S:
            return made
        await asyncio.sleep(AGAIN_S)
        over_s += AGAIN_S


@routes.post(f"{CALL}/record", scope=Scope.CALLS_WRITE, errors=(421,))
async def record(request: web.Request, id: UUID, body: RecordWanted) -> RecordingStateShown:
    """Begin, pause, resume or stop the recording of a call that is up.

    A call has one recording: a pause is silence in it, a stop a gap, and both are events of the call with
    their places in it."""
    async with acting(request, id, "record", step=str(body.step)) as board:
        return RecordingStateShown(state=board.control_recording(id, body.step))
