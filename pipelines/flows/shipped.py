"""The flows that come with us: documents as anybody may write them, each with personas that try it."""

from __future__ import annotations

import difflib
import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from mediaserver.errors import ConfigError

FOLDER = Path(__file__).parent / "templates"


@dataclass(frozen=True, slots=True)
class FlowTemplate:
    name: str
    """The flow's own: 'booking'."""
    about: str
    needs_model: bool
    document: dict[str, Any]
    """Plain JSON."""
    personas: tuple[dict[str, Any], ...]


@cache
def templates() -> dict[str, FlowTemplate]:
    """By name. Read once; nobody may change them."""
    found = (_read(path) for path in sorted(FOLDER.glob("*.json")))
    return {template.name: template for template in sorted(found, key=lambda each: each.name)}


def template(name: str) -> FlowTemplate:
    """By its name, or that of its file. Raises ConfigError."""
    known = templates()
    if name in known:
        return known[name]
    path = FOLDER / f"{name}.json"
    if name.isidentifier() and path.is_file():
        return _read(path)
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
    hint = f"did you mean '{near[0]}'?" if near else f"known are {', '.join(known)}"
    raise ConfigError(f"there is no template '{name}': {hint}")


def _read(path: Path) -> FlowTemplate:
    content = json.loads(path.read_bytes())
    document = content["document"]
    return FlowTemplate(
        document["name"],
        document.get("about", ""),
        document.get("needs_model", False),
        document,
        tuple(content.get("personas", ())),
    )
