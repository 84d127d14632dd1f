"""Which languages the voices of a folder speak, by their descriptions. Imports nothing that only the worker's
environment has."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any


def language_of(config: Mapping[str, Any]) -> str:
    """BCP 47, of a voice by its description (NAME.onnx.json). Raises KeyError, TypeError and AttributeError
    for what is none."""
    return str(config.get("language", {}).get("code") or config["espeak"]["voice"]).replace("_", "-")


def languages_in(folder: Path) -> tuple[str, ...]:
    """Of all voices below a folder, without their regions; what cannot be read is passed over, the worker
    says why."""
    found = set()
    for path in folder.rglob("*.onnx.json"):
        try:
            found.add(language_of(json.loads(path.read_text(encoding="utf-8"))).lower().partition("-")[0])
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            continue
    return tuple(sorted(found))
