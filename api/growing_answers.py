"""Recordings that are still being written, as answers: whole in themselves, as far as they go.

All reading is done in threads, as with other files.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

from aiohttp import web

from api.file_answers import opened, written
from api.routing.problems import Problem
from api.tidy import SAFE_HEADERS
from mediaserver.calls.wave_file import HEADER_BYTES, wav_header

STEREO = 2
SAMPLE_BYTES = 2 * STEREO
"""Of one moment, both sides."""


async def growing_answer(request: web.Request, path: Path, name: str) -> web.StreamResponse:
    """What of a recording is on the disk now, under a header of our own that says how much: the file's own is
    behind. Parts are not served, for the next answer is longer. `name`: under which a browser saves it.
    Raises Problem (409) where nothing is written yet."""
    file = await asyncio.to_thread(opened, path, path.parent.parent)
    if file is None:
        raise Problem(409, "call_is_up", "Nothing is recorded yet: ask again soon, or when the call is over.")
    try:
        samples = await asyncio.to_thread(file.seek, 0, 2) - HEADER_BYTES
        samples = max(0, samples - samples % SAMPLE_BYTES)
        header = wav_header(samples, STEREO)
        response = web.StreamResponse(
            headers=SAFE_HEADERS
            | {
                "Content-Type": "audio/wav",
                "Accept-Ranges": "none",
                "Content-Disposition": f'attachment; filename="{name}"',
                "X-Recording": "so-far",
            }
        )
        response.content_length = len(header) + samples
        await response.prepare(request)
        if request.method != "HEAD":
            await response.write(header)
            await written(response, file, range(HEADER_BYTES, HEADER_BYTES + samples))
        return response
    finally:
        file.close()
