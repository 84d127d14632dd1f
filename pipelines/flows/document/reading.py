"""From bytes to a document, and back: limits before anything is parsed, and faults that name their place."""

from __future__ import annotations

import json
from typing import Any

from pydantic import ValidationError

from mediaserver.errors import ConfigError
from pipelines.flows.document.document import Document

MOST_BYTES = 1_000_000
DEEPEST = 40
"""Brackets within one another."""
MOST_FAULTS = 20
"""That are told at once."""


class DocumentError(ConfigError):
    """It is no document of a flow; `faults` has a line for each place."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("this is no document of a flow: " + "; ".join(faults))
        self.faults = faults


def read_document(data: bytes | str) -> Document:
    """JSON in UTF-8. Raises DocumentError."""
    raw = data.encode() if isinstance(data, str) else data
    if len(raw) > MOST_BYTES:
        raise DocumentError(
            [f"it has {len(raw):,} bytes, and {MOST_BYTES:,} is the most: split it into subflows"]
        )
    if _depth(raw) > DEEPEST:
        raise DocumentError([f"its brackets are more than {DEEPEST} deep"])
    try:
        found = json.loads(raw)
    except (ValueError, RecursionError) as error:  # UnicodeDecodeError is a ValueError
        raise DocumentError([f"it is no JSON: {error}"]) from None
    return document_of(found)


def document_of(found: Any) -> Document:
    """From JSON that was read. Raises DocumentError."""
    if not isinstance(found, dict):
        raise DocumentError(["it is no JSON object: a flow begins with {"])
    try:
        return Document.model_validate_json(json.dumps(found), strict=True)
    except ValidationError as error:
        faults = [
            f"{_place(found, each['loc'])}: {_said(each['msg'])}" for each in error.errors(include_url=False)
        ]
        more = [f"and {len(faults) - MOST_FAULTS} more"] if len(faults) > MOST_FAULTS else []
        raise DocumentError([*faults[:MOST_FAULTS], *more]) from None
    except (ValueError, RecursionError) as error:
        raise DocumentError([str(error)]) from None


def written(document: Document) -> dict[str, Any]:
    """The document as JSON-ready data, without what is as it would be anyway."""
    found: dict[str, Any] = document.model_dump(mode="json", exclude_defaults=True)
    return {"format": document.format, **found}


def _depth(raw: bytes) -> int:
    """Brackets that are open at most; those within texts count, too."""
    depth = most = 0
    for byte in raw:
        if byte in b"[{":
            depth += 1
            most = max(most, depth)
        elif byte in b"]}":
            depth -= 1
    return most


def _place(found: dict[str, Any], place: tuple[int | str, ...]) -> str:
    """'node 'ask' slot.options', for people: pydantic names the kinds of unions, too."""
    where, rest = "", list(place)
    match place:
        case ("nodes", int(at), *rest):
            node = _item(found.get("nodes"), at)
            name = node.get("id") if isinstance(node, dict) else None
            where = f"node {name!r:.80}" if isinstance(name, str) else f"node {at + 1}"
        case ("edges", int(at), *rest):
            edge = _item(found.get("edges"), at)
            ends = (edge.get("source"), edge.get("target")) if isinstance(edge, dict) else (None, None)
            where = f"edge {at + 1} ({ends[0]!s:.60} → {ends[1]!s:.60})"
        case ("variables", int(at), *rest):
            variable = _item(found.get("variables"), at)
            name = variable.get("name") if isinstance(variable, dict) else None
            where = f"variable {name!r:.80}" if isinstance(name, str) else f"variable {at + 1}"
        case _:
            pass
    tagged = [str(each) for each in rest]
    field = ".".join(
        each for at, each in enumerate(tagged) if not (at == 0 and where.startswith(("node", "edge")))
    )
    return " ".join(filter(None, [where, field])) or "the document"


def _item(items: Any, at: int) -> Any:
    return items[at] if isinstance(items, list) and at < len(items) else None


def _said(message: str) -> str:
    """Without what pydantic puts before our own words."""
    return message.removeprefix("Value error, ").replace(
        "Extra inputs are not permitted", "there is no such field"
    )
