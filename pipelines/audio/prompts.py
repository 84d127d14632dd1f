"""Sound files as they are handed in, read into what is kept and played: at 16 kHz, mono, within limits."""

from __future__ import annotations

import asyncio
from pathlib import Path

from mediaserver.errors import UnreadableAudioError
from mediaserver.storage.prompts import NewPrompt
from pipelines.audio.workers import AudioWorkers

LONGEST_S = 180
"""Of one sound file."""
UPLOAD_LIMIT = 48 << 20
"""Bytes of one as it is handed in: three minutes of 24-bit stereo at 44.1 kHz."""
READ_S = 60.0
"""That reading one may take."""


async def read_prompt(
    audio: AudioWorkers, path: Path, folder: Path, name: str, text: str | None
) -> NewPrompt:
    """`folder`: for what is made of it, which is its caller's to remove. `text`: what is said in it; None: as
    it was. Raises UnreadableAudioError, CapacityError, EngineError."""
    raw = folder / "samples"
    found = await audio.read(path, raw, seconds=LONGEST_S, within_s=READ_S)
    samples = await asyncio.to_thread(raw.read_bytes)
    if not samples:
        raise UnreadableAudioError("the audio is too short to be heard; send a longer one")
    return NewPrompt(name, text, found.container, found.codec, found.rate, found.channels, samples)
