"""Bodies as they come, decompressed in bounds: what has more than it may is given up at that byte, however
little was sent (a bomb of gzip makes a thousand bytes of one).
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator

from mediaserver.errors import FetchError, FetchFault
from mediaserver.printable import printable

ACCEPTED = "gzip, deflate"
"""What we tell that we can read (:rfc:`9110` 12.5.3)."""
SLICE = 65_536
"""Bytes decompressed at a time: 0.2 ms of the loop."""
_AUTO = zlib.MAX_WBITS | 32
"""With a header of gzip or of zlib."""


class BodyReader:
    """Bytes in; no I/O. One for an answer."""

    def __init__(self, encoding: str, most_bytes: int) -> None:
        """`encoding`: the header Content-Encoding. Raises FetchError for one that we did not accept."""
        self._most = most_bytes
        self._parts: list[bytes] = []
        self._size = 0
        self._raw = 0
        match encoding.strip().lower():
            case "" | "identity":
                self._kind = ""
            case "gzip" | "x-gzip":
                self._kind = "gzip"
            case "deflate":
                self._kind = "deflate"
            case other:
                raise _bad(f"it is encoded as {printable(other[:40])}, which we did not ask for")
        self._inflating = zlib.decompressobj(_AUTO)

    def feed(self, data: bytes) -> Iterator[None]:
        """Yields after each slice, so that others can have their turn. Raises FetchError for what is too
        large or no such encoding."""
        if not self._kind:
            self._keep(data)
            return
        self._raw += len(data)
        if self._raw > self._most:
            raise self._too_large()
        while data:
            if self._inflating.eof:
                raise _bad("there is more behind the end of what is compressed")
            data = self._inflate(data)
            yield

    def taken(self) -> bytes:
        """What there is so far; it is not part of `whole` any more."""
        parts, self._parts = self._parts, []
        return b"".join(parts)

    def whole(self) -> bytes:
        """Once all was fed. Raises FetchError when the end is missing."""
        if self._kind and self._raw:
            self._keep(self._inflating.flush())  # less than SLICE: all input was taken
            if not self._inflating.eof:
                raise _bad("what is compressed breaks off")
        return b"".join(self._parts)

    def _inflate(self, data: bytes) -> bytes:
        """What is left of the data."""
        try:
            out = self._inflating.decompress(data, SLICE)
        except zlib.error:
            if self._kind != "deflate" or self._size or self._raw != len(data):
                raise _bad("it cannot be decompressed") from None
            # Some send deflate without the header of zlib (RFC 9110 8.4.1.2).
            self._inflating = zlib.decompressobj(-zlib.MAX_WBITS)
            try:
                out = self._inflating.decompress(data, SLICE)
            except zlib.error:
                raise _bad("it cannot be decompressed") from None
        self._keep(out)
        if self._inflating.eof:
            return self._inflating.unused_data
        return self._inflating.unconsumed_tail

    def _keep(self, data: bytes) -> None:
        self._size += len(data)
        if self._size > self._most:
            raise self._too_large()
        self._parts.append(data)

    def _too_large(self) -> FetchError:
        return FetchError(f"the answer is larger than {self._most:,} bytes", FetchFault.TOO_LARGE)


def _bad(why: str) -> FetchError:
    return FetchError(f"the answer cannot be read: {why}", FetchFault.BAD_ANSWER)
