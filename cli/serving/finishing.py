"""What every voice's sound goes through on this server, by its settings: one loudness, and what is kept."""

from __future__ import annotations

import asyncio
import hashlib
import logging
import threading
from contextlib import AsyncExitStack
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

from mediaserver.config import Settings
from pipelines.engines.finish.finishing import Finishing
from pipelines.engines.finish.kept import KeptSpeech
from pipelines.engines.finish.levels import VoiceLevels

log = logging.getLogger(__name__)


def open_finishing(settings: Settings, undo: AsyncExitStack) -> Finishing:
    """What was learned of voices is read now; what was kept is read when it is said."""
    folder, target = settings.data / "cache", settings.engines.level_db
    levels = VoiceLevels(folder / "voice-levels.json", target) if target else None
    kept = KeptSpeech(folder / "speech", partial(_fingerprint, settings))
    threading.Thread(target=kept.sweep, daemon=True, name="kept speech").start()
    finishing = Finishing(levels, kept)
    undo.push_async_callback(_close, finishing)
    return finishing


def _fingerprint(settings: Settings, name: str) -> str:
    """Of a voice's engine: another as soon as what it is told is, or its weights are, or this server is."""
    one_of = name.partition(":")[0]
    told: dict[str, Any] = {
        **settings.engines.options.get(one_of, {}),
        **settings.engines.options.get(name, {}),
    }
    weights = Path(str(told.get("weights", "")))
    changed = weights.stat().st_mtime_ns if told.get("weights") and weights.exists() else 0
    return hashlib.sha256(repr((version("voiceforge"), sorted(told.items()), changed)).encode()).hexdigest()


async def _close(finishing: Finishing) -> None:
    if finishing.kept is not None:
        await finishing.kept.stop()
    if finishing.levels is not None:
        try:
            await asyncio.to_thread(finishing.levels.write)
        except OSError as error:  # they are learned anew
            log.warning("the levels of voices cannot be kept: %s", error)
