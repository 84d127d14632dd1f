"""What models and calls are made of."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import IO, Any, Literal


class Unset:
    """The type of `UNSET`: left out."""

    def __bool__(self) -> Literal[False]:
        return False


UNSET: Unset = Unset()

# What `httpx.Client(files=)` takes.
FileContent = IO[bytes] | bytes | str
FileTypes = (
    tuple[str | None, FileContent, str | None]
    | tuple[str | None, FileContent, str | None, Mapping[str, str]]
)
RequestFiles = list[tuple[str, FileTypes]]


@dataclass
class File:
    """A file that is handed in: its content or an open file."""

    payload: IO[bytes] | bytes
    file_name: str | None = "file"
    mime_type: str | None = None

    def to_tuple(self) -> FileTypes:
        return self.file_name, self.payload, self.mime_type


@dataclass
class ServerEvent:
    """One of a stream of server-sent events."""

    name: str
    data: Any
    """JSON, read."""
    id: str = ""
    """Where to go on after a reconnect, for streams that can be gone on with."""


class EventReader:
    """Reads events out of lines (WHATWG HTML, server-sent events)."""

    def __init__(self) -> None:
        self._name, self._id, self._data = "", "", list[str]()

    def line(self, line: str) -> Iterator[ServerEvent]:
        if not line:
            if self._data:
                text = "\n".join(self._data)
                try:
                    data = json.loads(text)
                except ValueError:
                    data = text
                yield ServerEvent(self._name or "message", data, self._id)
            self._name, self._data = "", []
            return
        field, _, value = line.partition(":")
        value = value.removeprefix(" ")
        match field:
            case "event":
                self._name = value
            case "id":
                self._id = value
            case "data":
                self._data.append(value)


__all__ = [
    "UNSET",
    "EventReader",
    "File",
    "FileTypes",
    "RequestFiles",
    "ServerEvent",
    "Unset",
]
