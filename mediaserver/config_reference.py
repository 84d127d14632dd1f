"""Writes docs/configuration.md and voiceforge.example.toml from the settings, so that neither can drift.

`python -m mediaserver.config_reference` rewrites both; a test compares them with what is in the tree.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

from pydantic import SecretStr
from pydantic.fields import FieldInfo

from mediaserver.config import PREFIX, Settings
from mediaserver.settings.group import SettingsGroup

ROOT = Path(__file__).resolve().parent.parent
DOCUMENT = ROOT / "docs" / "configuration.md"
EXAMPLE = ROOT / "voiceforge.example.toml"

_DOCUMENT_HEAD = """\
# Configuration

Made from the settings themselves by `python -m mediaserver.config_reference`; edit `mediaserver/settings/`.

Everything has a default that works. `voiceforge.toml` in the current folder is read if it is there; another
file is named with `--config FILE` or `VOICEFORGE_CONFIG`. Each key can be overridden by a variable:
`sip.port` by `VOICEFORGE_SIP__PORT` (two underscores between section and key). `DATABASE_URL`, `ADMIN_TOKEN`
and `VOICEFORGE_DATA` set `database.url`, `http.admin_token` and `data`. Lists and tables in a variable are
JSON: `VOICEFORGE_SIP__EXTENSIONS='{"100": "secret"}'`. An unknown key or variable is an error that names the
nearest known one. [voiceforge.example.toml](../voiceforge.example.toml) holds every key with its default.
"""

_TABLE_HEAD = "| key | variable | default | meaning |\n| --- | --- | --- | --- |\n"

_ENTRY_HEAD = "| key | default | meaning |\n| --- | --- | --- |\n"

_EXAMPLE_HEAD = """\
# Copy to voiceforge.toml and take away the leading "# " of what you want to change.
# Every key is shown with its default. docs/configuration.md says the same as a table.
"""


def document() -> str:
    """The text of docs/configuration.md."""
    parts = [_DOCUMENT_HEAD]
    for section, fields in _sections():
        parts.append(f"\n## {section or 'General'}\n\n{_TABLE_HEAD}")
        for name, field in fields.items():
            key = f"{section}.{name}" if section else name
            variable = PREFIX + key.upper().replace(".", "__")
            parts.append(f"| `{key}` | `{variable}` | `{_toml(field)}` | {_meaning(field)} |\n")
        for name, entry in _tables(fields):
            table = f"{section}.{name}" if section else name
            parts.append(f"\nEach `[{table}.NAME]` has:\n\n{_ENTRY_HEAD}")
            for key, field in entry.items():
                parts.append(f"| `{key}` | {_default(field)} | {_meaning(field)} |\n")
    return "".join(parts)


def example() -> str:
    """The text of voiceforge.example.toml."""
    parts = [_EXAMPLE_HEAD]
    for section, fields in _sections():
        parts.append(f"\n[{section}]\n" if section else "\n")
        for name, field in fields.items():
            parts.append(f"# {_meaning(field)}\n# {name} = {_toml(field)}\n")
    return "".join(parts)


def _sections() -> Iterator[tuple[str, dict[str, FieldInfo]]]:
    general: dict[str, FieldInfo] = {}
    sections: list[tuple[str, dict[str, FieldInfo]]] = []
    for name, field in Settings.model_fields.items():
        kind = field.annotation
        if isinstance(kind, type) and issubclass(kind, SettingsGroup):
            sections.append((name, dict(kind.model_fields)))
        else:
            general[name] = field
    yield "", general
    yield from sections


def _tables(fields: dict[str, FieldInfo]) -> Iterator[tuple[str, dict[str, FieldInfo]]]:
    """The keys of a section that are tables of named entries, and the keys of an entry."""
    for name, field in fields.items():
        entry = get_args(field.annotation)[-1] if get_args(field.annotation) else None
        if isinstance(entry, type) and issubclass(entry, SettingsGroup):
            yield name, dict(entry.model_fields)


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "must be given"
    return "left out" if field.default is None else f"`{_toml(field)}`"


def _meaning(field: FieldInfo) -> str:
    limits = [
        f"{words} {value}" for name, words in _LIMITS.items() if (value := _limit(field, name)) is not None
    ]
    return (field.description or "") + (f" ({', '.join(limits)})" if limits else "")


_LIMITS = {"ge": "at least", "le": "at most"}


def _limit(field: FieldInfo, name: str) -> Any:
    return next((value for item in field.metadata if (value := getattr(item, name, None)) is not None), None)


def _toml(field: FieldInfo) -> str:
    value = field.default
    if isinstance(value, SecretStr):
        value = value.get_secret_value()
    if value == {}:
        return "{}"
    return json.dumps(str(value) if isinstance(value, Path) else value)


if __name__ == "__main__":
    DOCUMENT.write_text(document())
    EXAMPLE.write_text(example())
