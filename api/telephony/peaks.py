"""How loud a recording is, as many points as a picture has: nobody fetches an hour of audio to draw it."""

from __future__ import annotations

import asyncio
import wave
from pathlib import Path
from typing import BinaryIO
from uuid import UUID

import numpy as np
from aiohttp import web
from pydantic import Field

from api.access.scopes import Scope
from api.context import CONTEXT
from api.file_answers import opened
from api.routing.models import RequestModel, ResponseModel
from api.routing.problems import Problem
from api.routing.table import ApiRoutes
from api.telephony.finding import CALL, as_it_is, row_of
from mediaserver.storage import recordings

routes = ApiRoutes("calls")
FULL_SCALE = 32768.0
BLOCK_FRAMES = 1 << 18
"""Read at once: 16 s of stereo, 1 MB."""


class PeaksQuery(RequestModel):
    """How fine the picture is to be."""

    points: int = Field(default=1200, ge=10, le=4000)


class RecordingPeaks(ResponseModel):
    """The loudest of each part, 0 to 1; all parts are of the same length."""

    seconds: float
    caller: list[float]
    agent: list[float]


@routes.get(f"{CALL}/recording/peaks", scope=Scope.CALLS_READ, errors=(409,))
async def recording_peaks(request: web.Request, id: UUID, query: PeaksQuery) -> RecordingPeaks:
    """How loud the caller and the agent were, part by part of a call's recording.

    Of a call that is over."""
    row, context = await row_of(request, id), request.app[CONTEXT]
    if as_it_is(context.switchboard, row)["live"]:
        raise Problem(409, "call_is_up", "The recording can be had when the call is over.")
    made = await recordings.of_call(context.database, id)
    if made is None:
        raise Problem(404, "not_found", "The call was not recorded.")
    async with context.converting:  # an hour of it is 230 MB to look through
        found = await asyncio.to_thread(_read, Path(made["path"]), context.settings.recordings, query.points)
    if found is None:
        raise Problem(404, "not_found", "The file is not on this server any more.")
    return found


def _read(path: Path, folder: Path, points: int) -> RecordingPeaks | None:
    """Blocks. None where the file is not there, lies elsewhere, or is none of ours."""
    file = opened(path, folder)
    if file is None:
        return None
    with file:
        try:
            return peaks_of(file, points)
        except (wave.Error, EOFError):
            return None


def peaks_of(file: BinaryIO, points: int) -> RecordingPeaks:
    """Of a WAV of 16-bit samples, the caller left, the agent right. Raises wave.Error, EOFError."""
    with wave.open(file) as sound:
        if sound.getsampwidth() != 2 or sound.getnchannels() != 2:
            raise wave.Error("not 16-bit stereo")
        rate, frames = sound.getframerate(), sound.getnframes()
        points = max(1, min(points, frames))
        loudest = np.zeros((points, 2), np.int32)
        at = 0
        while block := sound.readframes(BLOCK_FRAMES):
            samples = np.frombuffer(block, "<i2").reshape(-1, 2)
            place = np.minimum((np.arange(at, at + len(samples)) * points) // max(frames, 1), points - 1)
            first = np.flatnonzero(np.diff(place, prepend=-1))
            heard = np.maximum.reduceat(np.abs(samples.astype(np.int32)), first)
            loudest[place[first]] = np.maximum(loudest[place[first]], heard)
            at += len(samples)
    level = np.round(np.minimum(loudest / FULL_SCALE, 1.0), 3)
    return RecordingPeaks(seconds=frames / rate, caller=level[:, 0].tolist(), agent=level[:, 1].tolist())
