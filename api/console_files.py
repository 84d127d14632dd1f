"""The browser console as it was built (console/, `make console`), in memory: a fixed table of names, so that
no path of a request ever reaches the disk, and nothing is read while calls are up.
"""

from __future__ import annotations

import functools
import hashlib
import mimetypes
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

BUILT = Path(__file__).parent / "static" / "console"
"""Where the build lies; not in git."""
INDEX = "index.html"
PACKED = ".gz"
MOST_BYTES = 64 << 20
"""Of all files together: more is no console."""
_TYPES = {
    ".js": "text/javascript",
    ".mjs": "text/javascript",
    ".css": "text/css",
    ".html": "text/html",
    ".json": "application/json",
    ".map": "application/json",
    ".webmanifest": "application/manifest+json",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
    ".wasm": "application/wasm",
    ".ico": "image/x-icon",
}
"""By ending: what the machine's own table says of them differs, and with nosniff a script of another type
does not run (Fetch standard)."""


@dataclass(frozen=True, slots=True)
class ConsoleFile:
    """One file. `packed`: the same by gzip, where that was made and is shorter."""

    body: bytes
    packed: bytes | None
    content_type: str
    tag: str
    """Of its content: an ETag's inside."""


@dataclass(frozen=True, slots=True)
class ConsoleFiles:
    """All files of a build, by their paths below it (`assets/index-1a2b.js`)."""

    files: Mapping[str, ConsoleFile]

    @property
    def index(self) -> ConsoleFile | None:
        """The page; None: there is no build."""
        return self.files.get(INDEX)


NOT_BUILT = ConsoleFiles({})


def read_console(folder: Path = BUILT) -> ConsoleFiles:
    """What was built there; `NOT_BUILT` where nothing was, or only half. Blocks; raises nothing: a console
    that cannot be read must not keep calls from being answered."""
    try:
        paths = [path for path in sorted(folder.rglob("*")) if path.is_file()]
        if not (folder / INDEX).is_file() or sum(path.stat().st_size for path in paths) > MOST_BYTES:
            return NOT_BUILT
        read = {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}
    except OSError:
        return NOT_BUILT
    return ConsoleFiles(
        {
            name: _file(name, body, read.get(name + PACKED))
            for name, body in read.items()
            if not name.endswith(PACKED)
        }
    )


@functools.cache
def built_console() -> ConsoleFiles:
    """What lies beside this module, read once for the whole process."""
    return read_console()


def _file(name: str, body: bytes, packed: bytes | None) -> ConsoleFile:
    ending = Path(name).suffix.lower()
    kind = _TYPES.get(ending) or mimetypes.guess_type(name)[0] or "application/octet-stream"
    shorter = packed if packed is not None and len(packed) < len(body) else None
    return ConsoleFile(body, shorter, kind, hashlib.sha256(body).hexdigest()[:32])
