"""Pronunciation dictionaries as an operator writes them: a TOML file with a table for each language, region
or voice, words on the left, what is said for them on the right.

Pure: text in; whoever has the file reads it.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from mediaserver.errors import ConfigError
from pipelines.spoken.pronunciation import NONE, Pronunciations

MOST_BYTES = 8 * 1024 * 1024
"""Of a file: some hundred thousand entries."""
ANY, VOICES = "*", "voice"
"""The table for every language, and the one that holds a table for each voice."""

_Tables = Mapping[str, Mapping[str, str]]


class Dictionary:
    """All tables of one file."""

    def __init__(
        self, tables: Mapping[str, Mapping[str, str]], voices: Mapping[str, Mapping[str, str]]
    ) -> None:
        self._tables = {name.lower(): Pronunciations(entries) for name, entries in tables.items()}
        self._voices = {name: Pronunciations(entries) for name, entries in voices.items()}
        self._of = lru_cache(maxsize=256)(self._joined)

    def of(self, language: str, voice: str = "") -> Pronunciations:
        """What counts for a voice in a language (BCP 47): its own entries before those of the region, these
        before the language's, these before those for all."""
        return self._of(language.lower(), voice)

    def _joined(self, language: str, voice: str) -> Pronunciations:
        found = self._tables.get(ANY, NONE)
        parts = language.split("-")
        for length in range(1, len(parts) + 1):
            found = found | self._tables.get("-".join(parts[:length]), NONE)
        return found | self._voices.get(voice, NONE)


EMPTY = Dictionary({}, {})


def read_dictionary(text: str) -> Dictionary:
    """Raises ConfigError for what is no such file; it says where."""
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"the pronunciations are no TOML: {error}") from None
    voices = tables.pop(VOICES, {})
    if not isinstance(voices, dict):
        raise ConfigError(f'the pronunciations of a voice stand in a table ["{VOICES}"."its name"]')
    return Dictionary(
        {name: _entries(name, table) for name, table in tables.items()},
        {name: _entries(f"{VOICES}.{name}", table) for name, table in voices.items()},
    )


def _entries(name: str, table: Any) -> dict[str, str]:
    if not isinstance(table, dict):
        raise ConfigError(f"the pronunciations have an entry '{name}' outside of a table such as [en]")
    for word, said in table.items():
        if not isinstance(said, str) or not word.strip():
            raise ConfigError(f"in the pronunciations '{word}' of [{name}] must be a word with a text for it")
    return table
