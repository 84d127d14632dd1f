"""What came back: any status of HTTP is an answer. Data of a stranger, never instructions."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mediaserver.errors import FetchError, FetchFault
from mediaserver.fetching.answer_json import read_json
from mediaserver.printable import printable

CHARSETS = frozenset(
    ("utf-8", "utf8", "us-ascii", "ascii", "iso-8859-1", "latin1", "latin-1", "iso-8859-2", "iso-8859-5")
    + ("iso-8859-7", "iso-8859-9", "iso-8859-15", "windows-1250", "windows-1251", "windows-1252")
    + ("windows-1253", "windows-1254", "windows-1256", "utf-16", "utf-16le", "utf-16be", "shift_jis")
    + ("euc-jp", "iso-2022-jp", "euc-kr", "gb2312", "gbk", "gb18030", "big5", "koi8-r", "koi8-u")
)
"""Those that are read; Python knows others that are no charsets, or slow. Any other is read as UTF-8."""
_CHARSET = re.compile(r""";\s*charset\s*=\s*["']?([A-Za-z0-9_-]{1,40})""", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class FetchAnswer:
    status: int
    headers: Mapping[str, str]
    """By names in lower case; several of one name are joined by commas. Cookies are left out."""
    body: bytes
    """Decompressed."""
    elapsed_ms: int
    """From the question to the last byte: waiting, redirects and retries included."""
    tries: int = 1

    @property
    def ok(self) -> bool:
        """2xx."""
        return 200 <= self.status < 300

    @property
    def content_type(self) -> str:
        """`application/json`; empty when it does not say."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    @property
    def charset(self) -> str:
        found = _CHARSET.search(self.headers.get("content-type", ""))
        named = found[1].lower() if found else ""
        return named if named in CHARSETS else "utf-8"

    def text(self) -> str:
        """What cannot be read in it is U+FFFD."""
        return self.body.decode(self.charset, "replace")

    def json(self) -> Any:
        """Whatever it says that it is. Raises FetchError (`bad answer`) when it is none, or too deep."""
        utf8 = self.charset in ("utf-8", "utf8", "ascii", "us-ascii")
        try:
            return read_json(self.body if utf8 else self.text().encode())
        except ValueError as error:
            said = printable(self.content_type[:60]) or "of no type"
            raise FetchError(
                f"JSON was expected of the answer ({self.status}, {said}), but {error}", FetchFault.BAD_ANSWER
            ) from None
