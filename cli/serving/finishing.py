"""What every voice's sound goes through on this server, by its settings: one loudness, and what is kept."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import logging
import threading
from collections.abc import Iterable
from contextlib import AsyncExitStack
from functools import lru_cache, partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

from cli.serving.fixed_texts import strings_in
from mediaserver.config import Settings
from pipelines.engines.finish.finishing import Finishing
from pipelines.engines.finish.kept import KeptSpeech
from pipelines.engines.finish.levels import VoiceLevels
from pipelines.environments.weights import FILE

log = logging.getLogger(__name__)


def open_finishing(settings: Settings, undo: AsyncExitStack) -> Finishing:
    """What was learned of voices is read now; what was kept is read when it is said."""
    folder, target = settings.data / "cache", settings.engines.level_db
    levels = VoiceLevels(folder / "voice-levels.json", target) if target else None
    fingerprint = lru_cache(partial(_fingerprint, settings, _pulled(settings.engines_home)))
    kept = KeptSpeech(folder / "speech", fingerprint)
    finishing = Finishing(levels, kept)
    undo.push_async_callback(_close, finishing)
    return finishing


def sweep_kept(kept: KeptSpeech, names: Iterable[str]) -> None:
    """What others than these engines said is removed in the background, and what these said with another
    recording or other weights."""
    threading.Thread(target=kept.sweep, args=(set(names),), daemon=True, name="kept speech").start()


def _pulled(home: Path) -> str:
    """Of all weights that were pulled: another after any of them was pulled anew. Their lists are read, and
    not the weights themselves."""
    digest = hashlib.sha256()
    for path in sorted((home / "weights").glob(f"*/{FILE}")):
        with contextlib.suppress(OSError):
            digest.update(path.read_bytes())
    return digest.hexdigest()


def _fingerprint(settings: Settings, pulled: str, name: str) -> str:
    """Of a voice's engine: another as soon as what it is told is, or its weights are, or a recording that it
    imitates, or this server. `pulled`: of the weights of a hub's. All as it is when the engine speaks first:
    workers load no others."""
    one_of = name.partition(":")[0]
    told: dict[str, Any] = {
        **settings.engines.options.get(one_of, {}),
        **settings.engines.options.get(name, {}),
    }
    changed = [_changed(text) for text in strings_in(told)]
    return hashlib.sha256(
        repr((version("voiceforge"), pulled, sorted(told.items()), changed)).encode()
    ).hexdigest()


def _changed(text: str) -> tuple[int, int]:
    """When a file or folder that an option names (weights, a voice's recording) was changed last, and its
    size; zeros for what is none."""
    try:
        found = Path(text).expanduser().stat() if "/" in text else None
    except (OSError, ValueError, RuntimeError):  # no path, or nobody's home
        found = None
    return (found.st_mtime_ns, found.st_size) if found else (0, 0)


async def _close(finishing: Finishing) -> None:
    if finishing.kept is not None:
        await finishing.kept.stop()
    if finishing.levels is not None:
        try:
            await asyncio.to_thread(finishing.levels.write)
        except OSError as error:  # they are learned anew
            log.warning("the levels of voices cannot be kept: %s", error)
