"""Documents for the commands, from files; and who gives them."""

from __future__ import annotations

import getpass
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mediaserver.errors import ConfigError

if TYPE_CHECKING:
    from mediaserver.storage.sql import Row
    from pipelines.flows.library.keeping import FlowMaker

MOST_BYTES = 1_500_000
"""Of a file: no more is read into memory. A document may have less."""


def is_file(name: str) -> bool:
    """Whether somebody means a file by it, and no flow."""
    return name.endswith(".json") or Path(name).is_file()


def from_file(path: Path) -> Any:
    """The document of a file, as JSON; of one with personas beside it, too. Raises ConfigError."""
    from pipelines.flows.document.reading import read_document, written

    try:
        with path.open("rb") as file:
            data = file.read(MOST_BYTES)
    except OSError as error:
        raise ConfigError(f"{path} cannot be read ({error.strerror})") from None
    try:
        outer = json.loads(data) if b'"document"' in data else None
    except (ValueError, RecursionError):
        outer = None
    if isinstance(outer, dict) and isinstance(outer.get("document"), dict):
        data = json.dumps(outer["document"]).encode()
    try:
        return written(read_document(data))
    except ConfigError as error:
        raise ConfigError(f"{path}: {error}") from None


def operator() -> FlowMaker:
    """Who gives a command: nobody who has a key."""
    from pipelines.flows.library.keeping import FlowMaker

    return FlowMaker(whoever())


def whoever() -> str:
    """Who gives the command, for the history; empty where the machine has no name for them."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return ""


def words(finding: Row) -> str:
    """A finding as a line."""
    where = " ".join(filter(None, [f"node {finding['node']}" if finding["node"] else "", finding["field"]]))
    remedy = finding["remedy"]
    join = ". " if remedy[:1].isupper() else "; " if remedy else ""
    return f"{finding['severity']}: {where + ': ' if where else ''}{finding['what']}{join}{remedy}"
