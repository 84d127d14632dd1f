"""Weights as they lie in their folder: which files, from where, and whether they are all there."""

from __future__ import annotations

import json
from pathlib import Path

FILE = "voiceforge.json"
"""Written once all files are there and were compared with their checksums."""


def lacks_of(folder: Path) -> str:
    """Why the files of a folder cannot be used; empty when they can. Compares sizes; to compare contents is
    `voiceforge engines pull --verify`'s work."""
    try:
        files = json.loads((folder / FILE).read_text())["files"]
        sizes = {name: int(each["size"]) for name, each in files.items()}
    except FileNotFoundError:
        return "half fetched" if folder.is_dir() and any(folder.iterdir()) else "not fetched"
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return "whose list of files cannot be read"
    for name, size in sizes.items():
        try:
            there = (folder / name).stat().st_size
        except OSError:
            return f"of which {name} is gone"
        if there != size:
            return f"of which {name} has {there:,} of {size:,} bytes"
    return ""
