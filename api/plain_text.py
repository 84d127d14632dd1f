"""Texts as clients may send them, over HTTP and over sockets: what no log, database or SIP header can have is
refused before anybody sees it."""

from __future__ import annotations

import re
from typing import Annotated, TypeAlias

from pydantic import AfterValidator

NO_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
"""Neither logs nor the database nor SIP can have these; lines and tabs are text."""
NO_LINE = re.compile("[\x00-\x1f\x7f\x85\u2028\u2029\ud800-\udfff]")
"""These break a line too, or the line they stand in."""


def plain(value: str) -> str:
    """Raises ValueError for a text with control characters or halves of characters."""
    if NO_TEXT.search(value):
        raise ValueError("it has control characters")
    return value


def one_line(value: str) -> str:
    """Raises ValueError for a text with line breaks or control characters."""
    if NO_LINE.search(value):
        raise ValueError("it has control characters or line breaks: write it in one line")
    return value


PlainText: TypeAlias = Annotated[str, AfterValidator(plain)]
"""A text of any number of lines."""
OneLine: TypeAlias = Annotated[str, AfterValidator(one_line)]
"""A text without line breaks or control characters."""
