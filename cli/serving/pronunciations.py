"""Reads the operator's pronunciation dictionaries at the start."""

from __future__ import annotations

from pathlib import Path

from mediaserver.errors import ConfigError
from mediaserver.settings.service import AgentSettings
from pipelines.spoken.dictionary import EMPTY, MOST_BYTES, Dictionary, read_dictionary


def open_dictionary(settings: AgentSettings) -> Dictionary:
    """Blocks. Raises ConfigError when the file that the settings name cannot be used."""
    if not settings.pronunciations:
        return EMPTY
    path = Path(settings.pronunciations)
    try:
        if path.stat().st_size > MOST_BYTES:
            raise ConfigError(f"agent.pronunciations: {path} has more than {MOST_BYTES} bytes")
        return read_dictionary(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"agent.pronunciations: {path} cannot be read: {error}") from None
